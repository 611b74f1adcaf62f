package sshtest

import (
	"context"
	"net"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// NoKey authenticates a client without a key: it replies to no question.
var NoKey = gossh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
	return make([]string, len(questions)), nil
})

// ClientConfig is that of the user "plans", who trusts every host key.
func ClientConfig(auth ...gossh.AuthMethod) *gossh.ClientConfig {
	return &gossh.ClientConfig{User: "plans", Auth: auth, HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: Patience}
}

// Login is the configuration of user, who has the keys, or none.
func Login(user string, keys ...gossh.Signer) *gossh.ClientConfig {
	config := ClientConfig(NoKey)
	if len(keys) > 0 {
		config.Auth = []gossh.AuthMethod{gossh.PublicKeys(keys...), NoKey}
	}
	config.User = user
	return config
}

// Dial connects as user, with one of the keys if there are any, or without. The
// connection is closed at the end of the test.
func Dial(t testing.TB, addr, user string, keys ...gossh.Signer) *gossh.Client {
	t.Helper()
	return DialFrom(t, "127.0.0.1", addr, user, keys...)
}

// DialFrom is Dial from another address of this machine.
func DialFrom(t testing.TB, source, addr, user string, keys ...gossh.Signer) *gossh.Client {
	t.Helper()
	conn, err := NetDialFrom(context.Background(), source, addr)
	if err != nil {
		t.Fatal(err)
	}
	return Client(t, conn, user, keys...)
}

// Client is Dial over conn.
func Client(t testing.TB, conn net.Conn, user string, keys ...gossh.Signer) *gossh.Client {
	t.Helper()
	client, err := Handshake(conn, Login(user, keys...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// Connect is DialFrom for a client that may be refused. The connection is closed when ctx ends.
func Connect(ctx context.Context, source, addr, user string, keys ...gossh.Signer) (*gossh.Client, error) {
	conn, err := NetDialFrom(ctx, source, addr)
	if err != nil {
		return nil, err
	}
	return Handshake(conn, Login(user, keys...))
}

// Handshake logs in over conn. It closes conn if that fails.
func Handshake(conn net.Conn, config *gossh.ClientConfig) (*gossh.Client, error) {
	conn.SetDeadline(time.Now().Add(Patience))
	c, channels, requests, err := gossh.NewClientConn(conn, conn.RemoteAddr().String(), config)
	if err != nil {
		conn.Close()
		return nil, err
	}
	conn.SetDeadline(time.Time{})
	return gossh.NewClient(c, channels, requests), nil
}

// NetDialFrom opens a network connection from an address of this machine. It is
// closed when ctx ends.
func NetDialFrom(ctx context.Context, source, addr string) (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(source)}, Timeout: Patience}
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return Until(ctx, conn), nil
}

// Until returns conn, which is closed when ctx ends.
func Until(ctx context.Context, conn net.Conn) net.Conn {
	return &boundConn{conn, context.AfterFunc(ctx, func() { conn.Close() })}
}

// boundConn is a connection that ends with a context.
type boundConn struct {
	net.Conn
	release func() bool
}

// Close implements net.Conn.
func (c *boundConn) Close() error {
	c.release()
	return c.Conn.Close()
}
