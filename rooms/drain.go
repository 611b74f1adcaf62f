package rooms

import (
	"context"
	"sync"
	"time"
)

// settleTimeout bounds how long a drain waits for a store that is silent.
const settleTimeout = 2 * time.Second

// Drain is Close for a process that ends while the store lives on: before that,
// every live room catches up with the store once more. Nobody else could restore
// what members said here and the store has lost in a failover. Drain takes at
// most half of the time until ctx ends, and leaves the rest for the members to
// go.
func (h *Hub) Drain(ctx context.Context) {
	all := h.shut()
	if h.cfg.LivesOn {
		limit := settleTimeout
		if end, ok := ctx.Deadline(); ok {
			limit = min(limit, time.Until(end)/2)
		}
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		var settling sync.WaitGroup
		for _, l := range all {
			settling.Go(func() { l.settle(ctx) })
		}
		settling.Wait()
	}
	h.Close()
}

// settle returns when the room has caught up with the store since the call, or
// has ended, or ctx is done.
func (l *liveRoom) settle(ctx context.Context) {
	caughtUp := make(chan struct{})
	select {
	case l.settling <- caughtUp:
	case <-l.done:
		return
	case <-ctx.Done():
		return
	}
	select {
	case <-caughtUp:
	case <-l.done:
	case <-ctx.Done():
	}
}
