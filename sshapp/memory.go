package sshapp

import (
	"errors"
	"net/netip"
	"slices"
	"time"
)

// memoryClass is a kind of memory that a session takes.
type memoryClass uint8

const (
	readers memoryClass = iota // lines that wait for the client or to be said, and what is known of those it has
	inputs                     // bytes of the client that nobody has read yet, in memory and in SSH
	screens                    // what its terminal shows
	memoryClasses
)

// What each connection and each session take beside those, in bytes: the buffers
// of SSH, and the stacks of their goroutines.
const (
	connCost    = 64 << 10
	sessionCost = 64 << 10
)

// cutGrace is how long a session that is cut for what it holds has to tell the
// person.
const cutGrace = time.Second

// errHeavy is why a session was cut: the cause of its context.
var errHeavy = errors.New("the server is short of memory, and this connection held much of it")

// load is what one connection holds.
type load struct {
	guard  *guard
	source netip.Prefix
	held   [memoryClasses]int64
	base   int64 // see connCost
	bytes  int64 // in all
}

// holds tells the governor how many bytes of a class the session takes by now.
func (t *terminal) holds(c memoryClass, bytes int64) { t.held[c].Store(bytes) }

// loads are those of all connections but the ones that are being cut.
func (r *register) loads() []load {
	r.mu.Lock()
	all := make([]load, 0, len(r.conns))
	for g, source := range r.conns {
		all = append(all, load{guard: g, source: source})
	}
	r.mu.Unlock()
	for i := range all {
		all[i].weigh()
	}
	return slices.DeleteFunc(all, func(l load) bool { return l.bytes == 0 })
}

func (l *load) weigh() {
	l.guard.mu.Lock()
	defer l.guard.mu.Unlock()
	if l.guard.heavy {
		return
	}
	l.base = connCost + sessionCost*int64(len(l.guard.running))
	l.held[inputs] = l.guard.unread()
	l.bytes = l.base + l.held[inputs]
	for _, t := range l.guard.running {
		for c := range l.held {
			n := t.held[c].Load()
			l.held[c] += n
			l.bytes += n
		}
	}
}

// cutHeavy ends the sessions of the connection, which are told why if their
// client takes it, and then the connection. It does not wait.
func (g *guard) cutHeavy() {
	g.mu.Lock()
	g.heavy = true
	asked := slices.Clone(g.running)
	g.mu.Unlock()
	for _, t := range asked {
		t.cancel(errHeavy)
	}
	if len(asked) == 0 {
		g.Close()
		return
	}
	time.AfterFunc(cutGrace, func() { g.Close() })
}
