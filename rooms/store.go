package rooms

import (
	"context"
	"errors"
	"time"
)

// What a store can answer. Stores wrap them with the operation; callers use
// errors.Is. An error that is none of these is a fault of the store.
var (
	ErrBurning     = errors.New("a room of that name is burning already")
	ErrNoRoom      = errors.New("no such room, or it burned out")
	ErrFull        = errors.New("the room is full")
	ErrNetworkFull = errors.New("your network has as many places in this room as one may have")
	ErrLocked      = errors.New("the room is locked")
	ErrKicked      = errors.New("you were shown out of this room")
	ErrSpent       = errors.New("that invitation was used already, or is too old")
	ErrAliasTaken  = errors.New("somebody here has that name")
	ErrNotSeated   = errors.New("the seat is gone")
	ErrLonger      = errors.New("a countdown can be shortened, never extended")
	ErrStoreFull   = errors.New("the server's memory is full")
	ErrUnavailable = errors.New("the store cannot be reached")                    // certainly not done
	ErrUnknown     = errors.New("the answer was lost")                            // done or not: nobody knows yet
	ErrNotSaid     = errors.New("that was not said: the server's store was away") // now certain, after ErrUnknown
	ErrBurnt       = errors.New("those words have burned")
	ErrSealed      = errors.New("what the store holds was sealed with another secret")

	ErrSourceFull = errors.New("this server keeps as much from your address as it may: wait until older messages or rooms are gone")
	ErrRoomFull   = errors.New("this room holds as much as it may at present")

	ErrTooManyNames   = errors.New("you have had as many names in this room as one may")
	ErrTooManyKicks   = errors.New("this room has shown out as many people as it can: lock it instead")
	ErrTooManyInvites = errors.New("this room has as many open invitations as it can: wait until one was used or ran out")
)

// Store keeps rooms. Every operation is atomic, decides by the store's own
// clock, and ends with its context. All methods are safe from any goroutine.
//
// A room past its deadline does not exist: whichever operation finds one
// deletes what is left of it and answers ErrNoRoom. Operations that take a Ref
// also answer ErrNoRoom when the room was lit again meanwhile.
//
// Entering without missing or doubling anything is: Watch, which returns once
// the store has acknowledged it; Enter; then drop what the feed buffered up to
// Entry.Seq. storetest holds the contract that every store passes.
type Store interface {
	// Light creates a room, or answers ErrBurning or ErrStoreFull.
	Light(ctx context.Context, l Lighting) (Room, error)
	// Find answers the room that burns under the name.
	Find(ctx context.Context, name Name) (Room, error)
	// Watch passes on everything published for the name from the moment it
	// returns, whichever room burns under it, until the feed is closed.
	// There need not be such a room yet.
	Watch(ctx context.Context, name Name) (*Feed, error)
	// Enter takes the seat in the room that burns under the name, for as
	// long as seat.Node's lease is renewed, and publishes Joined. A seat that
	// is taken already by the same ID is confirmed, not taken twice. Seats
	// of nodes whose lease ran out are given up first. Where a seat is kept
	// for seat.Identity, that one is taken instead, its ID and alias with it,
	// and Back is published. Where the room is locked, only who has been in
	// it gets in again, or who was admitted; others get ErrLocked, and who
	// was kicked ErrKicked. It answers ErrFull before ErrNetworkFull and
	// ErrAliasTaken, and ErrStoreFull. ErrNetworkFull is for new seats, whose
	// Rev is 1 at most; who takes a lost one again had it before. The seat is
	// Marked if the alias was another identity's before, who said something
	// under it, had it for NameHeld, or was kicked. History holds the messages
	// after the given number, and Unreadable ones in their place.
	Enter(ctx context.Context, name Name, seat Seat, lease time.Duration, after uint64) (Entry, error)
	// Leave gives the seat up and publishes Left. A seat that is gone
	// already is no error.
	Leave(ctx context.Context, ref Ref, seat Seat) error
	// Keep holds the seat for its identity's return and publishes Away; when
	// the time is over it is given up like one whose lease ran out. seat.Seen
	// is what Entry.Seen will tell. A seat that is gone is no error.
	Keep(ctx context.Context, ref Ref, seat Seat, keep time.Duration) error
	// Rename gives the seat another alias, atomically unique, and publishes
	// Renamed. It answers ErrAliasTaken, ErrNotSeated and ErrTooManyNames.
	Rename(ctx context.Context, ref Ref, seat Seat, alias string) error
	// Beat renews the lease of all the node's seats in the room and gives up
	// those of nodes whose lease ran out, publishing Left for each. The
	// roster is returned only if it is not the known one, and so are the kicks.
	Beat(ctx context.Context, ref Ref, node string, lease time.Duration, known Known) (Pulse, error)
	// Assert has the store adopt those of the promises that are tighter than
	// its own: a nearer deadline, a newer lock, kicks; and let those in who
	// are Welcome. It publishes what it adopts, and gives up the seats of all
	// who were shown out.
	Assert(ctx context.Context, ref Ref, p Promises) error
	// Append adds a message to the history, drops the oldest beyond
	// Room.History, publishes it and answers its number. It answers
	// ErrNotSeated, ErrStoreFull, and ErrUnknown if the message may or may
	// not have been added; it is not added later than AppendLimit.
	Append(ctx context.Context, ref Ref, seat Seat, w Words) (uint64, error)
	// Resolve ends the doubt about an Append that was answered ErrUnknown: it
	// answers the message's number, or 0 where the history does not hold it,
	// and from then on never will, however late the Append arrives.
	Resolve(ctx context.Context, ref Ref, id string) (uint64, error)
	// Restore adds a message that the store once had and lost, as one that
	// failed over to a replica may, with its sender and words, and with its
	// number until then as Again. It adds nothing if the history holds the ID
	// or Resolve has ruled it out.
	Restore(ctx context.Context, ref Ref, e Event) error
	// Reveal lets a message that burns, known by its ID, end in left from
	// now, if it would not end sooner, and answers when it ends, by the
	// store's clock. It publishes Revealed; at the end, the message in the
	// history is replaced by one that is Burnt, and that is published.
	// It answers ErrBurnt where the history does not hold the message.
	Reveal(ctx context.Context, ref Ref, e Event, left time.Duration) (time.Time, error)
	// Typing publishes Typing, and keeps nothing.
	Typing(ctx context.Context, ref Ref, seat Seat) error
	// Since answers the messages after the given number, oldest first, and
	// Unreadable ones in their place. The history may have dropped some: then
	// the first is not the next number.
	Since(ctx context.Context, ref Ref, after uint64) ([]Event, error)
	// Lock closes the room to newcomers, or opens it, and publishes Locked
	// or Unlocked.
	Lock(ctx context.Context, ref Ref, by Seat, locked bool) error
	// Knock reports whether seat.Identity may enter. If it may not, Knocked is
	// published for it, if it rings. It answers ErrKicked.
	Knock(ctx context.Context, name Name, seat Seat, ring bool) (open bool, err error)
	// Decide lets the guest into the locked room from now on and publishes
	// Admitted, or only publishes Denied.
	Decide(ctx context.Context, ref Ref, by, guest Seat, admit bool) error
	// Kick publishes Kicked, gives up all seats of the guest's identity, and
	// keeps it out for the room's life. It answers ErrTooManyKicks.
	Kick(ctx context.Context, ref Ref, by, guest Seat) error
	// Invite makes the token good for one Redeem within the time. It answers
	// ErrTooManyInvites.
	Invite(ctx context.Context, ref Ref, token string, valid time.Duration) error
	// Redeem spends the token: the identity is let into the locked room from
	// now on. It answers ErrSpent to everybody else.
	Redeem(ctx context.Context, name Name, token, identity string) error
	// Shorten moves the deadline to left from now and publishes Shortened.
	// It answers ErrLonger where that is not before the deadline.
	Shorten(ctx context.Context, ref Ref, by Seat, left time.Duration) (Room, error)
	// Destroy wipes the room and publishes Destroyed, which tells how many
	// messages there were.
	Destroy(ctx context.Context, ref Ref, by Seat) error
	// Reap wipes the room if its deadline has passed by the store's clock;
	// else it answers the time left. A room that is gone answers 0.
	Reap(ctx context.Context, ref Ref) (left time.Duration, err error)
	// Remains is how many things the store still has of one burning of a
	// room, looked for one by one: after its end, 0.
	Remains(ctx context.Context, ref Ref) (int, error)
	// Space is how much memory rooms take, and may take, as far as the store
	// knows. It waits for nobody.
	Space() Space
	// Close ends every watch and whatever runs for the store, and waits.
	Close() error
}

