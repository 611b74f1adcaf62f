package rooms

import (
	"context"
	"time"
)

const (
	clockCheck = time.Second     // between two looks at the clock
	clockGap   = 3 * time.Second // between two looks: more, and this process stood still
)

// WatchClock calls woke, from its own goroutine, soon after the machine has
// slept or this process has stood still for longer than a moment, as after
// SIGSTOP: timers that count by Now are late then, and the store may have gone
// on. It returns when ctx ends. A busy machine may cause a call, too.
func WatchClock(ctx context.Context, woke func()) {
	ticker := time.NewTicker(clockCheck)
	defer ticker.Stop()
	last, slept := Now(), machine.asleep()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now, total := Now(), machine.asleep()
		if total != slept || now.Sub(last) > clockGap {
			woke()
		}
		last, slept = now, total
	}
}
