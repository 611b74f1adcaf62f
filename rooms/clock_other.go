//go:build !linux

package rooms

import "time"

// bootOffset returns 0: sleep is not measured here. Go's monotonic clock counts
// it on some of these systems, and stands still on others.
func bootOffset() time.Duration { return 0 }
