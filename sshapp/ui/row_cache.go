package ui

import (
	"container/list"
	"sync"

	"wick/rooms"
)

// Bounds of the rows that are kept.
const (
	roomRowBytes    = 1 << 20   // of a room; enough for all of its texts in one view
	sessionRowBytes = 256 << 10 // of a session whose view keeps changing
	cachedRowsBytes = 256       // about what an item takes besides its rows
	maxHeights      = 4096      // heights, enough for a few views of a whole transcript
)

// rowCache caches the finished rows of a room's transcript for all sessions that see
// them alike. It drops the least recently used ones first. The heights of items
// outlive their rows, so that nothing is laid out to scroll past them. It is safe for
// concurrent use. A nil cache keeps nothing.
type rowCache struct {
	limit int // bytes

	mu     sync.Mutex
	bytes  int
	rows   map[rowKey]*list.Element
	recent list.List // of *cachedRows, the latest used first

	// Two generations: when the newer is full, it becomes the older one.
	heights, olderHeights map[rowKey]int
}

// view is what the rows of every item depend on. A reader who sees an item differently
// from the others has it under a view of their own.
type view struct {
	theme  *Theme
	zone   string
	width  int
	reader string // identity; empty: everybody's
	alias  string // of the reader
}

// stamp is what the rows of an item depend on besides the item: the events before
// it, and what became of it. Readers may differ in these, since their transcripts begin
// at different ones.
type stamp struct {
	before uint64 // position of the event before; 0: none
	run    int    // events that are folded into the item's rows, itself included; 0: none
	unsaid bool   // the message was taken back
}

type rowKey struct {
	view  view
	pos   uint64
	stamp stamp
}

type cachedRows struct {
	key   rowKey
	rows  []row
	bytes int
}

func newRowCache(limit int) *rowCache {
	return &rowCache{limit: limit, rows: map[rowKey]*list.Element{}, heights: map[rowKey]int{}}
}

// roomRows returns the cache of the member's room.
func roomRows(m *rooms.Member) *rowCache {
	type cacheKey struct{}
	c, ok := m.Shared().Load(cacheKey{})
	if !ok {
		c, _ = m.Shared().LoadOrStore(cacheKey{}, newRowCache(roomRowBytes))
	}
	return c.(*rowCache)
}

// Held implements rooms.Holder.
func (c *rowCache) Held() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int64(c.bytes)
}

// Drop implements rooms.Holder.
func (c *rowCache) Drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.rows)
	c.recent.Init()
	c.bytes = 0
}

var _ rooms.Holder = (*rowCache)(nil)

// get returns the rows of an item, which are shared and must not be changed. If they
// are not cached, it calls lay, without holding a lock.
func (c *rowCache) get(k rowKey, lay func() []row) []row {
	if c == nil {
		return lay()
	}
	if rows := c.find(k); rows != nil {
		return rows
	}
	rows := lay()
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.rows[k]; ok { // another session was faster
		return e.Value.(*cachedRows).rows
	}
	item := &cachedRows{k, rows, cachedRowsBytes}
	for _, r := range rows {
		item.bytes += len(r.text) + rowBytes
	}
	if item.bytes > c.limit {
		return rows
	}
	c.rows[k] = c.recent.PushFront(item)
	for c.bytes += item.bytes; c.bytes > c.limit; {
		oldest := c.recent.Remove(c.recent.Back()).(*cachedRows)
		delete(c.rows, oldest.key)
		c.bytes -= oldest.bytes
	}
	return rows
}

func (c *rowCache) find(k rowKey) []row {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.rows[k]
	if !ok {
		return nil
	}
	c.recent.MoveToFront(e)
	return e.Value.(*cachedRows).rows
}

// height returns the number of rows of an item, if it is known.
func (c *rowCache) height(k rowKey) (n int, ok bool) {
	if c == nil {
		return 0, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if n, ok = c.heights[k]; ok {
		return n, true
	}
	if n, ok = c.olderHeights[k]; ok {
		c.setHeight(k, n)
	}
	return n, ok
}

// noteHeight keeps the number of rows of an item.
func (c *rowCache) noteHeight(k rowKey, n int) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.setHeight(k, n)
}

// setHeight is noteHeight. The caller holds mu.
func (c *rowCache) setHeight(k rowKey, n int) {
	if len(c.heights) >= maxHeights/2 {
		c.olderHeights, c.heights = c.heights, map[rowKey]int{}
	}
	c.heights[k] = n
}
