package rooms

import (
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Guest is who wants a seat.
type Guest struct {
	Alias     string // wanted; a number is added where somebody has it
	Identity  string // stands for the person within the room
	Returns   bool   // the identity will be the same when the person comes back
	Made      bool   // Alias was made from Identity, and chosen by nobody: it is not marked as another's
	WriteOnly bool   // reads nothing of what was said before, so that is not fetched
	Source    string // what is kept of the guest is charged to it, as to all of one address; never leaves this process; empty: not bounded
	Network   string // stands for the guest's network within the room; empty: its seats are not bounded
}

// noHistory is a number that no message is newer than.
const noHistory = math.MaxInt64

// Member is one session's seat in a room. Its methods are safe from any
// goroutine; those with a context may wait for the store.
type Member struct {
	live   *live
	news   chan struct{}
	ticks  chan struct{}
	limit  *rate.Limiter
	key    string // whose limit it is, when they come back; empty: nobody knows
	source string // see Guest
	writes bool   // alone, see Guest.WriteOnly
	seat   Seat   // guarded by live.mu
	end    *End   // guarded by live.mu; this member's alone
	left   bool   // guarded by live.mu
	keeps  bool   // the seat is kept when this process ends
	made   string // the alias that was made from the identity; empty: none
	given  string // that, or it with a number; set before the member is in the room

	unread  uint64    // guarded by live.mu: messages that came since Since was called
	came    time.Time // guarded by live.mu: when the oldest of those did
	seen    uint64    // guarded by live.mu: the newest message that Since answered
	resumed uint64    // guarded by live.mu: that of the stay before, where the seat was kept
	start   uint64    // guarded by live.mu: position of the first event that the member may see
	read    uint64    // guarded by live.mu: of journal.came, what Since answered or the member may not see

	own      map[uint64]Event // guarded by live.mu, see live.own
	ownOf    uint64           // guarded by live.mu: journal.changes at own
	revealed map[string]bool  // guarded by live.mu: IDs of what burns and was shown to this member
	typed    time.Time        // guarded by live.mu: when Typing last told others
}

// State is a room as its members see it at one moment.
type State struct {
	Room     Room
	You      Seat
	Roster   []Seat // everybody, in the order of arrival as this process saw it; shared, not to be changed
	Messages uint64 // said so far, also between others
	Seen     uint64 // the newest message that was shown before this process took over a kept seat; else 0
	Knocks   []Seat // who waits at the door of a locked room, the longest waiting first; who has no key and a name that is twice there has a Tag
	Typing   []Seat // who else is writing something, the longest writing first
	Stale    bool   // the store does not answer; what is shown may be old
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
)

// End is the end of a member's stay that was not the member's wish.
type End struct {
	Reason   Reason
	Time     time.Time // by the store's clock
	By       string    // Wiped, ShownOut: the alias of who did it
	Messages uint64    // said until then
	LivesOn  bool      // Closing: the room burns on, on other servers
	Clean    bool      // BurnedOut, Wiped: a shared store was looked through, and has nothing left of the room
}

// News has a value whenever State or Since may have changed for another reason
// than time that passes. A wake that is pending is enough.
func (m *Member) News() <-chan struct{} { return m.news }

// Ticks has a value whenever the countdown as people read it has changed: once
// a second below an hour, else once a minute. All members of a room tick by
// the room's one timer.
func (m *Member) Ticks() <-chan struct{} { return m.ticks }

// Left is the time until the room's deadline, never negative.
func (m *Member) Left() time.Duration { return m.live.left() }

// State is the room at this moment.
func (m *Member) State() State { return m.live.state(m) }

// Shared is a place for what sessions of this process make of the room's
// transcript and can use together, such as drawn rows. It lives as long as the
// transcript and its positions do; what is in it is bounded by who puts it there.
func (m *Member) Shared() *sync.Map { return &m.live.shared }

// Since returns what the room's transcript has from position pos on; Since(0) is
// all that the room remembers, from the oldest message on that the store kept
// when the member entered. It is empty after the end. It copies nothing of what
// all members see.
func (m *Member) Since(pos uint64) Transcript { return m.live.since(m, pos) }

// Post says something in the room and returns when the room has it. While the
// store does not tell whether it has, it waits and asks; so on any error nothing
// was said and nothing will be, except on ErrUnknown: the context ended first, or
// messages are missing that nobody here can see any more. It answers ErrEmpty, ErrTooLong, ErrTooFast,
// ErrSourceFull, ErrRoomFull, ErrNotSaid and the errors of Store.Append.
func (m *Member) Post(ctx context.Context, text string) error {
	return m.say(ctx, Words{Text: text})
}

func (m *Member) say(ctx context.Context, w Words) error {
	began := time.Now()
	err := m.live.post(ctx, m, w)
	if err == nil {
		m.live.hub.cfg.Meter.Said(time.Since(began))
	}
	return m.live.hub.refused(err)
}

// Rename changes the member's alias. It answers the errors of ParseAlias,
// ErrAliasTaken and ErrTooFast.
func (m *Member) Rename(ctx context.Context, alias string) error {
	return m.live.rename(ctx, m, alias)
}

// Shorten moves the room's deadline to left from now. It answers ErrLonger,
// ErrTooShort below MinTTL, and ErrTooFast.
func (m *Member) Shorten(ctx context.Context, left time.Duration) error {
	return m.live.shorten(ctx, m, left)
}

// Destroy wipes the room for everybody. It is never too fast.
func (m *Member) Destroy(ctx context.Context) error { return m.live.destroy(ctx, m) }

// Leave gives the seat up. It waits for the store a bounded time, is for every
// member that Enter returned, and may be called twice.
func (m *Member) Leave() { m.live.leave(m) }
