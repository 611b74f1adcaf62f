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

// ErrClosing is returned by a hub that is being closed.
var ErrClosing = errors.New("the server is going down")

// HubConfig configures a Hub; the zero value works.
type HubConfig struct {
	Lease   time.Duration // how long seats outlive the last beat; default 20 s
	Beat    time.Duration // between two beats of a room, ±10 %; default two fifths of Lease
	Rate    rate.Limit    // messages and other acts of a member per second; a network may act twice as often; default 2, rate.Inf for no limit
	Burst   int           // as many at once, four times as many by a network; default 8
	MaxText int           // characters of a message; default MaxText
	LivesOn bool          // rooms outlive this process: the store is shared
	Log     *slog.Logger  // default: nowhere
	Metrics Metrics       // default: nothing is counted

	// Panicked is called with the value of a panic, on the stack of the room that
	// panicked and ends. Default: nothing is called.
	Panicked func(value any)
}

// Hub holds the live rooms of this process: those with a member here. It owns one
// goroutine per live room, which ends when the last member has left, the room
// ends, or the hub closes, one that watches the clock until the hub closes, and those that
// call what Member.OnTick was given, which Close waits for.
// Its methods are safe for concurrent use.
type Hub struct {
	store    Store
	budget   *budget
	warnings *LogThrottle
	cfg      HubConfig
	node     string // names this process in leases; random
	born     time.Time
	ctx      context.Context
	stop     context.CancelFunc
	wg       sync.WaitGroup

	knockQueues *knockQueues
	limits      *rateLimits
	ticker      ticker
	metronome   metronome

	mu     sync.Mutex
	rooms  map[Name]*liveRoom
	closed bool
}

// NewHub returns a hub on the store. Close it before the store.
func NewHub(store Store, cfg HubConfig) *Hub {
	if cfg.Lease == 0 {
		// The beats of other processes detect a dead one: its members are off the
		// rosters after a lease and a beat, so in less than 30 s.
		cfg.Lease = 20 * time.Second
	}
	if cfg.Beat == 0 {
		cfg.Beat = cfg.Lease * 2 / 5
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
	if cfg.Metrics == nil {
		cfg.Metrics = noMetrics{}
	}
	if cfg.Panicked == nil {
		cfg.Panicked = func(any) {}
	}
	warnings := NewLogThrottle(cfg.Log)
	h := &Hub{
		store: store, cfg: cfg, node: rand.Text(), born: time.Now(), rooms: map[Name]*liveRoom{},
		warnings: warnings, budget: newBudget(store.Space, warnings), knockQueues: newKnockQueues(), limits: newRateLimits(cfg.Rate, cfg.Burst),
	}
	// The hub's own lifetime, not a request's: rooms outlive the session that
	// happened to be the first in them.
	h.ctx, h.stop = context.WithCancel(context.Background())
	h.ticker.wg, h.metronome.born = &h.wg, h.born
	h.wg.Go(func() { WatchClock(h.ctx, h.woke) })
	return h
}

// woke has every live room ask the store and reset its timers, as time has passed
// that this process did not see. Screens follow at once.
func (h *Hub) woke() {
	for _, l := range h.liveRooms() {
		l.tick()
		l.requestResync()
	}
}

// liveRooms returns the live rooms, in no order.
func (h *Hub) liveRooms() []*liveRoom {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Values(h.rooms))
}

// Light creates a room. Nobody is in it yet. It returns ErrBurning, ErrStoreFull,
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
		h.budget.chargeRoom(l.Source, room)
	}
	return room, h.refused(err)
}

// Find returns the room that burns under the name, or ErrNoRoom.
func (h *Hub) Find(ctx context.Context, name Name) (Room, error) {
	return h.store.Find(ctx, name)
}

// Enter takes a seat in the room that burns under the name. Member.Leave must be
// called. It returns ErrClosing and the errors of Store.Enter. The context bounds
// entering only.
func (h *Hub) Enter(ctx context.Context, name Name, g Guest) (*Member, error) {
	for {
		l, err := h.acquire(name)
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

// Close ends every member's stay with Closing and waits for the hub's goroutines.
// Member.Leave must still be called, and gives the seat up then.
func (h *Hub) Close() {
	for _, l := range h.shut() {
		l.finish(End{Reason: Closing, LivesOn: h.cfg.LivesOn})
	}
	h.stop()
	h.wg.Wait()
}

// newSeat returns a new seat for the guest.
func (h *Hub) newSeat(g Guest) Seat {
	return Seat{ID: rand.Text(), Node: h.node, Alias: g.Alias, Identity: g.Identity, Network: g.Network, Keyed: g.Returns, Writer: g.WriteOnly, Rev: 1}
}

// shut lets nobody in any more, and returns the live rooms.
func (h *Hub) shut() []*liveRoom {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	return slices.Collect(maps.Values(h.rooms))
}

// acquire returns the live room of that name, started if need be, and counts the
// caller as its user until release.
func (h *Hub) acquire(name Name) (*liveRoom, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, ErrClosing
	}
	l := h.rooms[name]
	if l == nil {
		l = newLiveRoom(h, name)
		h.rooms[name] = l
		ctx, cancel := context.WithCancel(h.ctx)
		l.cancel = cancel
		h.wg.Go(func() {
			defer cancel()
			defer close(l.done)
			defer l.recoverPanic()
			l.run(ctx)
		})
	}
	l.users++
	return l, nil
}

// release undoes acquire. The last user ends the live room.
func (h *Hub) release(l *liveRoom) {
	h.mu.Lock()
	l.users--
	last := l.users == 0
	if last && h.rooms[l.name] == l {
		delete(h.rooms, l.name)
	}
	h.mu.Unlock()
	if last {
		l.cancel()
	}
}

// forget removes a live room, so that another may burn under the name.
func (h *Hub) forget(l *liveRoom) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.rooms[l.name] == l {
		delete(h.rooms, l.name)
	}
}
