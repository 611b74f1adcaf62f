package sshd

import (
	"net/netip"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// Bans says who is turned away. Its methods must be safe for concurrent use and must
// not block.
type Bans interface {
	Address(netip.Addr) bool
	Key(gossh.PublicKey) bool
}

// banned reports whether an address is banned. The zero Addr never is.
func (t *tracker) banned(addr netip.Addr) bool {
	return t.cfg.Bans != nil && addr.IsValid() && t.cfg.Bans.Address(addr)
}

// banned reports whether the address of the connection is banned, or the key that a
// session was asked for with.
func (c *conn) banned() bool {
	if c.tracker.banned(addressOf(c.RemoteAddr())) {
		return true
	}
	c.mu.Lock()
	key := c.key
	c.mu.Unlock()
	return key != nil && c.cfg.Bans != nil && c.cfg.Bans.Key(key)
}

// noteKey notes the key that the connection was authenticated with, if there is one.
func (c *conn) noteKey(ctx ssh.Context) {
	key, ok := ctx.Value(ssh.ContextKeyPublicKey).(ssh.PublicKey)
	if !ok {
		return
	}
	c.mu.Lock()
	c.key = key
	c.mu.Unlock()
}
