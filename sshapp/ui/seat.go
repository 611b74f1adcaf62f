package ui

import (
	"sync"

	"wick/rooms"
)

// seat holds the session's seat in a room from the moment that a command gets it, so
// that it is given back however the session ends. It is safe for concurrent use.
type seat struct {
	mu     sync.Mutex
	member *rooms.Member
	closed bool
}

// take keeps the seat. It returns false after close, and then the caller must give the
// seat back.
func (s *seat) take(m *rooms.Member) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.member = m
	return true
}

// held returns the member, or nil.
func (s *seat) held() *rooms.Member {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.member
}

// release leaves the seat to the caller. It returns false if there is none.
func (s *seat) release() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := s.member != nil
	s.member, s.closed = nil, true
	return held
}

// close gives the seat back, if there is one.
func (s *seat) close() {
	s.mu.Lock()
	m := s.member
	s.member, s.closed = nil, true
	s.mu.Unlock()
	if m != nil {
		m.Leave()
	}
}
