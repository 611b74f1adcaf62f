package sshapp

import (
	"slices"
	"sync"
	"time"
)

// What a client sends and no session reads yet stays in the buffers of the SSH
// library, which have no bound but the windows of the channels. It is measured
// from outside, by the bytes that came from the network since the channel's
// buffer was last empty. All of them may belong to one channel, so that the
// largest number counts. In memory it can be twice as much: a packet of one
// character takes 36 bytes on the network.

// heldBack is how much unread input a connection may have, in bytes, however
// much its source has: whoever types is never made to wait.
const heldBack = 8 << 10

// inbox is the unread input of all connections from one source, or one site.
type inbox struct {
	limit int64

	mu      sync.Mutex
	held    int64
	waiting chan struct{} // closed when held is within limit again; nil: nobody waits
}

func (b *inbox) add(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held += n
	if b.held <= b.limit && b.waiting != nil {
		close(b.waiting)
		b.waiting = nil
	}
}

// over reports whether more than limit is held, and returns what is closed when
// no more is.
func (b *inbox) over() (<-chan struct{}, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held <= b.limit {
		return nil, false
	}
	if b.waiting == nil {
		b.waiting = make(chan struct{})
	}
	return b.waiting, true
}

// arrivals measures the unread input of one connection. Its methods are safe
// for concurrent use.
type arrivals struct {
	mu    sync.Mutex
	wire  int64      // bytes that came from the network
	open  []*account // that may hold unread input
	total int64      // what was told of it
	gone  bool       // the connection has ended
}

// account is what is known of the input of one channel.
type account struct {
	empty   int64 // the value of wire when its buffer was last empty
	taken   int64 // bytes read since
	reading int64 // bytes that the reads under way may take at once
}

// unread is the largest number of a channel. The caller holds mu.
func (a *arrivals) unread() (most int64) {
	for _, c := range a.open {
		most = max(most, a.wire-c.empty-c.taken-c.reading)
	}
	return most
}

// any reports whether anything came.
func (a *arrivals) any() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.wire > 0
}

// change calls f under mu. It returns by how much that changed the unread input,
// and how much that is now.
func (a *arrivals) change(f func()) (by, now int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f()
	now = a.unread()
	by, a.total = now-a.total, now
	return by, now
}

func (g *guard) changed(f func()) {
	by, now := g.arrivals.change(f)
	if by == 0 {
		return
	}
	for _, b := range g.inboxes {
		b.add(by)
	}
	if by < 0 && now <= heldBack {
		select {
		case g.relieved <- struct{}{}:
		default: // one wake is enough
		}
	}
}

// arrived counts bytes from the network.
func (g *guard) arrived(n int) { g.changed(func() { g.arrivals.wire += int64(n) }) }

// opened returns the account of a channel that was accepted. It counts until
// closed.
func (g *guard) opened() *account {
	c := &account{}
	g.changed(func() {
		c.empty = g.arrivals.wire
		if !g.arrivals.gone {
			g.arrivals.open = append(g.arrivals.open, c)
		}
	})
	return c
}

// leave takes the connection's input out of its source's: it is gone.
func (g *guard) leave() {
	g.changed(func() { g.arrivals.open, g.arrivals.gone = nil, true })
}

// forget ends the account of a channel.
func (g *guard) forget(c *account) {
	g.changed(func() {
		g.arrivals.open = slices.DeleteFunc(g.arrivals.open, func(o *account) bool { return o == c })
	})
}

// read reads a channel's input with f. If that gives less than was asked for, the
// library's buffer was empty at some moment meanwhile. What came since the read
// began may have come later: a client can send much before this goroutine runs
// again.
func (g *guard) read(c *account, p []byte, f func([]byte) (int, error)) (int, error) {
	var began int64
	g.changed(func() {
		began = g.arrivals.wire
		c.reading += int64(len(p))
	})
	n, err := f(p)
	g.changed(func() {
		c.reading -= int64(len(p))
		c.taken += int64(n)
		if n < len(p) {
			c.empty, c.taken = began, 0
		}
	})
	return n, err
}

// unread is how much input of this connection no session has read yet, in bytes,
// roughly.
func (g *guard) unread() int64 {
	g.arrivals.mu.Lock()
	defer g.arrivals.mu.Unlock()
	return g.arrivals.total
}

// hold waits while the connection holds unread input and its source more than
// it may. TCP makes the client wait meanwhile; nothing is lost. It reports
// whether the connection is still there.
func (g *guard) hold() bool {
	for g.unread() > heldBack {
		var within <-chan struct{}
		for _, b := range g.inboxes {
			if c, over := b.over(); over {
				within = c
			}
		}
		if within == nil {
			break
		}
		g.held.Store(true) // it is not its fault that nothing is heard
		select {
		case <-within:
		case <-g.relieved:
		case <-g.ctx.Done():
			return false
		}
	}
	if g.held.Load() {
		g.heard.Store(int64(time.Since(g.born)))
		g.held.Store(false)
	}
	return true
}
