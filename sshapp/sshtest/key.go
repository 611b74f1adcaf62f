package sshtest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	gossh "golang.org/x/crypto/ssh"
)

// NewKey makes a key, and files of it as OpenSSH keeps them: the private key at path,
// the public one at path.pub.
func NewKey(t testing.TB) (signer gossh.Signer, path string) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err = gossh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	block, err := gossh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "id")
	for name, data := range map[string][]byte{
		path:          pem.EncodeToMemory(block),
		path + ".pub": gossh.MarshalAuthorizedKey(signer.PublicKey()),
	} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return signer, path
}
