package rooms

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// ErrClosing is answered by a hub that is being closed.
var ErrClosing = errors.New("the server is going down")

// HubConfig is what is optional for a Hub; the zero value works.
type HubConfig struct {
	Lease   time.Duration // how long seats outlive the last beat; default 20 s
	Beat    time.Duration // between two beats of a room, ±10 %; default two fifths of Lease
	Keep    time.Duration // how long seats are kept for who returns when this process ends; default 1 min
	Rate    rate.Limit    // messages and other acts of a member per second, see Member.act; a network may act twice as often; default 2, rate.Inf for no limit
	Burst   int           // as many at once, and of a network four times as many; default 8
	MaxText int           // characters of a message; default MaxText
	LivesOn bool          // rooms outlive this process: the store is shared
	Log     *slog.Logger  // default: nowhere
	Meter   Meter         // default: nothing is counted

	// Panicked is told of a panic, from the stack of the room that panicked
	// and ends. Default: nobody is told.
	Panicked func(value any)
}

// Hub holds the live rooms of this process: those with a member here. It owns
// one goroutine per live room, which ends when the last member has left, the
// room ends, or the hub closes, and one that watches the clock until the hub
// closes. Its methods are safe from any goroutine.
type Hub struct {
	store    Store
	budget   *budget
	warnings *warnings
	cfg      HubConfig
	node     string // names this process in leases; random
	born     time.Time
	ctx      context.Context
	stop     context.CancelFunc
	wg       sync.WaitGroup

	doors *doors
	pace  *pace

	mu     sync.Mutex
	rooms  map[Name]*live
	closed bool
}

// NewHub returns a hub on the store. Close it before the store.
func NewHub(store Store, cfg HubConfig) *Hub {
	if cfg.Lease == 0 {
		// The beats of others find a dead process: its members are off the
		// rosters after a lease and a beat, so in less than 30 s.
		cfg.Lease = 20 * time.Second
	}
	if cfg.Beat == 0 {
		cfg.Beat = cfg.Lease * 2 / 5
	}
	if cfg.Keep == 0 {
		cfg.Keep = time.Minute
	}
	if cfg.Rate == 0 {
		cfg.Rate = 2
	}
	if cfg.Burst == 0 {
		cfg.Burst = 8
	}
	if cfg.MaxText == 0 {
		cfg.MaxText = MaxText
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Meter == nil {
		cfg.Meter = noMeter{}
	}
	if cfg.Panicked == nil {
		cfg.Panicked = func(any) {}
	}
	warnings := newWarnings(cfg.Log)
	h := &Hub{
		store: store, cfg: cfg, node: rand.Text(), born: time.Now(), rooms: map[Name]*live{},
		warnings: warnings, budget: newBudget(store.Space, warnings), doors: newDoors(), pace: newPace(cfg.Rate, cfg.Burst),
	}
	// The hub's own lifetime, not a request's: rooms outlive the session
	// that happened to be the first in them.
	h.ctx, h.stop = context.WithCancel(context.Background())
	h.wg.Go(func() { WatchClock(h.ctx, h.woke) })
	return h
}

// woke has every live room ask the store and set its timers anew, because time
// has passed that this process did not see. Screens follow at once.
func (h *Hub) woke() {
	h.mu.Lock()
	all := slices.Collect(maps.Values(h.rooms))
	h.mu.Unlock()
	for _, l := range all {
		l.tick()
		l.missed()
	}
}

// Light creates a room. Nobody is in it yet. It answers ErrBurning, ErrStoreFull,
// ErrSourceFull, and ErrTooShort below MinTTL.
func (h *Hub) Light(ctx context.Context, l Lighting) (Room, error) {
	if l.TTL < MinTTL {
		return Room{}, ErrTooShort
	}
	if err := h.budget.mayLight(l.Source); err != nil {
		return Room{}, h.refused(err)
	}
	room, err := h.store.Light(ctx, l)
	if err == nil {
		h.budget.lit(l.Source, room)
	}
	return room, h.refused(err)
}

// Find answers the room that burns under the name, or ErrNoRoom.
func (h *Hub) Find(ctx context.Context, name Name) (Room, error) {
	return h.store.Find(ctx, name)
}

// Enter takes a seat in the room that burns under the name. The member must
// be left. It answers ErrNoRoom, ErrFull and ErrClosing. The context bounds
// entering only.
func (h *Hub) Enter(ctx context.Context, name Name, g Guest) (*Member, error) {
	for {
		l, err := h.hold(name)
		if err != nil {
			return nil, err
		}
		m, err := l.enter(ctx, g)
		if err == nil {
			return m, nil
		}
		h.release(l)
		if !errors.Is(err, errEnded) {
			return nil, h.refused(err)
		}
		// The room ended while it was entered: another may burn by now.
		select {
		case <-l.ended:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Close ends every member's stay with Closing and waits for the hub's
// goroutines. Members still are to be left, and give their seats up then.
func (h *Hub) Close() {
	for _, l := range h.shut() {
		l.finish(End{Reason: Closing, LivesOn: h.cfg.LivesOn})
	}
	h.stop()
	h.wg.Wait()
}

// shut lets nobody in any more, and answers the rooms that are live.
func (h *Hub) shut() []*live {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	return slices.Collect(maps.Values(h.rooms))
}

// hold answers the live room of that name, started if need be, and counts the
// caller as its user until release.
func (h *Hub) hold(name Name) (*live, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, ErrClosing
	}
	l := h.rooms[name]
	if l == nil {
		l = newLive(h, name)
		h.rooms[name] = l
		ctx, cancel := context.WithCancel(h.ctx)
		l.stop = cancel
		h.wg.Go(func() {
			defer cancel()
			defer close(l.done)
			defer l.rescue()
			l.run(ctx)
		})
	}
	l.users++
	return l, nil
}

// release is the other half of hold. The last user ends the live room.
func (h *Hub) release(l *live) {
	h.mu.Lock()
	l.users--
	last := l.users == 0
	if last && h.rooms[l.name] == l {
		delete(h.rooms, l.name)
	}
	h.mu.Unlock()
	if last {
		l.stop()
	}
}

// forget makes room for another burning under the name.
func (h *Hub) forget(l *live) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.rooms[l.name] == l {
		delete(h.rooms, l.name)
	}
}
