package rooms

import (
	"context"
	"time"
)

const (
	clockCheckEvery = time.Second
	maxClockGap     = 3 * time.Second // between two checks: after a longer one, this process stood still
)

// WatchClock calls woke soon after the machine has slept or this process has
// stood still for longer than a moment, as after SIGSTOP: timers that count by
// Now are late then, and the store may have gone on. It returns when ctx is done.
// A busy machine may cause a call, too.
func WatchClock(ctx context.Context, woke func()) {
	ticker := time.NewTicker(clockCheckEvery)
	defer ticker.Stop()
	last, slept := Now(), sleep.read()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now, total := Now(), sleep.read()
		if total != slept || now.Sub(last) > maxClockGap {
			woke()
		}
		last, slept = now, total
	}
}