// Entry is a room at the moment of entering.
type Entry struct {
	Room    Room
	Seat    Seat   // the seat taken: as wanted, or the one that was kept
	Kept    bool   // it was kept
	Seen    uint64 // Kept: the newest message that was shown until then
	Roster  []Seat // everybody, the new seat included, in no order
	Version uint64 // of the roster
	// Mark tells rosters of one version apart: a store that lost the newest
	// versions, as one that failed over to a replica may, counts them again.
	Mark     string
	Promises Promises
	Welcome  bool // the identity was let in, or was here before: a lock does not keep it out
	History  []Event
	Seq      uint64 // number of the newest message; 0 for none
}

// Known is what a process knows of a room, so that a beat need not tell it.
type Known struct {
	Version uint64 // of the roster
	Mark    string // of the roster
	Kicks   int    // how many
}

// Pulse is a room as a beat finds it.
type Pulse struct {
	Promises // Kicks is nil if there are as many as known
	Clock    Clock
	Stored   time.Time // when the store will end the room, by its clock: later than Ends if it lost a promise
	Deadline time.Time // Ends in the terms of Room.Deadline
	Seq      uint64    // number of the newest message
	Version  uint64    // of the roster
	Mark     string    // of the roster
	Burns    uint64    // counts what became of messages that burn: another number, and there is news in the history
	Roster   []Seat    // nil if Version and Mark are the known ones, and only then
}

// Sealer makes what a store keeps outside the process unreadable there.
// Sealing hides lengths to 64-byte steps; opening fails on anything that was
// sealed for another room, epoch or kind, or with another secret.
// Implementations are safe from any goroutine.
type Sealer interface {
	// RoomKey stands for the room in keys and channels; it does not tell the name.
	RoomKey(room string) string
	// Tag stands for a value within one burning of a room, equal for equal values.
	Tag(room, epoch, kind, value string) string
	Seal(room, epoch, kind string, plain []byte) []byte
	Open(room, epoch, kind string, sealed []byte) ([]byte, error)
}
