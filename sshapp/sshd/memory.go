package sshd

import (
	"slices"
	"time"
)

// MemoryClass is a kind of memory that a session holds.
type MemoryClass uint8

const (
	MemoryOutput MemoryClass = iota // what waits for the client to take it, and what is known of that
	MemoryInput                     // what waits for the handler to use it; the server adds the command and what it has not read
	MemoryScreen                    // what the terminal shows
	memoryClasses
)

// What a connection and a session hold besides those classes, in bytes: the buffers
// of SSH and the stacks of their goroutines.
const (
	connCost    = 64 << 10
	sessionCost = 64 << 10
)

// cutGrace is how long a session whose connection is cut has to tell the person.
const cutGrace = time.Second

// MemoryUse is what a server holds, in bytes, as far as it is counted.
type MemoryUse struct {
	Budget      int64  // Config.MemoryBudget
	Other       int64  // Config.OtherMemory
	Connections int64  // buffers and stacks of connections and sessions
	Output      int64  // MemoryOutput of all sessions
	Input       int64  // MemoryInput of all sessions, their commands, and what the server has not read
	Screens     int64  // MemoryScreen of all sessions
	Cuts        uint64 // connections cut for their memory since the start
}

// Total returns what is held of all classes.
func (u MemoryUse) Total() int64 { return u.Other + u.Connections + u.Output + u.Input + u.Screens }

// Holds sets how many bytes of a class the session holds now.
func (t *Terminal) Holds(class MemoryClass, bytes int64) { t.held[class].Store(bytes) }

// load is what one connection holds, in bytes.
type load struct {
	conn  *conn
	held  [memoryClasses]int64
	base  int64 // connCost, and sessionCost for each session
	bytes int64 // in all
}

// loads returns the loads of all connections that are not being cut for memory.
func (t *tracker) loads() []load {
	t.mu.Lock()
	all := make([]load, 0, len(t.conns))
	for c := range t.conns {
		all = append(all, load{conn: c})
	}
	t.mu.Unlock()
	for i := range all {
		all[i].measure()
	}
	return slices.DeleteFunc(all, func(l load) bool { return l.bytes == 0 })
}

func (l *load) measure() {
	l.conn.mu.Lock()
	defer l.conn.mu.Unlock()
	if l.conn.heavy {
		return
	}
	l.base = connCost + sessionCost*int64(len(l.conn.running))
	l.held[MemoryInput] = l.conn.unread.bytes()
	l.bytes = l.base + l.held[MemoryInput]
	for _, t := range l.conn.running {
		command := t.command.Load()
		l.held[MemoryInput] += command
		l.bytes += command
		for class := range l.held {
			n := t.held[class].Load()
			l.held[class] += n
			l.bytes += n
		}
	}
}

// cutForMemory ends the sessions of the connection, and closes it after cutGrace. It
// does not block.
func (c *conn) cutForMemory() {
	c.mu.Lock()
	c.heavy = true
	c.mu.Unlock()
	c.hangUp(ErrMemory, ErrMemory.Error())
}
