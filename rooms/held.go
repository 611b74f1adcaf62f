package rooms

import (
	"maps"
	"slices"
)

// eventCost is what an event takes beside its text, in bytes, roughly: in a
// journal, with its position and the names in it.
const eventCost = 512

// Holder is for what sessions put into Member.Shared, to be counted by Hub.Held
// and emptied by Hub.Trim. Its methods must be safe from any goroutine and not
// block.
type Holder interface {
	// Held returns how many bytes it takes, roughly.
	Held() int64
	// Drop lets go what can be made again.
	Drop()
}

// Trim drops what sessions share of the live rooms and can make again: for when
// memory is short.
func (h *Hub) Trim() {
	for _, l := range h.all() {
		l.shared.Range(func(_, v any) bool {
			if s, ok := v.(Holder); ok {
				s.Drop()
			}
			return true
		})
	}
}

// all returns the live rooms.
func (h *Hub) all() []*live {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Values(h.rooms))
}

// Held returns how many bytes the live rooms take in this process, roughly: their
// transcripts, and what sessions share of them. Texts that the embedded store
// holds as well are not counted.
func (h *Hub) Held() int64 {
	sum := int64(0)
	for _, l := range h.all() {
		sum += l.held(h.cfg.LivesOn)
	}
	return sum
}

// held counts the texts, too, if the store is not in this process.
func (l *live) held(texts bool) int64 {
	sum := int64(0)
	l.shared.Range(func(_, v any) bool {
		if s, ok := v.(Holder); ok {
			sum += s.Held()
		}
		return true
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.journal == nil {
		return sum
	}
	sum += int64(len(l.journal.all)) * eventCost
	if texts {
		sum += l.journal.text
	}
	return sum
}
