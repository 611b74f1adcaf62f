package ui

import (
	"bytes"
	"io"
	"sync"
	"time"

	"wick/rooms"
)

// Plain is a session that goes on in plain lines, which /plain asks for. The screen is
// cleared, and the person keeps their seat.
type Plain struct {
	Member   *rooms.Member  // the caller has to Leave
	Read     uint64         // position after the newest event that the screen has shown
	Input    io.Reader      // takes the place of Terminal.Input
	Location *time.Location // of the times shown
	Notice   string         // a sentence for the person; may be empty
}

// source is the input, until it is handed over. Bubble Tea's reader cannot be stopped:
// the bytes of a Read that is still waiting go to whoever reads next.
type source struct {
	src io.Reader

	mu      sync.Mutex
	reading bool
	over    bool
	last    chan arrival // capacity 1: of the Read during which the input was handed over
}

// arrival is what a Read returned.
type arrival struct {
	keys []byte
	err  error
}

func newSource(src io.Reader) *source { return &source{src: src, last: make(chan arrival, 1)} }

// Read reads keys. It returns io.EOF once they belong to somebody else.
func (s *source) Read(p []byte) (int, error) {
	if !s.begin() {
		return 0, io.EOF
	}
	n, err := s.src.Read(p)
	return s.arrived(p[:n], err)
}

// begin begins a read, unless the keys belong to somebody else.
func (s *source) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reading = !s.over
	return s.reading
}

// arrived ends a read. It returns how many of the keys are for its caller.
func (s *source) arrived(keys []byte, err error) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reading = false
	if s.over {
		s.last <- arrival{bytes.Clone(keys), err}
		return 0, io.EOF
	}
	return len(keys), err
}

// handOver returns a reader of what Read does not return. Its first buffer must not be
// smaller than those of Read.
func (s *source) handOver() io.Reader {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	if s.reading {
		return &resumed{s.src, s.last}
	}
	return s.src
}

// resumed reads on where a source was handed over.
type resumed struct {
	src  io.Reader
	last chan arrival // nil once it was received from
}

func (r *resumed) Read(p []byte) (int, error) {
	if r.last == nil {
		return r.src.Read(p)
	}
	a := <-r.last
	r.last = nil
	return copy(p, a.keys), a.err
}
