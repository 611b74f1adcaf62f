// Package rooms is the domain of wick: rooms that burn out, who sits in them, and what
// is said there. It knows nothing of SSH, Redis or terminals.
//
// A [Hub] is this process's view of a [Store]. Hub.Enter takes a seat and returns
// a [Member]; Member.News wakes its session, and Member.Since reads the room's
// one transcript from any position.
//
// # Order and loss
//
// The store numbers the messages of a room 1, 2, 3, … Every member, in every
// process, sees them in that order, each once. Published events may get lost. A
// message whose number is missing is fetched from the store's history before
// anything after it is shown, and a beat every eight seconds detects even a lost
// last message. If the history dropped messages before this process saw them, or
// no server can read what the store holds for them ([Unreadable]), a [Missed]
// event stands in their place. Joins, leaves and renames are ordered by the
// roster's version; between two messages their place may differ from process to
// process, and the store does not keep them.
//
// A sender sees a message when the room does: there is no local echo. A post
// whose reply was lost is looked up by its ID and never sent again.
//
// A store that fails over may lose the newest messages that it confirmed. Then
// every process adopts the store's history, and restores what it saw and the store
// has lost, with new numbers.
//
// Readers hold positions, not queues. A reader that stops costs nobody anything and
// finds the transcript, as far as it is kept, when it comes back; Transcript.Missed
// counts the messages that are no longer there.
//
// A transcript keeps at least the messages that the store keeps (Room.History),
// and beside them the newest 200 joins, leaves and other notices. Of messages and
// of notices it keeps at most 50 more, or a quarter more if that is more. Notices
// never push out a message. A newcomer is shown the messages that the store keeps,
// on every server alike.
//
// # What is said
//
// A [Text] is kept as it was sent, without control characters ([Keep]): scripts get it
// exactly. It is made safe for a terminal each time it is drawn ([Text.Clean]), and never
// before. Names are clean from the start.
//
// # Messages that not everybody sees
//
// Direct messages are numbered, sealed, wiped and kept like others. But the
// transcript that readers share holds only a placeholder ([Withheld]);
// Transcript.At returns the message itself to its sender and its recipient, on
// every server.
//
// A message that burns is hidden from everybody but its sender until a member
// reveals it. The first member to reveal it sets, in the store, when it burns.
// Then it is gone from the store, every process and every screen, whether others
// have read it or not, even if every server that knew of it is dead by then. A
// Burnt message keeps its place, so that the numbers have no gap. Readers of parts
// (Member.Read) never get its text, since they may have passed it on by then.
//
// The sender of a message that burns is told who looked at it, by [Looked] events behind
// the message, which nobody else sees. The store keeps the first [MaxLooks] with the
// message.
//
// A message that its sender takes back (Member.Unsay) keeps its place, too, as an Unsaid
// one without a text. An [Unsaid] event tells readers that may have passed it on.
//
// Typing notices are passed on and never kept; in a crowd they are not sent.
//
// # Coming back
//
// If a client falls silent, its seat stays until the connection times out. If the same
// identity enters meanwhile, Hub.Enter publishes a probe (Store.Probe), and the process
// that has the seat asks the client for a sign of life (Guest.Answers). If the client
// gives one, the process says so (Store.Answer). Otherwise it ends the member's stay
// with TakenOver and reserves the seat for the identity, as when the process itself ends
// (Store.Reserve). Entering waits a bounded time for that. If no process replies, the one
// that has the seat died or is cut off from the store, and the newcomer's process
// reserves the seat.
//
// # Drops
//
// A room may hold one drop: bytes that somebody left for one other person ([Hub.Drop]).
// Whoever takes it ([Member.Take]) holds a claim in the store while it is sent. The
// store wipes the room and records the take in one step, and only then is the drop
// taken: by at most one member, whose client has all of it. The record outlives the
// room until the room's deadline. Servers remember that a drop was taken as they
// remember that a room was destroyed.
//
// # The deadline
//
// The store's clock decides, and all times that people see are the store's. A
// process counts down by [Now], which no step of the wall clock moves; on Linux
// it goes on while the machine sleeps. A deadline may be moved earlier, never later.
// At the deadline, when a member destroys the room, or when the store lost it,
// each process drops its transcript and ends every member's stay with an [End].
// After the deadline a Member has no transcript and no roster, even if the end
// has not been handled yet. While the store is silent, the deadline as last known
// holds.
//
// # Promises
//
// The deadline, the lock, the kicks and what is gone only tighten once members have been
// told of them ([Promises]). A process remembers them as long as it has a member in
// the room. At every beat, and after every gap in the feed, it compares them with
// the store's and adopts the tighter ones, and has the store do the same
// (Store.Assert). Stores that heard of a room's destruction remember
// it until the room's deadline.
//
// A store may fail over to a replica that lags. A process that has no member in the
// room, and heard nothing of it, may then see an older state until another process
// asserts what it knows. Nobody asserts what no process remembers: the lock of a
// room that everybody has left, the use of an invitation, who looked at a message, and
// whatever a process knew before it was restarted.
//
// What a room remembers of people is bounded; see [MaxNames] and the constants
// beside it. The methods of a member that post or change something share one
// limiter. Destroy and Leave are never refused.
//
// # Goroutines and locks
//
// A room with members in this process is a liveRoom with one goroutine,
// liveRoom.run, which Hub.Enter starts. It alone reads the room's feed and ends
// the room. It calls the store in one more goroutine at a time, so that the
// countdown goes on even if the store is silent. Both end with the room, with its
// last member, or with Hub.Close, which waits for them. Nothing here runs per
// member. One more goroutine per Hub watches the clock: if the machine slept or
// the process stood still, all rooms ask the store at once.
//
// Hub.mu guards which rooms are live, and how many members and entering guests use
// each. liveRoom.mu guards everything that a room knows, and what it keeps of its
// members; only the time left is read without it. Members and the room's goroutines
// take it briefly; so do the room's timers (somebody stopped writing, or knocking), in
// goroutines of their own. No two of these locks are held together, and none during a
// call of the store.
package rooms
