package memory

import (
	"sync/atomic"

	"wick/rooms"
)

// quota counts what all rooms hold together. It is safe for concurrent use.
type quota struct {
	limit int64
	used  atomic.Int64
}

// take counts n bytes more, and reports whether that is within the limit; otherwise
// it counts nothing. Giving back, with n below 0, is always within the limit.
func (q *quota) take(n int64) bool {
	if used := q.used.Add(n); n > 0 && used > q.limit {
		q.used.Add(-n)
		return false
	}
	return true
}

func (q *quota) free(n int64) { q.used.Add(-n) }

// charge counts n bytes more for the room, and reports whether the store has them.
func (s *Store) charge(r *room, n int64) bool {
	if !s.quota.take(n) {
		return false
	}
	r.held += n
	return true
}

// Space implements rooms.Store.
func (s *Store) Space() rooms.Space {
	return rooms.Space{Used: s.quota.used.Load(), Limit: s.quota.limit}
}

// Held returns how many bytes all rooms together are counted as.
func (s *Store) Held() int64 { return s.quota.used.Load() }
