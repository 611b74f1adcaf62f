package redis

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

// listener hands what is published to the feeds of this process: one
// connection for all rooms, one subscription per room however many feeds. run
// is its one owner of connections; all else only tells it what is wanted.
type listener struct {
	client  goredis.UniversalClient
	wire    wire
	tombs   *tombs
	log     *slog.Logger
	wake    chan struct{} // capacity one: dirty is not empty
	done    chan struct{} // closed when run ended
	broken  bool          // no connection stands; for run alone
	deaf    int           // connections left for that, one soon after the other; changed by run alone
	avoided string        // the node that was deaf last; for run alone

	// publish sends a token to a channel as scripts of rooms do.
	publish func(ctx context.Context, channel, token string) error

	renewed chan struct{} // capacity one: another connection stands, maybe to another server

	standing  atomic.Bool              // a connection stands
	suspected atomic.Bool              // what is published may not come in
	dog       atomic.Pointer[watchdog] // of the connection that stands; else nil
	lost      atomic.Uint64            // how many were lost

	mu      sync.Mutex
	watches map[string]*watch   // by channel
	dirty   map[*watch]struct{} // those to subscribe or unsubscribe
}

// watch is one channel that somebody wants, or wanted a moment ago: run
// forgets it only as it unsubscribes. Guarded by listener.mu.
type watch struct {
	name    rooms.Name
	channel string
	node    *goredis.Client // of a Cluster: the one in charge, when that was last looked at
	taps    []*tap          // replaced, never changed: run reads it without the lock
	sent    bool            // asked for on the present connection
	acked   bool            // ready is closed
	ready   chan struct{}   // closed at the first acknowledgement
}

// tap is one feed of a watch. It stays shut until its token came in, for in a
// Cluster what was published before may come in after the acknowledgement:
// nodes pass it on to each other at leisure, if in order.
type tap struct {
	feed  *rooms.Feed
	token string
	open  chan struct{} // closed by receive alone
}

func (t *tap) isOpen() bool {
	select {
	case <-t.open:
		return true
	default:
		return false
	}
}

// tokenKind begins a token on its channel; no event has this kind.
const tokenKind = "t"

const (
	tokenRetry = 500 * time.Millisecond // how long a token may take: it is lost with a connection
	tokenTries = 4                      // that did not come in are evidence against the connection
)

func newListener(client goredis.UniversalClient, publish func(context.Context, string, string) error, w wire, t *tombs, log *slog.Logger) *listener {
	return &listener{
		client:  client,
		publish: publish,
		wire:    w,
		tombs:   t,
		renewed: make(chan struct{}, 1),
		log:     log,
		wake:    make(chan struct{}, 1),
		done:    make(chan struct{}),
		watches: map[string]*watch{},
		dirty:   map[*watch]struct{}{},
	}
}

// Watch implements rooms.Store.
func (s *Store) Watch(ctx context.Context, name rooms.Name) (*rooms.Feed, error) {
	w, t := s.listener.add(name)
	if err := s.settle(ctx, w, t); err != nil {
		t.feed.Close()
		return nil, fmt.Errorf("watch: %w", err)
	}
	return t.feed, nil
}

// settle returns when the tap is open.
func (s *Store) settle(ctx context.Context, w *watch, t *tap) error {
	gone := func() error { return fmt.Errorf("%w: %w", rooms.ErrUnavailable, ctx.Err()) }
	select {
	case <-w.ready:
	case <-s.listener.done:
		return rooms.ErrUnavailable
	case <-ctx.Done():
		return gone()
	}
	retry := time.NewTicker(tokenRetry)
	defer retry.Stop()
	dog, unheard := s.listener.dog.Load(), 0
	for {
		// The script goes where those of rooms go, also while a slot moves.
		cmd := once{goredis.NewCmd(ctx, evaluation("eval", echoScript.text, []string{w.channel}, []any{tokenKind + t.token})...)}
		err := s.do(ctx, cmd)
		if goredis.IsPermissionError(err) || goredis.HasErrorPrefix(err, "MOVED") && !s.passing(err) {
			return fault(ctx, echoScript, err)
		} // else that it came in is what counts
		select {
		case <-t.open:
			return nil
		case <-retry.C:
			if now := s.listener.dog.Load(); now != dog {
				dog, unheard = now, 0
			} else if err == nil {
				unheard++
			}
			if unheard >= tokenTries && s.listener.doubt() {
				unheard = 0
			}
		case <-s.listener.done:
			return rooms.ErrUnavailable
		case <-ctx.Done():
			return gone()
		}
	}
}

