// Package rooms is the domain of wick: rooms that burn out, who sits in them,
// and what is said there. It knows no SSH, no Redis and no terminal.
//
// A [Hub] is this process's view of a [Store]. Enter takes a seat and answers a
// [Member]; Member.News wakes whoever waits, and Member.Since reads the room's
// one transcript from any position.
//
// # Order and loss
//
// The store numbers the messages of a room 1, 2, 3, … Every member, in every
// process, sees them in that order, each once. What the store publishes may get
// lost; a number that is missing is fetched from the store's history before
// anything after it is shown, and a beat every eight seconds finds even a lost
// last message. If the history dropped messages before this process saw them, or
// nobody can read what the store holds for them ([Unreadable]), a [Missed] event
// stands in their place. Joins, leaves and renames are ordered by the roster's
// version; between two messages their place may differ from process to process,
// and the store does not keep them.
//
// A sender sees a message when the room does: there is no local echo. A post
// whose answer was lost is looked up by its ID and never sent again.
//
// A store that fails over may lose the newest messages that it confirmed. Then its
// history counts for all, and each process brings back what its own members had
// said, with new numbers.
//
// Readers hold positions, not queues. One that stops reading costs nobody
// anything and finds the transcript, as far as it is kept, when it comes back;
// Transcript.Missed counts the messages that are not there any more.
//
// A transcript keeps at least the messages that the store keeps (Room.History), and
// beside them the newest 200 joins, leaves and other notices; of each class at most
// 50 more, or a quarter. However much else happens, no message is dropped for it. A
// newcomer is shown the messages that the store keeps, on every server alike.
//
// # What not everybody sees
//
// Direct words are messages with a number like others, sealed and wiped as others
// are, and kept for late entry. But what readers share holds only that there is
// something ([Withheld]); the words themselves are answered by Transcript.At, to
// the two identities that they are from and to, on every server.
//
// Words that burn are hidden until a member reveals them. The first one to do so
// lights their fuse, in the store: at its end they are gone from there, from every
// process and from every screen, whether others looked or not, and also if every
// server that knew of it is dead by then. A Burnt message keeps their place, so
// that numbers have no gap. Who said them sees them until then.
//
// That somebody is writing is passed on and never kept, and not in a crowd.
//
// # The deadline
//
// The store's clock decides, and all times that people see are the store's. A
// process counts down by [Now], which no step of the wall clock moves; on Linux it
// goes on while the machine sleeps. A deadline can come nearer, never go away. At
// the deadline, when a member destroys the room, or when the store lost it, each
// process drops its transcript and ends every member's stay with an [End]. After
// the deadline a Member has no transcript and no roster, even if the end has not
// been handled yet. While the store is silent, the deadline as last known holds.
//
// # Promises
//
// What members were told to be done only tightens: the deadline, the lock, and who
// was shown out ([Promises]). A process remembers them as long as it has a member
// in the room. With every beat, and after every gap in the feed, it compares them
// with the store's, adopts what is tighter there, and has the store adopt what is
// tighter here (Store.Assert). That a room was destroyed is remembered by the
// stores that heard of it, until its deadline.
//
// So a store that failed over to a replica that lagged may show an older state to
// a process that has no member in the room and heard nothing of it, until another
// asserts what it knows. What no process remembers is not asserted: the lock of a
// room that everybody has left, that an invitation was used, what a process knew
// before it was restarted.
//
// What a room remembers of people is bounded, see [MaxNames] and those beside it.
// The verbs of a member share one limiter; Destroy and Leave are never refused.
//
// # Goroutines
//
// One per live room, owned by the Hub: it alone reads the room's feed and lets the
// room end. It has the store asked by one more at a time, so that the countdown
// goes on though the store is silent. They end with the room, with its last
// member, or with Hub.Close, which waits. Nothing here runs per member. One more
// per Hub watches the clock: if the machine slept or the process stood still, all
// rooms ask the store at once.
package rooms
