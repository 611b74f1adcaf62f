package sshapp

import (
	"crypto/rand"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// serverConfig is fresh at every call, because the SSH server adds its host
// keys to it. The algorithms are those that OpenSSH has had since 6.5 and
// nobody has a doubt about.
func (s *server) serverConfig(ctx ssh.Context) *gossh.ServerConfig {
	return &gossh.ServerConfig{
		Config: gossh.Config{
			Rand: exchangeRand{rand.Reader, ctx},
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
		MaxAuthTries:            s.cfg.AuthTries, // keys aside: see refusedKey
		PreAuthConnCallback: func(c gossh.ServerPreAuthConn) {
			if g, ok := ctx.Value(guardKey{}).(*guard); ok {
				g.preAuth = c
			}
		},
	}
}

// tooManyKeys is shown before the connection ends. The usual reason is an agent
// with many keys.
const tooManyKeys = "Too many keys were refused. Say which one to use: ssh -o IdentitiesOnly=yes -i FILE\r\n"

// refusedKey counts a key that was refused, and ends the connection with the
// last that it may offer. The SSH library lets the first MaxAuthTries keys pass
// uncounted if clients only ask about them, as they all do.
func (g *guard) refusedKey() {
	g.blame(penaltyKeys)
	if g.refusedKeys++; g.refusedKeys < g.cfg.AuthTries {
		return
	}
	if g.preAuth != nil {
		g.preAuth.SendAuthBanner(tooManyKeys)
	}
	g.Close()
}

// acceptKey says that a client may prove that it holds the key. The key is
// that of a session only once it has been proved: the SSH server takes it from
// the permissions of the method that succeeded, never from an offer
// (CVE-2024-45337).
//
// Certificates are refused: nothing here says who may sign them, and clients
// offer the key within next.
func (s *server) acceptKey(ctx ssh.Context, key ssh.PublicKey) (ok bool) {
	defer rescue(s.cfg.Log, "", func() { ok = false })
	_, cert := key.(*gossh.Certificate)
	if !cert && (s.cfg.Admit == nil || s.cfg.Admit(key)) {
		return true
	}
	if !cert {
		s.cfg.Meter.TurnedAway(KeyNotAdmitted)
	}
	if g, ok := ctx.Value(guardKey{}).(*guard); ok {
		g.refusedKey()
	}
	return false
}

// admits tells, for every session anew, whether the key that its connection
// was authenticated with is still let in.
func (s *server) admits(ctx ssh.Context) (ok bool) {
	defer rescue(s.cfg.Log, "", func() { ok = false })
	if s.cfg.Admit == nil {
		return true
	}
	key, ok := ctx.Value(ssh.ContextKeyPublicKey).(ssh.PublicKey)
	return ok && s.cfg.Admit(key)
}

// acceptAnyone lets in who has no key. It asks no question, which RFC 4256,
// section 3.1, allows, so that no client shows a prompt. The method none would
// do as well, but clients try it first of all, and would never get to offer
// their key.
func acceptAnyone(ssh.Context, gossh.KeyboardInteractiveChallenge) bool { return true }
