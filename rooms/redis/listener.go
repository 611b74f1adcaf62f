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

// listener delivers published events to the feeds of this process. It has one
// connection for all rooms and one subscription for each room, however many
// feeds it has. Only run touches the connection; all others mark what is to be
// subscribed and wake it.
type listener struct {
	client    goredis.UniversalClient
	codec     codec
	tombs     *tombstones
	lit       *rooms.LitIndex
	fleet     fleetKeys
	log       *slog.Logger
	wake      chan struct{} // capacity 1: dirty is not empty
	done      chan struct{} // closed when run has ended
	reasons   []string      // logged since publications last arrived for a while; used by run, and by verify while run waits for it
	deafConns int           // connections in a row that were replaced because they received nothing; set by run only
	avoided   string        // address of the node of the last of them; used by run only

	// publish publishes a token by a script, as rooms do.
	publish func(ctx context.Context, channel, token string) error

	onBroadcast atomic.Pointer[func([]byte)] // see Store.Receive

	renewed chan struct{} // capacity 1: there is a new connection, maybe to another server

	connected atomic.Bool               // there is a connection that may subscribe
	settled   atomic.Pointer[time.Time] // when what others know has reached the server of a connection that replaced a lost one; nil: none was lost
	suspected atomic.Bool               // what is published may not arrive on it
	watchdog  atomic.Pointer[watchdog]  // of the connection, or nil
	lost      atomic.Uint64             // connections that were lost

	mu            sync.Mutex
	subscriptions map[string]*subscription   // by channel
	dirty         map[*subscription]struct{} // those to subscribe or unsubscribe
}

// subscription is a room's channel with its subscribers. One without subscribers
// remains until run unsubscribes the channel. Guarded by listener.mu.
type subscription struct {
	name        rooms.Name
	channel     string
	node        *goredis.Client // on a Cluster: the channel's master when detectMoves last ran
	subscribers []*subscriber   // copied on write: receive reads it without the lock
	sent        bool            // subscribed on the current connection
	acked       bool            // ready is closed
	ready       chan struct{}   // closed at the first acknowledgement
}

// subscriber is one feed of a subscription. Nothing is delivered to it until its
// token has arrived: in a Cluster, messages published before the subscription
// can arrive after the acknowledgement, because nodes pass them on
// asynchronously, though in order.
type subscriber struct {
	feed  *rooms.Feed
	token string
	open  chan struct{} // closed by receive only
}

func (s *subscriber) isOpen() bool {
	select {
	case <-s.open:
		return true
	default:
		return false
	}
}

// tokenKind begins a token on a room's channel. No event has this kind.
const tokenKind = "t"

const (
	tokenRetry = 500 * time.Millisecond // after which a token is sent again: it may be lost with a connection
	tokenTries = 4                      // lost tokens that make the connection suspect
)

func newListener(client goredis.UniversalClient, publish func(context.Context, string, string) error, c codec, t *tombstones, lit *rooms.LitIndex, log *slog.Logger) *listener {
	return &listener{
		client:        client,
		publish:       publish,
		codec:         c,
		tombs:         t,
		lit:           lit,
		fleet:         newFleetKeys(c),
		renewed:       make(chan struct{}, 1),
		log:           log,
		wake:          make(chan struct{}, 1),
		done:          make(chan struct{}),
		subscriptions: map[string]*subscription{},
		dirty:         map[*subscription]struct{}{},
	}
}

// Watch implements rooms.Store.
func (s *Store) Watch(ctx context.Context, name rooms.Name) (*rooms.Feed, error) {
	sub, added := s.listener.add(name)
	if err := s.awaitOpen(ctx, sub, added); err != nil {
		added.feed.Close()
		return nil, fmt.Errorf("watch: %w", err)
	}
	return added.feed, nil
}

// awaitOpen returns when the subscriber is open.
func (s *Store) awaitOpen(ctx context.Context, sub *subscription, added *subscriber) error {
	unavailable := func() error { return fmt.Errorf("%w: %w", rooms.ErrUnavailable, ctx.Err()) }
	select {
	case <-sub.ready:
	case <-s.listener.done:
		return rooms.ErrUnavailable
	case <-ctx.Done():
		return unavailable()
	}
	retry := time.NewTicker(tokenRetry)
	defer retry.Stop()
	wd, lost := s.listener.watchdog.Load(), 0
	for {
		// A script goes to the room's node, even while the slot moves.
		cmd := noRetry{goredis.NewCmd(ctx, evalArgs("eval", echoScript.text, []string{sub.channel}, []any{tokenKind + added.token})...)}
		err := s.do(ctx, cmd)
		if goredis.IsPermissionError(err) || goredis.HasErrorPrefix(err, "MOVED") && !s.transient(err) {
			return fault(ctx, echoScript, err)
		} // after any other error, the token may still arrive
		select {
		case <-added.open:
			return nil
		case <-retry.C:
			if now := s.listener.watchdog.Load(); now != wd {
				wd, lost = now, 0
			} else if err == nil {
				lost++
			}
			if lost >= tokenTries && s.listener.suspect() {
				lost = 0
			}
		case <-s.listener.done:
			return rooms.ErrUnavailable
		case <-ctx.Done():
			return unavailable()
		}
	}
}

