package sshd

import (
	"crypto/rand"
	"fmt"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// serverConfig returns a new configuration at every call, because the SSH server
// adds its host keys to it. The algorithms are those that OpenSSH has had since
// 6.5 and that are beyond doubt.
func (s *Server) serverConfig(ctx ssh.Context) *gossh.ServerConfig {
	return &gossh.ServerConfig{
		NoClientAuth:         s.cfg.Admit == nil && s.cfg.Keyless != nil,
		NoClientAuthCallback: s.acceptNone,
		Config: gossh.Config{
			Rand: connRand{rand.Reader, ctx},
			KeyExchanges: []string{
				gossh.KeyExchangeMLKEM768X25519,
				gossh.KeyExchangeCurve25519, // also under its older name, @libssh.org
			},
			Ciphers: []string{
				gossh.CipherChaCha20Poly1305,
				gossh.CipherAES256GCM,
				gossh.CipherAES128GCM,
				gossh.CipherAES256CTR,
				gossh.CipherAES128CTR,
			},
			MACs: []string{gossh.HMACSHA256ETM, gossh.HMACSHA512ETM},
		},
		PublicKeyAuthAlgorithms: gossh.SupportedAlgorithms().PublicKeyAuths,
		MaxAuthTries:            s.cfg.MaxAuthTries, // for keys, see keyRefused
		PreAuthConnCallback: func(preAuth gossh.ServerPreAuthConn) {
			if c, ok := ctx.Value(connKey{}).(*conn); ok {
				c.preAuth = preAuth
				c.mu.Lock()
				c.transport = transportOf(preAuth)
				c.mu.Unlock()
			}
		},
	}
}

// What people read whom a server with Config.Admit does not let in.
const (
	// The usual cause of too many keys is an agent that has many.
	tooManyKeys = "Too many keys were refused. Say which one to use: ssh -o IdentitiesOnly=yes -i FILE\r\n"
	noGoodKey   = "This server is private: it lets in the public keys (Ed25519, ECDSA or RSA) that its operator has listed, and %s. Say which one to use: ssh -o IdentitiesOnly=yes -i FILE\r\n"
)

// keyRefused counts a key that was refused, and closes the connection if it was the
// last that the client may offer. The SSH library does not count the first
// MaxAuthTries keys of clients that only ask about them, as all do.
func (c *conn) keyRefused() {
	c.blame(penaltyKeys)
	if c.refusedKeys++; c.refusedKeys < c.cfg.MaxAuthTries {
		return
	}
	if c.preAuth != nil {
		c.preAuth.SendAuthBanner(tooManyKeys)
	}
	c.hangUp(nil, "too many keys were refused")
}

// acceptKey reports whether a client may prove that it holds the key. The key is
// the session's only after the proof: the SSH server takes it from the permissions
// of the method that succeeded, never from an offer (CVE-2024-45337).
//
// Certificates are refused because nothing here says who may sign them. Clients
// offer the bare key next.
func (s *Server) acceptKey(ctx ssh.Context, key ssh.PublicKey) (ok bool) {
	defer recoverPanic(s.cfg.Log, "", func() { ok = false })
	_, cert := key.(*gossh.Certificate)
	if !cert && (s.cfg.Admit == nil || s.cfg.Admit(key)) {
		return true
	}
	if !cert {
		s.cfg.Meter.TurnedAway(KeyRefused)
	}
	if c, ok := ctx.Value(connKey{}).(*conn); ok {
		c.keyRefused()
	}
	return false
}

// stillAdmits reports whether the key that the connection was authenticated with
// is admitted now. It is asked for every session.
func (s *Server) stillAdmits(ctx ssh.Context) (ok bool) {
	defer recoverPanic(s.cfg.Log, "", func() { ok = false })
	if s.cfg.Admit == nil {
		return true
	}
	key, ok := ctx.Value(ssh.ContextKeyPublicKey).(ssh.PublicKey)
	return ok && s.cfg.Admit(key)
}

// An open server admits whoever asks by another method than a key. Nothing is asked
// for: no client shows a prompt for the method "keyboard-interactive" without questions
// (RFC 4256, section 3.1), and a password is not looked at. The method "none" is another
// matter, see acceptNone.

func acceptAnyone(ssh.Context, gossh.KeyboardInteractiveChallenge) bool { return true }

func acceptPassword(ssh.Context, string) bool { return true }

// acceptNone admits clients without anything to offer, if their user name says so.
// Clients try the method "none" first of all, to learn which others there are: if it
// were accepted in general, none would ever get to offer its keys.
func (s *Server) acceptNone(client gossh.ConnMetadata) (perms *gossh.Permissions, err error) {
	defer recoverPanic(s.cfg.Log, "", func() { perms, err = nil, gossh.ErrNoAuth })
	if s.cfg.Keyless(client.User()) {
		return &gossh.Permissions{}, nil
	}
	return nil, gossh.ErrNoAuth // the one error that does not count as a failure
}

// refuseKeyless tells people why they do not get in. Clients try the method
// "keyboard-interactive" when they have no more keys to offer, so nobody reads it who
// has the right one.
func refuseKeyless(ctx ssh.Context, _ gossh.KeyboardInteractiveChallenge) bool {
	c, ok := ctx.Value(connKey{}).(*conn)
	if !ok || c.preAuth == nil || c.toldPrivate {
		return false
	}
	c.toldPrivate = true
	why := "your client offered none"
	if c.refusedKeys > 0 {
		why = "yours is not among them"
	}
	c.preAuth.SendAuthBanner(fmt.Sprintf(noGoodKey, why))
	return false
}
