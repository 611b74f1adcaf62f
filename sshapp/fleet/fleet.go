// Package fleet brings an operator's commands to all servers that share a store.
//
// An asker broadcasts a nonce. Each server offers it a token, which is good for one
// command within tokenLife. The asker sends its command with the token, and the server
// carries it out, once, and replies. The asker waits for the servers that are listed in
// the store, for replyLimit at most, and tells which did not reply.
//
// The store is not trusted. All messages are sealed by servers, and each server chooses
// its tokens and times them by its own clock. So a message that is repeated, or held
// back for longer than tokenLife, does nothing, whatever the store's clock says and
// however often a server was restarted. Whoever can write to the store can still keep
// commands and replies from arriving.
//
// Whether the servers are closed to new rooms is kept in the store as well, for servers
// that start. The record has a revision, and no server goes back to an older one: it
// puts its own there again. See Fleet.SetClosed.
package fleet

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"wick/rooms"
)

const (
	renewEvery = 5 * time.Second
	lease      = 3 * renewEvery // after which a server that died is not waited for
	storeLimit = 2 * time.Second
	replyLimit = 2 * time.Second // for all servers
	tokenLife  = 5 * time.Second
	maxAsks    = 16 // commands of operators at the same time

	// Bounds of what the store can make a server do, by repeating messages.
	offersASecond = 50
	maxTokens     = offersASecond * int(tokenLife/time.Second)
	maxQueue      = 32
	maxReply      = 1 << 20 // bytes
	maxMessage    = maxReply + 4<<10
)

// Config configures a Fleet. Do is required.
type Config struct {
	// Store connects the servers [this one is alone]. Only one Fleet may have it.
	Store rooms.Fleet
	// Do carries out a command on this server and returns the reply, in JSON of at most
	// so many bytes. It must not wait for anybody, and must be safe for concurrent use.
	Do func(command json.RawMessage, limit int) (reply json.RawMessage)
	// Changed is called when the servers are closed or opened [nothing is].
	Changed func(closed bool)
	// Panicked is called after a panic in Do [nothing is].
	Panicked func(v any)
	Log      *slog.Logger // [nothing is logged]
}

// Fleet is this server among those that share its store. It is safe for concurrent use.
type Fleet struct {
	cfg    Config
	id     string
	queue  chan []byte // messages that came
	offers *rate.Limiter

	mu     sync.Mutex
	stop   context.CancelFunc // nil: not started
	tokens map[string]time.Time
	asks   map[string]*ask // by nonce
	door   door

	running sync.WaitGroup // the goroutines of Start
}

// New returns a Fleet that the other servers do not know yet.
func New(cfg Config) *Fleet {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Changed == nil {
		cfg.Changed = func(bool) {}
	}
	if cfg.Panicked == nil {
		cfg.Panicked = func(any) {}
	}
	return &Fleet{
		cfg:    cfg,
		id:     strings.ToLower(rand.Text()),
		queue:  make(chan []byte, maxQueue),
		offers: rate.NewLimiter(offersASecond, offersASecond),
		tokens: map[string]time.Time{},
		asks:   map[string]*ask{},
	}
}

// ID returns the server's ID: random for each process, and of lower-case letters and
// digits.
func (f *Fleet) ID() string { return f.id }

// Start joins the other servers. When it returns, this one is closed if they are, unless
// the store did not reply. Stop ends what it starts.
func (f *Fleet) Start() {
	if f.cfg.Store == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background()) // until Stop
	f.mu.Lock()
	f.stop = cancel
	f.mu.Unlock()
	f.cfg.Store.Receive(f.receive)
	if _, err := f.renew(ctx); err != nil && ctx.Err() == nil {
		f.cfg.Log.Warn("the other servers of this Redis do not know this one yet", "error", err)
	}
	f.running.Go(func() { f.handleQueue(ctx) })
	f.running.Go(func() { f.renewAlways(ctx) })
}

// Stop leaves the other servers, and waits until a command that is being carried out has
// its reply. It may be called without Start, and twice.
func (f *Fleet) Stop() {
	f.mu.Lock()
	stop := f.stop
	f.stop = nil
	f.mu.Unlock()
	if stop == nil {
		return
	}
	f.cfg.Store.Receive(nil)
	stop()
	f.running.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), storeLimit)
	defer cancel()
	f.cfg.Store.Retire(ctx, f.id) // else its lease lapses
}

// receive queues a message. One that finds the queue full is lost, and its sender told
// that this server did not reply.
func (f *Fleet) receive(message []byte) {
	if len(message) > maxMessage {
		return
	}
	select {
	case f.queue <- message:
	default:
	}
}

func (f *Fleet) handleQueue(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-f.queue:
			f.handle(ctx, m)
		}
	}
}

func (f *Fleet) renewAlways(ctx context.Context) {
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			f.renew(ctx) // if it fails, again at the next tick
		}
	}
}

// renew lists this server, agrees with the store on the door, and returns the servers.
func (f *Fleet) renew(ctx context.Context) (servers []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	servers, record, err := f.cfg.Store.Renew(ctx, f.id, lease)
	if err != nil {
		return nil, err
	}
	return servers, f.agree(ctx, record)
}
