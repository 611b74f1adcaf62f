package sshd

import "net"

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
}

// Accept waits for a connection within the limits. Its errors are those of the
// listener, because the SSH server knows which of them are temporary.
func (l limitedListener) Accept() (net.Conn, error) {
	for {
		nc, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if c, ok := l.tracker.add(nc); ok {
			return c, nil
		}
	}
}

// boundBuffers bounds the kernel's buffers. Errors do not matter: a connection
// works as well without.
func boundBuffers(nc net.Conn) {
	if tcp, ok := nc.(*net.TCPConn); ok {
		tcp.SetReadBuffer(kernelReadBuffer)
		tcp.SetWriteBuffer(kernelWriteBuffer)
	}
}
