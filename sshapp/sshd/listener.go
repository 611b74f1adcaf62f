package sshd

import (
	"net"

	"github.com/pires/go-proxyproto"
)

// Kernel buffers of one connection, in bytes; Linux doubles them. On their own
// they would grow to megabytes for a client that sends and is not read, or does
// not read, and they count as memory of the container.
const (
	kernelReadBuffer  = 32 << 10
	kernelWriteBuffer = 64 << 10
)

// limitedListener accepts connections within the limits only. Others are refused.
type limitedListener struct {
	net.Listener
	tracker *tracker
	handle  func(net.Conn) // serves a connection that came through a proxy
}

// Accept waits for a connection within the limits. Its errors are those of the
// listener, because the SSH server knows which of them are temporary.
func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		nc, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.tracker.cfg.isProxy(nc.RemoteAddr()) {
			if pc, ok := l.tracker.await(nc); ok {
				go l.handleAnnounced(pc)
			}
			continue
		}
		if c, ok := l.tracker.add(nc); ok {
			return c, nil
		}
	}
}

// handleAnnounced serves a connection of a proxy. It ends with the connection.
func (l *limitedListener) handleAnnounced(pc *proxyproto.Conn) {
	if c, ok := l.tracker.addAnnounced(pc); ok {
		l.handle(c)
	}
}

// boundBuffers bounds the kernel's buffers. Errors do not matter: a connection
// works as well without.
func boundBuffers(nc net.Conn) {
	if tcp := tcpOf(nc); tcp != nil {
		tcp.SetReadBuffer(kernelReadBuffer)
		tcp.SetWriteBuffer(kernelWriteBuffer)
	}
}
