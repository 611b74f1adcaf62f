package sshd

import (
	"slices"
	"sync"
)

// Input that no session has read yet waits in the buffers of the SSH library, which
// are bounded only by the windows of the channels. It is measured from outside, by
// the bytes that came from the network since a channel's buffer was last empty. All
// of them may belong to one channel, so the largest number of a channel counts. In
// memory it can be twice as much: a packet of one character takes 36 bytes on the
// network.

// unreadFloor is how much unread input a connection may have, in bytes, however
// much its source has: whoever types never has to wait.
const unreadFloor = 8 << 10

// extendedFloor is the unread input of a connection from which on standard error is
// drained, in bytes. No client sends any, and a goroutine that waits for it in each
// session would cost as much memory. Signs of life and changes of the window, which count
// as unread until something is typed, take hours to come to as much.
const extendedFloor = 32 << 10

// sourceUnread is the unread input of all connections of a source, or a site.
type sourceUnread struct {
	limit int64

	mu    sync.Mutex
	total int64
	below chan struct{} // closed once total is within limit; nil: nobody waits
}

func (s *sourceUnread) add(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total += n
	if s.total <= s.limit && s.below != nil {
		close(s.below)
		s.below = nil
	}
}

// exceeded reports whether the total exceeds the limit, and returns a channel that
// is closed once it does not any more.
func (s *sourceUnread) exceeded() (<-chan struct{}, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.total <= s.limit {
		return nil, false
	}
	if s.below == nil {
		s.below = make(chan struct{})
	}
	return s.below, true
}

// unreadCounter measures the unread input of one connection. It is safe for
// concurrent use.
type unreadCounter struct {
	mu       sync.Mutex
	received int64           // bytes from the network
	channels []*channelInput // those that may hold unread input
	total    int64           // unread bytes, after the last change
	closed   bool            // the connection is
}

// channelInput is what is known of one channel's input, in bytes.
type channelInput struct {
	emptyAt int64 // received, when the channel's buffer was last empty
	taken   int64 // read since then
	reading int64 // room in the reads under way
}

// unread returns the largest number of a channel. The caller holds mu.
func (u *unreadCounter) unread() (most int64) {
	for _, ch := range u.channels {
		most = max(most, u.received-ch.emptyAt-ch.taken-ch.reading)
	}
	return most
}

// anyReceived reports whether anything came from the client.
func (u *unreadCounter) anyReceived() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.received > 0
}

// change calls f with mu held. It returns the unread bytes after it, and how much
// they have changed.
func (u *unreadCounter) change(f func()) (delta, total int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	f()
	total = u.unread()
	delta, u.total = total-u.total, total
	return delta, total
}

// bytes returns about how much input no session has read yet.
func (u *unreadCounter) bytes() int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.total
}

// updateUnread changes the counter by f, and the totals of the source and its site
// accordingly. It returns the unread bytes.
func (c *conn) updateUnread(f func()) (total int64) {
	delta, total := c.unread.change(f)
	if delta == 0 {
		return total
	}
	for _, s := range c.unreadOf {
		s.add(delta)
	}
	if delta < 0 && total <= unreadFloor {
		select {
		case c.drained <- struct{}{}:
		default: // one wake is enough
		}
	}
	return total
}

// received counts bytes from the network.
func (c *conn) received(n int) {
	if c.updateUnread(func() { c.unread.received += int64(n) }) <= extendedFloor {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.running {
		t.drainExtended()
	}
}

// openInput begins to count the input of a new channel, until closeInput.
func (c *conn) openInput() *channelInput {
	ch := &channelInput{}
	c.updateUnread(func() {
		ch.emptyAt = c.unread.received
		if !c.unread.closed {
			c.unread.channels = append(c.unread.channels, ch)
		}
	})
	return ch
}

func (c *conn) closeInput(ch *channelInput) {
	c.updateUnread(func() {
		c.unread.channels = slices.DeleteFunc(c.unread.channels, func(o *channelInput) bool { return o == ch })
	})
}

// dropInputs takes the input of a closed connection out of its source's.
func (c *conn) dropInputs() {
	c.updateUnread(func() { c.unread.channels, c.unread.closed = nil, true })
}

// readInput reads a channel's input with read. If that returns less than it has
// room for, the library's buffer was empty at some moment of the call. What came
// since the call began may have come after that moment: a client can send much
// before this goroutine runs again.
func (c *conn) readInput(ch *channelInput, p []byte, read func([]byte) (int, error)) (int, error) {
	var began int64
	c.updateUnread(func() {
		began = c.unread.received
		ch.reading += int64(len(p))
	})
	n, err := read(p)
	c.updateUnread(func() {
		ch.reading -= int64(len(p))
		ch.taken += int64(n)
		if n < len(p) {
			ch.emptyAt, ch.taken = began, 0
		}
	})
	return n, err
}

// waitForReaders waits while the connection has unread input and its source has too
// much. TCP makes the client wait meanwhile, and nothing is lost. It reports false
// if the connection was closed.
func (c *conn) waitForReaders() bool {
	for c.unread.bytes() > unreadFloor {
		var below <-chan struct{}
		for _, s := range c.unreadOf {
			if ch, ok := s.exceeded(); ok {
				below = ch
			}
		}
		if below == nil {
			break
		}
		c.readsPaused.Store(true) // the client is not silent, it is not heard
		select {
		case <-below:
		case <-c.drained:
		case <-c.ctx.Done():
			return false
		}
	}
	if c.readsPaused.Load() {
		c.noteRead()
		c.readsPaused.Store(false)
	}
	return true
}
