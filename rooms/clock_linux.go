package rooms

import (
	"time"

	"golang.org/x/sys/unix"
)

// bootOffset returns how far CLOCK_BOOTTIME, which counts suspend, is ahead of
// CLOCK_MONOTONIC, which Go reads and which stands still in suspend.
// CLOCK_MONOTONIC is read later: a delay between the two makes the result too
// low, never too high. Without CLOCK_BOOTTIME it returns 0.
//
// See clock_gettime(2).
func bootOffset() time.Duration {
	var boot, mono unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &boot) != nil ||
		unix.ClockGettime(unix.CLOCK_MONOTONIC, &mono) != nil {
		return 0
	}
	return time.Duration(boot.Nano() - mono.Nano())
}
