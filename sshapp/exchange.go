package sshapp

import (
	"io"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// exchangeCost is how many requests a key exchange counts for. Clients ask for
// one after each GiB or hour, and it costs some 0.5 ms; those that ask more
// often than Guards.MaxRequests allows are made to wait. See guard.exchange.
const exchangeCost = 16

// The SSH library has no hook for key exchanges, but it signs each with the
// host key, and hands the signer the source of randomness that the connection
// was configured with.

// exchangeRand is the source of randomness of one connection.
type exchangeRand struct {
	io.Reader
	conn ssh.Context
}

// countedSigner is a host key that counts what it signs.
type countedSigner struct{ gossh.Signer }

// countedAlgorithmSigner is one that has several algorithms.
type countedAlgorithmSigner struct{ gossh.AlgorithmSigner }

func countExchanges(key gossh.Signer) gossh.Signer {
	if k, ok := key.(gossh.AlgorithmSigner); ok {
		return countedAlgorithmSigner{k}
	}
	return countedSigner{key}
}

func (s countedSigner) Sign(rand io.Reader, data []byte) (*gossh.Signature, error) {
	countExchange(rand)
	return s.Signer.Sign(rand, data)
}

func (s countedAlgorithmSigner) Sign(rand io.Reader, data []byte) (*gossh.Signature, error) {
	countExchange(rand)
	return s.AlgorithmSigner.Sign(rand, data)
}

func (s countedAlgorithmSigner) SignWithAlgorithm(rand io.Reader, data []byte, algorithm string) (*gossh.Signature, error) {
	countExchange(rand)
	return s.AlgorithmSigner.SignWithAlgorithm(rand, data, algorithm)
}

func countExchange(rand io.Reader) {
	if r, ok := rand.(exchangeRand); ok {
		if g, ok := r.conn.Value(guardKey{}).(*guard); ok {
			g.exchange()
		}
	}
}

// exchange paces key exchanges. The first is that of the connection. While it
// waits nothing of the connection is read.
func (g *guard) exchange() {
	if !g.keyed.Swap(true) {
		return
	}
	g.asks.WaitN(g.ctx, min(exchangeCost, g.cfg.MaxRequests)) // fails only if the connection has ended
}
