package sshtest

import (
	"strings"
	"sync"
)

// Buffer is a bytes.Buffer that is safe for concurrent use. Its zero value is ready to
// use.
type Buffer struct {
	Keep int // bytes, of the newest, that are kept at least; 0: all

	mu      sync.Mutex
	b       strings.Builder
	changed chan struct{} // closed by the next write; nil if nobody waits
}

// Write implements io.Writer.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.b.Write(p); b.Keep > 0 && b.b.Len() > 2*b.Keep {
		newest := b.b.String()[b.b.Len()-b.Keep:]
		b.b.Reset()
		b.b.WriteString(newest)
	}
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
	return len(p), nil
}

// String returns what is kept.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// wait returns what is kept, and a channel that the next write closes.
func (b *Buffer) wait() (text string, changed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.changed == nil {
		b.changed = make(chan struct{})
	}
	return b.b.String(), b.changed
}