// add adds a subscriber, not yet open, to the room's subscription.
func (l *listener) add(name rooms.Name) (*subscription, *subscriber) {
	channel := l.codec.keys(name)[channelAt]
	added := &subscriber{token: rand.Text(), open: make(chan struct{})}
	l.mu.Lock()
	defer l.mu.Unlock()
	sub := l.subscriptions[channel]
	if sub == nil {
		sub = &subscription{name: name, channel: channel, ready: make(chan struct{})}
		l.subscriptions[channel] = sub
	}
	added.feed = rooms.NewFeed(func() { l.remove(sub, added) })
	sub.subscribers = append(slices.Clip(sub.subscribers), added)
	if !sub.sent {
		l.markDirty(sub)
	}
	return sub, added
}

func (l *listener) remove(sub *subscription, removed *subscriber) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sub.subscribers = slices.DeleteFunc(slices.Clone(sub.subscribers), func(s *subscriber) bool { return s == removed })
	if len(sub.subscribers) == 0 {
		l.markDirty(sub)
	}
}

// markDirty makes run subscribe or unsubscribe sub. The caller holds mu.
func (l *listener) markDirty(sub *subscription) {
	l.dirty[sub] = struct{}{}
	select {
	case l.wake <- struct{}{}:
	default: // one pending wake is enough
	}
}

// resubscribe makes run subscribe all channels, on a new connection.
func (l *listener) resubscribe() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, sub := range l.subscriptions {
		sub.sent = false
		l.markDirty(sub)
	}
}

// takeDirty returns the channels to unsubscribe and to subscribe, in this order.
func (l *listener) takeDirty() (leave, join []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for sub := range l.dirty {
		switch {
		case len(sub.subscribers) == 0:
			delete(l.subscriptions, sub.channel)
			if sub.sent {
				leave = append(leave, sub.channel)
			}
		case !sub.sent:
			sub.sent = true
			join = append(join, sub.channel)
		}
	}
	clear(l.dirty)
	return leave, join
}

// acknowledged records that Redis subscribed the channel. If it had done so
// before, the connection was replaced, or the channel was left for a moment:
// the subscribers may have missed what was published meanwhile.
func (l *listener) acknowledged(channel string) {
	l.mu.Lock()
	sub := l.subscriptions[channel]
	if sub == nil {
		l.mu.Unlock()
		return
	}
	subscribers, again := sub.subscribers, sub.acked
	if !again {
		sub.acked = true
		close(sub.ready)
	}
	l.mu.Unlock()
	for _, s := range subscribers {
		if again && s.isOpen() {
			s.feed.Gap()
		}
	}
}

// dispatch delivers what arrived on a channel. Only receive calls it.
func (l *listener) dispatch(channel, payload string) {
	switch channel {
	case endedChannel:
		l.tombs.receive(l.codec, payload)
		return
	case l.fleet.channel:
		l.broadcast(payload)
		return
	case litChannel:
		if record, err := l.codec.openLit(payload); err == nil {
			l.lit.Add(record)
		}
		return
	}
	l.mu.Lock()
	sub := l.subscriptions[channel]
	if sub == nil || len(sub.subscribers) == 0 {
		l.mu.Unlock()
		return
	}
	subscribers := sub.subscribers
	l.mu.Unlock()
	if token, ok := strings.CutPrefix(payload, tokenKind); ok {
		for _, s := range subscribers {
			if s.token == token && !s.isOpen() {
				close(s.open)
			}
		}
		return
	}
	e, err := l.codec.openEvent(sub.name, payload)
	if err != nil {
		return // no server sealed it; a missing event shows as a gap in the numbers
	}
	if e.Kind == rooms.Destroyed || e.Kind == rooms.Taken {
		// The time for which this is remembered need not be exact.
		l.tombs.add(l.codec.sealer.RoomKey(sub.name.String()), e.Epoch, rooms.Now().Add(e.Deadline.Sub(e.Time)))
	}
	for _, s := range subscribers {
		if s.isOpen() {
			s.feed.Push(e)
		}
	}
}
