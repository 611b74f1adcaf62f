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
// anything after it is shown, and a beat every ten seconds finds even a lost
// last message. Where the history dropped a message before this process saw
// it, a Missed event stands in its place. Joins, leaves and renames are ordered
// by the roster's version; between two messages their place may differ from
// process to process, and they are not kept.
//
// A sender sees a message when the room does: there is no local echo. A post
// whose answer was lost is looked up by its id and never sent again.
//
// Readers hold positions, not queues. One that stops reading costs nobody
// anything and finds the transcript, as far as it is kept, when it comes back;
// Transcript.Missed counts the messages that are not there any more.
//
// A transcript keeps at least the messages that the store keeps, and beside them
// the newest joins, leaves and other notices. Each have a bound of their own:
// however much else happens, no message is dropped for it. A newcomer is shown the
// messages that the store keeps, on every server alike.
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
// The store's clock decides. A process counts down to it by [Now], which goes on
// while the machine sleeps, and which no step of the wall clock moves. A deadline
// can come nearer, never go away. At the deadline, when a member destroys the
// room, or when the store lost it, each process drops its transcript and ends
// every member's stay with an [End]. While the store is silent, the deadline as
// last known holds.
//
// # Goroutines
//
// One per live room, owned by the Hub: it alone reads the room's feed, fills
// gaps and lets the room end. It ends with the room, with its last member, or
// with Hub.Close, which waits. Nothing here runs per member. One more per Hub
// watches the clock: if the machine slept or the process stood still, all rooms
// ask the store at once.
package rooms
