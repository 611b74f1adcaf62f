package sshtest

import (
	"net"
	"slices"
	"sync"
)

// Pipe returns a listener that accepts one connection, and the client's end of it. It
// works inside a synctest bubble, where the network does not.
func Pipe() (net.Listener, net.Conn) {
	server, client := net.Pipe()
	l := &pipeListener{conns: make(chan net.Conn, 1), closed: make(chan struct{})}
	l.conns <- server
	c := &pipeClient{Conn: client, out: make(chan []byte, 16), closed: make(chan struct{})}
	go c.send()
	return l, c
}

type pipeListener struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

// Accept implements net.Listener.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements net.Listener.
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// pipeClient buffers writes. SSH needs that, because both ends begin with a write.
type pipeClient struct {
	net.Conn
	out    chan []byte
	once   sync.Once
	closed chan struct{}
}

// send writes the buffered bytes until the connection is closed.
func (c *pipeClient) send() {
	for {
		select {
		case b := <-c.out:
			if _, err := c.Conn.Write(b); err != nil {
				return
			}
		case <-c.closed:
			return
		}
	}
}

// Write implements net.Conn.
func (c *pipeClient) Write(p []byte) (int, error) {
	select {
	case c.out <- slices.Clone(p):
		return len(p), nil
	case <-c.closed:
		return 0, net.ErrClosed
	}
}

// Close implements net.Conn.
func (c *pipeClient) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}
