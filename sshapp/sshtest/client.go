package sshtest

import (
	"net"
	"testing"

	gossh "golang.org/x/crypto/ssh"
)

// NoKey authenticates a client without a key: it answers no question.
var NoKey = gossh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
	return make([]string, len(questions)), nil
})

// ClientConfig is that of the user "plans", who trusts every host key.
func ClientConfig(auth ...gossh.AuthMethod) *gossh.ClientConfig {
	return &gossh.ClientConfig{User: "plans", Auth: auth, HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: Patience}
}

// Dial connects as user, with one of the keys if there are any, or without.
func Dial(t testing.TB, addr, user string, keys ...gossh.Signer) *gossh.Client {
	t.Helper()
	return DialFrom(t, "127.0.0.1", addr, user, keys...)
}

// DialFrom is Dial from another address of this machine.
func DialFrom(t testing.TB, source, addr, user string, keys ...gossh.Signer) *gossh.Client {
	t.Helper()
	conn, err := NetDialFrom(source, addr)
	if err != nil {
		t.Fatal(err)
	}
	return Client(t, conn, user, keys...)
}

// NetDialFrom opens a network connection from an address of this machine.
func NetDialFrom(source, addr string) (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(source)}, Timeout: Patience}
	return d.Dial("tcp", addr)
}

// Client logs in over conn. The connection is closed at the end of the test.
func Client(t testing.TB, conn net.Conn, user string, keys ...gossh.Signer) *gossh.Client {
	t.Helper()
	config := ClientConfig(gossh.PublicKeys(keys...), NoKey)
	config.User = user
	c, channels, requests, err := gossh.NewClientConn(conn, conn.RemoteAddr().String(), config)
	if err != nil {
		t.Fatal(err)
	}
	client := gossh.NewClient(c, channels, requests)
	t.Cleanup(func() { client.Close() })
	return client
}
