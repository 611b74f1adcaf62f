package redis

import (
	"context"
	"errors"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

// Rooms beat together, thousands in a process. So their beats go out in batches:
// while one is under way to a server, the next gathers. One that is full does not
// wait for those before it: to a server far away, all beats of a large process
// would not get through one after the other before the next are due.
const (
	beatBatch  = 128             // beats in one round trip
	beatLimit  = 3 * time.Second // for one round trip
	maxBatches = 8               // under way to one server; each takes a connection
)

// beats gathers the heartbeats of this process.
type beats struct {
	store *Store

	mu    sync.Mutex
	lanes map[goredis.UniversalClient]*lane // by the server that they go to
}

// lane is what goes to one server.
type lane struct {
	client  goredis.UniversalClient
	waiting []*beat // guarded by beats.mu; as many as rooms wait
	drivers int     // goroutines that send, up to maxBatches; guarded by beats.mu
}

// beat is one room's heartbeat.
type beat struct {
	ctx  context.Context // the caller's, who waits no longer than that
	keys []string
	args []any
	done chan struct{} // closed when val and err are there
	val  any
	err  error
}

// run is Store.runOn for the script of heartbeats.
func (b *beats) run(ctx context.Context, ref rooms.Ref, args ...any) (*answer, error) {
	s := b.store
	t := &beat{ctx: ctx, keys: s.wire.keys(ref.Name), args: append([]any{ref.Epoch}, args...), done: make(chan struct{})}
	client, err := s.server(ctx, t.keys[0])
	if err == nil && b.add(client, t) {
		select {
		case <-t.done:
			err = t.err
		case <-ctx.Done():
			return nil, fault(ctx, beatScript, ctx.Err())
		}
	}
	if t.val == nil && (err == nil || alone(err)) {
		return s.runOn(ctx, ref, beatScript, args...)
	}
	if err != nil {
		return nil, fault(ctx, beatScript, err)
	}
	a, err := beatScript.answer(t.val)
	if errors.Is(err, rooms.ErrNoRoom) {
		s.forget(ctx, ref)
	}
	return a, err
}

// alone tells whether a beat that failed in a batch is to be sent by itself: it
// was not executed, for a reason that has its remedy there.
func alone(err error) bool {
	var reply goredis.Error
	if !errors.As(err, &reply) {
		return false
	}
	switch code(reply) {
	case "NOSCRIPT", "MOVED", "ASK", "TRYAGAIN", "READONLY", "CLUSTERDOWN":
		return true
	}
	return false
}

// server is who holds the key.
func (s *Store) server(ctx context.Context, key string) (goredis.UniversalClient, error) {
	if c, ok := s.client.(*goredis.ClusterClient); ok {
		return c.MasterForKey(ctx, key)
	}
	return s.client, nil
}

// add queues a beat, or answers false where the store is closed.
func (b *beats) add(client goredis.UniversalClient, t *beat) bool {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	if b.store.closed {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.lanes[client]
	if l == nil {
		l = &lane{client: client}
		b.lanes[client] = l
	}
	l.waiting = append(l.waiting, t)
	if l.drivers == 0 || l.drivers < maxBatches && len(l.waiting)%beatBatch == 0 {
		l.drivers++
		b.store.wg.Go(func() { b.drive(l) })
	}
	return true
}

// drive sends batches until nobody waits.
func (b *beats) drive(l *lane) {
	for {
		batch := b.next(l)
		if batch == nil {
			return
		}
		if err := guarded(func() error { return l.send(batch) }); err != nil {
			for _, t := range batch {
				t.err = err
			}
		}
		for _, t := range batch {
			close(t.done)
		}
	}
}

// next takes those who wait, or lets the driver go, and with the last of them the
// lane.
func (b *beats) next(l *lane) []*beat {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(len(l.waiting), beatBatch)
	if n == 0 {
		if l.drivers--; l.drivers == 0 {
			delete(b.lanes, l.client)
		}
		return nil
	}
	batch := l.waiting[:n:n]
	l.waiting = l.waiting[n:]
	return batch
}

// send makes one round trip, or two to a Redis that does not know the script. The
// error is of the program; what came of each beat is in it.
func (l *lane) send(batch []*beat) error {
	// The lane's own, not one caller's: the batch is for all of them.
	ctx, cancel := context.WithTimeout(context.Background(), beatLimit)
	defer cancel()
	l.evaluate(ctx, batch, false)
	var unknown []*beat
	for _, t := range batch {
		if goredis.HasErrorPrefix(t.err, "NOSCRIPT") {
			unknown = append(unknown, t)
		}
	}
	if len(unknown) > 0 {
		l.evaluate(ctx, unknown, true)
	}
	return nil
}

// evaluate makes one round trip. The first of the batch teaches Redis the script
// on the way, if it does not know it.
func (l *lane) evaluate(ctx context.Context, batch []*beat, teach bool) {
	pipe := l.client.Pipeline()
	cmds := make([]*goredis.Cmd, len(batch))
	for i, t := range batch {
		if t.err = t.ctx.Err(); t.err != nil {
			continue
		}
		command, script := "evalsha", beatScript.sha
		if teach {
			command, script, teach = "eval", beatScript.text, false
		}
		cmds[i] = pipe.Do(ctx, evaluation(command, script, t.keys, t.args)...)
	}
	pipe.Exec(ctx) // its error is that of the first command
	for i, t := range batch {
		if cmds[i] != nil {
			t.val, t.err = cmds[i].Result()
		}
	}
}
