package rooms

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Guest is somebody who wants a seat.
type Guest struct {
	Alias     string // wanted; a number is appended if it is taken
	Identity  string // stands for the person within the room
	Key       string // stands for the person's key in all rooms, for Lighting.Key; empty: no key
	Returns   bool   // the identity will be the same when the person comes back
	Made      bool   // Alias was made from Identity, and chosen by nobody: it is not marked as another's
	Chosen    bool   // the person chose Alias: there is no other if it is taken, or was another's
	WriteOnly bool   // reads no messages: they are not fetched, and wake nobody; nobody is told that it comes and goes
	Source    string // the client's address, to which all that is kept of its guests is charged; never leaves this process; empty: not bounded
	Network   string // stands for the guest's network within the room; empty: its seats are not bounded

	// Answers reports whether the guest's client gives a sign of life before ctx
	// ends. Default: it does.
	Answers   func(ctx context.Context) bool
	Recipient string // stands for the guest's key within the room, for drops that are for that key alone; empty: no key
}

// Member is one session's seat in a room. Its methods are safe for concurrent
// use; those with a context may wait for the store.
type Member struct {
	room      *liveRoom
	news      chan struct{}
	hook      atomic.Pointer[func()] // see OnNews; nil: none
	limiter   *rate.Limiter
	limitKey  string // whose limiter it is, when they come back; empty: not known
	source    string // see Guest
	recipient string // likewise
	writeOnly bool   // see Guest
	returns   bool   // the seat is reserved when this process ends
	madeAlias string // the alias that was made from the identity; empty: none
	ownAlias  string // madeAlias, or it with a number; set before the member is in the room

	answers func(context.Context) bool // see Guest

	// Guarded by room.mu.
	seat  Seat
	end   *End // of this member alone
	left  bool
	due   bool      // in liveRoom.due
	typed time.Time // when Typing last told others
	tick  func()    // see OnTick; nil: none

	probing  bool            // the client is being asked whether it answers
	unread   uint64          // messages that have arrived since Since was called
	arrived  time.Time       // when the oldest of those did
	seen     uint64          // the newest message that Since returned
	resumed  uint64          // the newest message seen before the seat was reserved
	start    uint64          // position of the first event that the member may see
	read     uint64          // of journal.total, what Since returned or the member may not see
	revealed map[string]bool // IDs of burning messages that were shown to this member

	views         map[uint64]*Event // see transcript.viewsFor
	viewsRevision uint64            // journal.revision of views
}

// State is a room as a member sees it at one moment.
type State struct {
	Room     Room
	You      Seat
	Roster   []Seat // everybody, in the order of arrival as this process saw it; shared, not to be changed
	Messages uint64 // said so far, direct ones included
	Seen     uint64 // the newest message that was shown before this process took over a reserved seat; otherwise 0
	Knocks   []Seat // those who wait at the door of a locked room, the longest waiting first; two of one alias and without keys have Tags
	Typing   []Seat // others who are writing something, the longest writing first
	Stale    bool   // the store does not reply; what is shown may be old
	Over     bool   // the deadline has passed: nothing of the room may be shown any more; End follows
	End      *End   // nil while the room burns
}

// Reason says why a room ended for a member.
type Reason uint8

// The reasons of an End.
const (
	BurnedOut Reason = iota + 1 // the countdown ran out
	Wiped                       // a member destroyed it
	Lost                        // the store lost it
	Closing                     // this server is going down
	Unseated                    // the seat was lost and taken by others meanwhile
	ShownOut                    // the owner kicked this member
	TakenOver                   // the client did not answer, and the same person has come back and has the seat now
	TakenAway                   // somebody took the drop, and the room went with it
)

// End is the end of a member's stay other than by Leave.
type End struct {
	Reason   Reason
	Time     time.Time // by the store's clock
	By       string    // Wiped, ShownOut, TakenAway: the alias of the person who did it
	Messages uint64    // said until then
	Files    int       // there until then
	LivesOn  bool      // Closing: the room burns on, on other servers
	Clean    bool      // BurnedOut, Wiped, TakenAway: a shared store was searched, and has nothing left of the room
}

// Left returns the time until the room's deadline, never negative.
func (m *Member) Left() time.Duration { return m.room.timeLeft() }

// LivesOn reports whether the room burns on, as far as is known here, though the
// member's stay may have ended.
func (m *Member) LivesOn() bool {
	l := m.room
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state.Left() > 0 && (l.end == nil || l.end.LivesOn)
}

// State returns the room at this moment.
func (m *Member) State() State {
	l := m.room
	l.mu.Lock()
	defer l.mu.Unlock()
	over := l.checkDeadline()
	s := State{
		Room:     l.state.Room,
		You:      m.seat,
		Roster:   l.roster.seats,
		Messages: l.transcript.seq,
		Seen:     m.resumed,
		Stale:    l.stale,
		Over:     over,
		End:      m.end,
	}
	if s.End == nil {
		s.End = l.end
	}
	if s.End == nil {
		s.Knocks = l.doorway.waiting(l.state.Epoch)
		s.Typing = l.typists.except(m.seat.Identity)
	}
	return s
}

// Shared returns a place for what sessions of this process derive from the room's
// transcript and can use together, such as drawn rows. It lives as long as the
// transcript and its positions. Whoever puts something there bounds it.
func (m *Member) Shared() *sync.Map { return &m.room.shared }

// Post says something in the room and returns when the room has it. If the
// store's reply is lost, Post waits and asks. So after any error nothing was said
// and nothing will be, except after ErrUnknown: the context ended first,
// or messages are missing that nobody here can see any more. It returns ErrEmpty,
// ErrTooLong, ErrTooFast, ErrSourceFull, ErrRoomFull, ErrNotSaid and the errors
// of Store.Append. The room gets the text as [Keep] returns it.
func (m *Member) Post(ctx context.Context, text string) error {
	return m.post(ctx, text, Words{})
}
