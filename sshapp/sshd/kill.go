package sshd

import (
	"errors"
	"net"
	"reflect"
	"slices"
	"sync"
	"unsafe"

	gossh "golang.org/x/crypto/ssh"
)

// Kill ends the session at once, and with it a write to a client that has stopped
// reading. If no other session runs on the connection, it closes that. If others do, and
// the client takes nothing from the network either, Limits.WriteTimeout ends the write.
func (t *Terminal) Kill() { t.kill() }

// KillStalled is Kill for a client that takes none of its output. It counts as
// Stalled.
func (t *Terminal) KillStalled() {
	if t.kill() {
		t.cfg.Meter.TurnedAway(Stalled)
	}
}

// kill is Kill, and reports whether the session was not killed before.
func (t *Terminal) kill() bool {
	if !t.conn.runsOthers(t) || !endWrites(t.channel) {
		return !errors.Is(t.conn.Close(), net.ErrClosed)
	}
	if t.killed.Swap(true) {
		return false
	}
	t.after(t.cfg.CloseTimeout, t.giveUp)
	t.cancel(errHungUp) // the handler returns, and its channel is closed
	return true
}

// runsOthers reports whether sessions besides t run on the connection.
func (c *conn) runsOthers(t *Terminal) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.running, func(r *Terminal) bool { return r != t })
}

// endWrites has the writes to a channel fail that wait for its client to read, and those
// that follow. x/crypto/ssh does so only when the client closes the channel. It
// reports false, and does nothing, if the library is not as it is known here.
func endWrites(ch gossh.Channel) bool {
	v := reflect.ValueOf(ch)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return false
	}
	window := v.Elem().FieldByName("remoteWin")
	if !window.IsValid() || window.Kind() != reflect.Struct {
		return false
	}
	cond, closed := window.FieldByName("Cond"), window.FieldByName("closed")
	if !cond.IsValid() || cond.Type() != reflect.TypeFor[*sync.Cond]() || cond.IsNil() || !closed.IsValid() || closed.Kind() != reflect.Bool {
		return false
	}
	c := *(**sync.Cond)(unsafe.Pointer(cond.UnsafeAddr()))
	c.L.Lock()
	*(*bool)(unsafe.Pointer(closed.UnsafeAddr())) = true
	c.Broadcast()
	c.L.Unlock()
	return true
}
