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
	hb := &beat{ctx: ctx, keys: s.codec.keys(ref.Name), args: append([]any{ref.Epoch}, args...), done: make(chan struct{})}
	client, err := s.masterFor(ctx, hb.keys[0])
	if err == nil && b.add(client, hb) {
		select {
		case <-hb.done:
			err = hb.err
		case <-ctx.Done():
			return nil, fault(ctx, beatScript, ctx.Err())
		}
	}
	if hb.val == nil && (err == nil || retryAlone(err)) {
		return s.runOn(ctx, ref, beatScript, args...)
	}
	if err != nil {
		return nil, fault(ctx, beatScript, err)
	}
	r, err := beatScript.reply(hb.val)
	if errors.Is(err, rooms.ErrNoRoom) {
		s.forget(ctx, ref)
	}
	return r, err
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
func (b *beats) add(client goredis.UniversalClient, hb *beat) bool {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	if b.store.closed {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	bt := b.batchers[client]
	if bt == nil {
		bt = &batcher{client: client}
		b.batchers[client] = bt
	}
	bt.waiting = append(bt.waiting, hb)
	if bt.senders == 0 || bt.senders < maxBatches && len(bt.waiting)%beatBatch == 0 {
		bt.senders++
		b.store.wg.Go(func() { b.sendBatches(bt) })
	}
	return true
}

// sendBatches sends batches until no beat waits.
func (b *beats) sendBatches(bt *batcher) {
	for {
		batch := b.nextBatch(bt)
		if batch == nil {
			return
		}
		if err := withRecover(func() error { return bt.send(batch) }); err != nil {
			for _, hb := range batch {
				hb.err = err
			}
		}
		for _, hb := range batch {
			close(hb.done)
		}
	}
}

// nextBatch returns the beats to send next. If there are none, it returns nil
// and the calling sender ends; the last one removes the batcher.
func (b *beats) nextBatch(bt *batcher) []*beat {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(len(bt.waiting), beatBatch)
	if n == 0 {
		if bt.senders--; bt.senders == 0 {
			delete(b.batchers, bt.client)
		}
		return nil
	}
	batch := bt.waiting[:n:n]
	bt.waiting = bt.waiting[n:]
	return batch
}

// send makes one round trip, or two if Redis does not know the script. It sets
// each beat's result and returns nil: only a panic makes the batch fail.
func (bt *batcher) send(batch []*beat) error {
	// Not a caller's context: the batch belongs to many callers.
	ctx, cancel := context.WithTimeout(context.Background(), beatLimit)
	defer cancel()
	bt.eval(ctx, batch, false)
	var unknown []*beat
	for _, hb := range batch {
		if goredis.HasErrorPrefix(hb.err, "NOSCRIPT") {
			unknown = append(unknown, hb)
		}
	}
	if len(unknown) > 0 {
		bt.eval(ctx, unknown, true)
	}
	return nil
}

// eval makes one round trip. If withText is set, the first beat carries the
// script's text, so that Redis knows it from then on.
func (bt *batcher) eval(ctx context.Context, batch []*beat, withText bool) {
	pipe := bt.client.Pipeline()
	cmds := make([]*goredis.Cmd, len(batch))
	for i, hb := range batch {
		if hb.err = hb.ctx.Err(); hb.err != nil {
			continue
		}
		command, source := "evalsha", beatScript.sha
		if withText {
			command, source, withText = "eval", beatScript.text, false
		}
		cmds[i] = pipe.Do(ctx, evalArgs(command, source, hb.keys, hb.args)...)
	}
	pipe.Exec(ctx) // returns the first command's error
	for i, hb := range batch {
		if cmds[i] != nil {
			hb.val, hb.err = cmds[i].Result()
		}
	}
}
