package redis

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync/atomic"
	"time"
)

// keepAlive is that of the client library's own dialer.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 5 * time.Second, Count: 3}

// dialer returns the function that the client library dials with, for a URL
// whose TLS it configures with base; nil: no TLS. It serves all connections: to
// servers, nodes and Sentinels.
func dialer(t TLS, base *tls.Config) (func(ctx context.Context, network, addr string) (net.Conn, error), error) {
	if err := t.check(base); err != nil {
		return nil, err
	}
	plain := net.Dialer{Timeout: dialLimit, KeepAliveConfig: keepAlive}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		if base == nil {
			conn, err := plain.DialContext(ctx, network, addr)
			if tcp, ok := conn.(*net.TCPConn); ok {
				return &plainConn{TCPConn: tcp}, err
			}
			return conn, err
		}
		config, err := t.config(base)
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, dialLimit)
		defer cancel()
		conn, err := plain.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		if config.ServerName == "" {
			config.ServerName, _, _ = net.SplitHostPort(addr)
		}
		c, err := handshake(ctx, conn, config)
		if err != nil {
			conn.Close()
			return nil, err
		}
		return c, nil
	}, nil
}

func handshake(ctx context.Context, conn net.Conn, config *tls.Config) (*tlsConn, error) {
	c := &tlsConn{certified: len(config.Certificates) > 0}
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		c.asked = true
		if c.certified {
			return &config.Certificates[0], nil
		}
		return new(tls.Certificate), nil // none
	}
	secure := tls.Client(conn, config)
	c.Conn = secure
	err := secure.HandshakeContext(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, errNoHandshake
	}
	return c, c.explain(err)
}

// errNoHandshake is the error of a connection with TLS to a server that does not
// reply to the handshake, as Redis does not on a port without TLS.
var errNoHandshake = errors.New("no reply to the TLS handshake")

// errNoReply is the error of a connection without TLS that the server closed
// instead of replying, as Redis does on a port for TLS.
var errNoReply = errors.New("closed without a reply")

// errProtected is the error of a connection that Redis closes because of its protected
// mode. The client library passes over the reply that says so, and goes on to write.
var errProtected = errors.New("protected mode")

// plainConn is a TCP connection without TLS.
type plainConn struct {
	*net.TCPConn
	heard     atomic.Bool // the server has sent something
	protected atomic.Bool // namely that it refuses connections
}

func (c *plainConn) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	if n > 0 && !c.heard.Swap(true) && bytes.HasPrefix(b[:n], []byte("-DENIED ")) {
		c.protected.Store(true)
		n, err = 0, errProtected
	}
	return n, c.explain(err)
}

func (c *plainConn) Write(b []byte) (int, error) {
	n, err := c.TCPConn.Write(b)
	return n, c.explain(err)
}

// explain returns why the server has closed the connection, if it has.
func (c *plainConn) explain(err error) error {
	switch {
	case err == nil || passing(err):
		return err
	case c.protected.Load():
		return errProtected
	case !c.heard.Load():
		return errNoReply
	}
	return err
}

// tlsConn is a connection with TLS. In TLS 1.3 a server refuses a client
// certificate after the client has finished the handshake: the first read or
// write fails, and the reason may be lost, because the server closes the
// connection before it reads what the client has sent.
type tlsConn struct {
	net.Conn
	certified bool        // there is a client certificate
	asked     bool        // the server asked for one; set by the handshake
	heard     atomic.Bool // the server has sent something after the handshake
}

func (c *tlsConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.heard.Store(true)
	}
	return n, c.explain(err)
}

func (c *tlsConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	return n, c.explain(err)
}

// explain returns err as a clientCertError if that is what it means.
func (c *tlsConn) explain(err error) error {
	var ofServer *tls.CertificateVerificationError
	if err == nil || !c.asked || c.heard.Load() || passing(err) || errors.As(err, &ofServer) {
		return err
	}
	return clientCertError{err, c.certified}
}

// clientCertError is the error of a connection that the server closed after it
// had asked for a client certificate. It does not unwrap: the client library
// would remove it from its error.
type clientCertError struct {
	error
	certified bool
}

// passing reports whether an error says nothing about the server: this process
// closed the connection, or waits no longer.
func passing(err error) bool {
	return errors.Is(err, net.ErrClosed) || errors.Is(err, context.Canceled) || isTimeout(err)
}
