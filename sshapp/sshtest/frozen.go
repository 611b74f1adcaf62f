package sshtest

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"
)

// FrozenConn is the network connection of a client that freezes: from then on it
// takes bytes off the network, but opens no window and sends nothing, like a client
// that was stopped behind a proxy.
type FrozenConn struct {
	net.Conn
	Cut    chan struct{} // closed when the server has closed the connection of the frozen client
	frozen atomic.Bool
}

// DialFrozen opens a network connection that Freeze freezes.
func DialFrozen(t testing.TB, addr string) *FrozenConn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return &FrozenConn{Conn: conn, Cut: make(chan struct{})}
}

// Freeze freezes the client, after the next bytes from the server.
func (f *FrozenConn) Freeze() { f.frozen.Store(true) }

// Read implements net.Conn.
func (f *FrozenConn) Read(p []byte) (int, error) {
	n, err := f.Conn.Read(p)
	if f.frozen.Load() {
		io.Copy(io.Discard, f.Conn)
		close(f.Cut)
		return 0, io.EOF
	}
	return n, err
}

// StopReading opens a shell as user, freezes, and waits to be cut.
func StopReading(t *testing.T, addr, user string) {
	frozen := DialFrozen(t, addr)
	s := Shell(t, Client(t, frozen, user))
	frozen.Freeze()
	s.Types("hello\r")
	select {
	case <-frozen.Cut:
	case <-time.After(Patience):
		t.Error("the connection goes on")
	}
}
