package sshd

import (
	"io"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// keyExchangeCost is how many requests a key exchange counts for. Clients ask for
// one after each GiB or hour, and it costs about 0.5 ms. Clients that ask for more
// than Limits.MaxRequests allows have to wait.
const keyExchangeCost = 16

// The SSH library has no hook for key exchanges. But it signs each of them with the
// host key, and gives the signer the source of randomness that the connection was
// configured with, which tells which connection it is.

// connRand is the source of randomness of one connection.
type connRand struct {
	io.Reader
	conn ssh.Context
}

// countedSigner is a host key that counts its signatures.
type countedSigner struct{ gossh.Signer }

// countedAlgorithmSigner is a countedSigner of several algorithms.
type countedAlgorithmSigner struct{ gossh.AlgorithmSigner }

func countKeyExchanges(key gossh.Signer) gossh.Signer {
	if k, ok := key.(gossh.AlgorithmSigner); ok {
		return countedAlgorithmSigner{k}
	}
	return countedSigner{key}
}

func (s countedSigner) Sign(rand io.Reader, data []byte) (*gossh.Signature, error) {
	countKeyExchange(rand)
	return s.Signer.Sign(rand, data)
}

func (s countedAlgorithmSigner) Sign(rand io.Reader, data []byte) (*gossh.Signature, error) {
	countKeyExchange(rand)
	return s.AlgorithmSigner.Sign(rand, data)
}

func (s countedAlgorithmSigner) SignWithAlgorithm(rand io.Reader, data []byte, algorithm string) (*gossh.Signature, error) {
	countKeyExchange(rand)
	return s.AlgorithmSigner.SignWithAlgorithm(rand, data, algorithm)
}

func countKeyExchange(rand io.Reader) {
	if r, ok := rand.(connRand); ok {
		if c, ok := r.conn.Value(connKey{}).(*conn); ok {
			c.waitForKeyExchange()
		}
	}
}

// waitForKeyExchange paces the key exchanges after the first. Nothing of the
// connection is read while it waits.
func (c *conn) waitForKeyExchange() {
	if !c.keyExchanged.Swap(true) {
		return
	}
	c.requests.WaitN(c.ctx, min(keyExchangeCost, c.cfg.MaxRequests)) // fails only if the connection is closed
}
