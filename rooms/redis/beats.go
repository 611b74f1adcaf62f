package redis

import (
	"context"
	"errors"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

// A process sends the heartbeats of thousands of rooms at the same time. They
// are sent in batches: while one batch is on its way to a server, the next one
// fills. A full batch does not wait for those before it: to a distant server,
// the beats of a large process would otherwise not all arrive before the next
// ones are due.
const (
	beatBatch  = 128             // beats in one round trip
	beatLimit  = 3 * time.Second // for one round trip
	maxBatches = 8               // on their way to one server; each takes a connection
)

// beats sends the heartbeats of this process. It is safe for concurrent use.
type beats struct {
	store *Store

	mu       sync.Mutex
	batchers map[goredis.UniversalClient]*batcher // by server
}

// batcher sends the beats for one server.
type batcher struct {
	client  goredis.UniversalClient
	waiting []*beat // at most one a room; guarded by beats.mu
	senders int     // goroutines that send, at most maxBatches; guarded by beats.mu
}

// beat is one room's heartbeat.
type beat struct {
	ctx  context.Context // the caller's: after it has ended, the beat is not sent
	keys []string
	args []any
	done chan struct{} // closed when val and err are set
	val  any
	err  error
}

// run is Store.runOn for the heartbeat script.
func (b *beats) run(ctx context.Context, ref rooms.Ref, args ...any) (*reply, error) {
	s := b.store
	t := &beat{ctx: ctx, keys: s.wire.keys(ref.Name), args: append([]any{ref.Epoch}, args...), done: make(chan struct{})}
	client, err := s.masterFor(ctx, t.keys[0])
	if err == nil && b.add(client, t) {
		select {
		case <-t.done:
			err = t.err
		case <-ctx.Done():
			return nil, fault(ctx, beatScript, ctx.Err())
		}
	}
	if t.val == nil && (err == nil || retryAlone(err)) {
		return s.runOn(ctx, ref, beatScript, args...)
	}
	if err != nil {
		return nil, fault(ctx, beatScript, err)
	}
	a, err := beatScript.reply(t.val)
	if errors.Is(err, rooms.ErrNoRoom) {
		s.forget(ctx, ref)
	}
	return a, err
}

// retryAlone reports whether a beat that failed in a batch is sent again by
// itself: Redis did not execute it, for a reason that a single command recovers
// from.
func retryAlone(err error) bool {
	var redisErr goredis.Error
	if !errors.As(err, &redisErr) {
		return false
	}
	switch errorCode(redisErr) {
	case "NOSCRIPT", "MOVED", "ASK", "TRYAGAIN", "READONLY", "CLUSTERDOWN":
		return true
	}
	return false
}

// masterFor returns the client of the server that holds the key.
func (s *Store) masterFor(ctx context.Context, key string) (goredis.UniversalClient, error) {
	if c, ok := s.client.(*goredis.ClusterClient); ok {
		return c.MasterForKey(ctx, key)
	}
	return s.client, nil
}

// add queues a beat. It reports false if the store is closed.
func (b *beats) add(client goredis.UniversalClient, t *beat) bool {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	if b.store.closed {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.batchers[client]
	if l == nil {
		l = &batcher{client: client}
		b.batchers[client] = l
	}
	l.waiting = append(l.waiting, t)
	if l.senders == 0 || l.senders < maxBatches && len(l.waiting)%beatBatch == 0 {
		l.senders++
		b.store.wg.Go(func() { b.sendBatches(l) })
	}
	return true
}

// sendBatches sends batches until no beat waits.
func (b *beats) sendBatches(l *batcher) {
	for {
		batch := b.nextBatch(l)
		if batch == nil {
			return
		}
		if err := withRecover(func() error { return l.send(batch) }); err != nil {
			for _, t := range batch {
				t.err = err
			}
		}
		for _, t := range batch {
			close(t.done)
		}
	}
}

// nextBatch returns the beats to send next. If there are none, it returns nil
// and the calling sender ends; the last one removes the batcher.
func (b *beats) nextBatch(l *batcher) []*beat {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(len(l.waiting), beatBatch)
	if n == 0 {
		if l.senders--; l.senders == 0 {
			delete(b.batchers, l.client)
		}
		return nil
	}
	batch := l.waiting[:n:n]
	l.waiting = l.waiting[n:]
	return batch
}

// send makes one round trip, or two if Redis does not know the script. It sets
// each beat's result and returns nil: only a panic makes the batch fail.
func (l *batcher) send(batch []*beat) error {
	// Not a caller's context: the batch belongs to many callers.
	ctx, cancel := context.WithTimeout(context.Background(), beatLimit)
	defer cancel()
	l.eval(ctx, batch, false)
	var unknown []*beat
	for _, t := range batch {
		if goredis.HasErrorPrefix(t.err, "NOSCRIPT") {
			unknown = append(unknown, t)
		}
	}
	if len(unknown) > 0 {
		l.eval(ctx, unknown, true)
	}
	return nil
}

// eval makes one round trip. If withText is set, the first beat carries the
// script's text, so that Redis knows it from then on.
func (l *batcher) eval(ctx context.Context, batch []*beat, withText bool) {
	pipe := l.client.Pipeline()
	cmds := make([]*goredis.Cmd, len(batch))
	for i, t := range batch {
		if t.err = t.ctx.Err(); t.err != nil {
			continue
		}
		command, source := "evalsha", beatScript.sha
		if withText {
			command, source, withText = "eval", beatScript.text, false
		}
		cmds[i] = pipe.Do(ctx, evalArgs(command, source, t.keys, t.args)...)
	}
	pipe.Exec(ctx) // returns the first command's error
	for i, t := range batch {
		if cmds[i] != nil {
			t.val, t.err = cmds[i].Result()
		}
	}
}
