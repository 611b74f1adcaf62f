package memory

import (
	"sync/atomic"

	"wick/rooms"
)

// meter counts what all rooms hold together. Safe from any goroutine.
type meter struct {
	limit int64
	used  atomic.Int64
}

// take counts n bytes more, or answers false where that is beyond the limit.
// What takes no more than it gives back is never beyond it.
func (m *meter) take(n int64) bool {
	if used := m.used.Add(n); n > 0 && used > m.limit {
		m.used.Add(-n)
		return false
	}
	return true
}

// Space implements rooms.Store.
func (s *Store) Space() rooms.Space {
	return rooms.Space{Used: s.held.used.Load(), Limit: s.held.limit}
}

func (m *meter) free(n int64) { m.used.Add(-n) }

// Held returns how many bytes all rooms together are counted as.
func (s *Store) Held() int64 { return s.held.used.Load() }
