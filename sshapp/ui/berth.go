package ui

import (
	"sync"

	"wick/rooms"
)

// berth holds the session's seat from the moment a command gets it, so that it
// is given back whichever way the session ends.
type berth struct {
	mu     sync.Mutex
	member *rooms.Member
	closed bool
}

// take keeps the seat. It answers false where the session is over: then the
// seat is the caller's to give back.
func (b *berth) take(m *rooms.Member) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.member = m
	return true
}

func (b *berth) close() {
	b.mu.Lock()
	m := b.member
	b.member, b.closed = nil, true
	b.mu.Unlock()
	if m != nil {
		m.Leave()
	}
}