// add makes a tap for the name, still shut.
func (l *listener) add(name rooms.Name) (*watch, *tap) {
	channel := l.wire.keys(name)[channelAt]
	t := &tap{token: rand.Text(), open: make(chan struct{})}
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.watches[channel]
	if w == nil {
		w = &watch{name: name, channel: channel, ready: make(chan struct{})}
		l.watches[channel] = w
	}
	t.feed = rooms.NewFeed(func() { l.remove(w, t) })
	w.taps = append(slices.Clip(w.taps), t)
	if !w.sent {
		l.mark(w)
	}
	return w, t
}

func (l *listener) remove(w *watch, t *tap) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w.taps = slices.DeleteFunc(slices.Clone(w.taps), func(other *tap) bool { return other == t })
	if len(w.taps) == 0 {
		l.mark(w)
	}
}

// mark has run look at w.
func (l *listener) mark(w *watch) {
	l.dirty[w] = struct{}{}
	select {
	case l.wake <- struct{}{}:
	default: // a wake that is pending is enough
	}
}

// renew notes that a new connection knows of no watch.
func (l *listener) renew() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.watches {
		w.sent = false
		l.mark(w)
	}
}

// changes answers the channels to unsubscribe and to subscribe, in this order.
func (l *listener) changes() (leave, join []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for w := range l.dirty {
		switch {
		case len(w.taps) == 0:
			delete(l.watches, w.channel)
			if w.sent {
				leave = append(leave, w.channel)
			}
		case !w.sent:
			w.sent = true
			join = append(join, w.channel)
		}
	}
	clear(l.dirty)
	return leave, join
}

// acked notes that Redis subscribed the channel. Where it had done so before,
// the connection was lost meanwhile, or the channel left for a moment: what
// was published then is missing.
func (l *listener) acked(channel string) {
	l.mu.Lock()
	w := l.watches[channel]
	if w == nil {
		l.mu.Unlock()
		return
	}
	taps, again := w.taps, w.acked
	if !again {
		w.acked = true
		close(w.ready)
	}
	l.mu.Unlock()
	for _, t := range taps {
		if again && t.isOpen() {
			t.feed.Gap()
		}
	}
}

// published hands on what came in on a channel. Only receive calls it.
func (l *listener) published(channel, payload string) {
	if channel == endChannel {
		l.tombs.ended(l.wire, payload)
		return
	}
	l.mu.Lock()
	w := l.watches[channel]
	if w == nil || len(w.taps) == 0 {
		l.mu.Unlock()
		return
	}
	taps := w.taps
	l.mu.Unlock()
	if token, ok := strings.CutPrefix(payload, tokenKind); ok {
		for _, t := range taps {
			if t.token == token && !t.isOpen() {
				close(t.open)
			}
		}
		return
	}
	e, err := l.wire.openEvent(w.name, payload)
	if err != nil {
		return // no server said it; what is missing shows by the numbers
	}
	if e.Kind == rooms.Destroyed {
		// How long that is remembered need not be exact.
		l.tombs.add(l.wire.sealer.RoomKey(w.name.String()), e.Epoch, rooms.Now().Add(e.Deadline.Sub(e.Time)))
	}
	for _, t := range taps {
		if t.isOpen() {
			t.feed.Push(e)
		}
	}
}
