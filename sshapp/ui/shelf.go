package ui

import (
	"sync"

	"wick/rooms"
)

// Bounds of the rows that are kept for a room.
const (
	maxShelves = 16 // kinds of screens
	shelfItems = 64 // items of the transcript for each, the newest
)

// shelf holds the finished rows of a room's transcript for all sessions that
// see it alike: made once, not once for each of them. Safe from any goroutine.
type shelf struct {
	mu    sync.Mutex
	items [shelfItems]struct {
		id    uint64 // position; 0 for none
		after uint64 // see transcript.after
		rows  []row
	}
}

// Held implements rooms.Holder.
func (s *shelf) Held() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for i := range s.items {
		for _, r := range s.items[i].rows {
			n += len(r.text)
		}
	}
	return int64(n)
}

// Drop implements rooms.Holder.
func (s *shelf) Drop() {
	s.mu.Lock()
	clear(s.items[:])
	s.mu.Unlock()
}

var _ rooms.Holder = (*shelf)(nil)

// view is what the rows of an item depend on, beside the item.
type view struct {
	theme *Theme
	zone  string
	width int
}

// shelfFor is the room's shelf for the view; nil where there are too many.
func shelfFor(m *rooms.Member, v view) *shelf {
	shared := m.Shared()
	if s, ok := shared.Load(v); ok {
		return s.(*shelf)
	}
	n := 0
	shared.Range(func(any, any) bool {
		n++
		return n < maxShelves
	})
	if n == maxShelves {
		return nil
	}
	s, _ := shared.LoadOrStore(v, new(shelf))
	return s.(*shelf)
}

// rows are those of the item, from the shelf or made now. They are shared and
// must not be changed.
func (s *shelf) rows(id, after uint64, lay func() []row) []row {
	s.mu.Lock()
	at := &s.items[id%shelfItems]
	if at.id == id && at.after == after {
		defer s.mu.Unlock()
		return at.rows
	}
	s.mu.Unlock()
	rows := lay()
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.id <= id {
		at.id, at.after, at.rows = id, after, rows
	}
	return rows
}
