package redis

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wick/rooms/redis/redistest"
)

func TestOverTLS(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	addr := free.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	free.Close()
	server := redistest.Start(t, "--tls-port", port, "--tls-auth-clients", "no",
		"--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert)

	_, err = Open(t.Context(), Config{URLs: "rediss://" + addr, Sealer: sealer})
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate that nobody vouches for: %v", err)
	}
	s := open(t, "rediss://"+addr+"?skip_verify=true")
	room, ann := lit(t, s, time.Minute, 10)
	feed, err := s.Watch(t.Context(), room.Name)
	ok(t, err)
	defer feed.Close()
	ok(t, server.Client().Do(t.Context(), "CLIENT", "KILL", "TYPE", "pubsub").Err())
	select {
	case <-feed.Ready():
	case <-time.After(patience):
		t.Fatal("the feed does not come back")
	}
	say(t, s, room.Ref, ann, "hi")
	if _, err := follow(t.Context(), s, feed, room.Ref, 1); err != nil {
		t.Error(err)
	}
}

// certificate makes one that vouches for itself, and answers its files.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ok(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	ok(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	ok(t, err)
	write := func(name, kind string, b []byte) string {
		path := filepath.Join(t.TempDir(), name)
		ok(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600))
		return path
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", pkcs8)
}
