package rooms

import (
	"errors"
	"strings"
	"time"
)

// MinTTL is the shortest countdown that a room can be lit or shortened to.
const MinTTL = 10 * time.Second

// Ref names one burning of a room. A room that is lit again under the same name
// has another epoch, and nothing of the one ever reaches the other.
type Ref struct {
	Name  Name
	Epoch string // random, given by the store at lighting
}

// Room is what is fixed at lighting, and the deadline as it stands. A value.
type Room struct {
	Ref
	// Deadline is when the room is wiped, as an instant of Now. The store's clock
	// decides: stores add the time left to the instant at which they learned of
	// it.
	Deadline time.Time
	Ends     time.Time     // the deadline by the store's clock, to the millisecond: the same for every process
	Clock    Clock         // the store's clock in terms of this process's
	Span     time.Duration // the countdown chosen at lighting, which a full wick stands for
	Seats    int           // members at most
	History  int           // messages kept at most
	Owner    string        // identity of the person who lit it
	Locked   bool          // newcomers have to knock, see Store.Knock
	Lock     uint64        // the version of Locked, see Promises; 0: never locked
	Files    int           // how many there are
	Drop     *Drop         // what waits here to be taken; nil: nothing. It is not changed
}

// Left returns the time until the deadline, never negative.
func (r Room) Left() time.Duration { return max(0, r.Deadline.Sub(Now())) }

// OwnedBy reports whether the identity lit the room. No lock keeps it out.
func (r Room) OwnedBy(identity string) bool { return r.Owner != "" && r.Owner == identity }

// Lighting describes a new room. All fields but Owner, Key and Source are required.
type Lighting struct {
	Name    Name
	TTL     time.Duration
	Seats   int
	History int
	Owner   string
	Key     string // stands for the key of the person who lights it, in all rooms; see Store.LitBy; empty: no key
	Source  string // to which the room is charged, see Guest; never leaves this process
}

// Seat is one session's place in a room. A value.
type Seat struct {
	ID       string // random, unique within the room
	Node     string // the process that holds it, or the Reservation of the identity
	Alias    string // unique within the room, see FoldAlias
	Identity string // the same for all seats of a person within one room
	Network  string // the same for seats taken from the same network within one room; empty: not told
	Keyed    bool   // Identity stands for a key, and so for more than one session
	Tag      string // key tag of this burning, see KeyTag; set by the store; empty without a key, but see State.Knocks
	Marked   bool   // the alias was another identity's before; set by the store
	Own      bool   // for Store.Enter and Store.Rename: the alias was made from Identity, and is not marked; not kept
	Alone    bool   // for Store.Enter: only if Identity has no other seat; not kept
	Chosen   bool   // for Store.Enter: the person chose the alias, and wants no other; not kept
	Writer   bool   // reads nothing, and nobody is told that it comes and goes
	Beside   bool   // takes none of the room's seats, see Store.Enter
	Away     bool   // reserved for the person's return; no process holds it
	Seen     uint64 // Away: the newest message that was shown until then
	Rev      uint64 // counts the changes of the seat: of two states the later has more
}

// OwnsAlias reports whether the alias becomes that of the seat's identity. It does not
// if somebody without a key says something and goes: they are never seen again.
func (s Seat) OwnsAlias() bool { return s.Keyed || !s.Writer }

// SeatsTaken returns how many of a room's seats those in the roster take.
func SeatsTaken(roster []Seat) (n int) {
	for _, s := range roster {
		if !s.Beside {
			n++
		}
	}
	return n
}

// Reservation returns the Seat.Node of seats that are reserved for an identity.
func Reservation(identity string) string { return "~" + identity }

// ErrBadTTL is returned for text that is not a countdown.
var ErrBadTTL = errors.New("write a countdown as 90s, 30m, 2h or 1h30m")

// ParseTTL reads a countdown in whole seconds as people type it. The errors are
// ErrBadTTL, and ErrTooShort below MinTTL.
func ParseTTL(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	switch {
	case err != nil || strings.Trim(s, "0123456789hms") != "" || d != d.Truncate(time.Second):
		return 0, ErrBadTTL
	case d < MinTTL:
		return 0, ErrTooShort
	}
	return d, nil
}
