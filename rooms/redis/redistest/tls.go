package redistest

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
	"strconv"
	"sync"
	"testing"
	"time"
)

// WithTLS is an argument that makes servers listen with TLS in addition, and use
// TLS among each other. As Redis does by default, they require a client
// certificate. All of them have the same self-signed one, and trust it.
const WithTLS = "--with-tls"

// TLSAddr returns host:port for TLS, of a server started WithTLS.
func (s *Server) TLSAddr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.tls)) }

// TLSURL returns the URL for TLS.
func (s *Server) TLSURL() string { return "rediss://" + s.TLSAddr() }

// Certificate returns the files of the server's certificate and of its key.
// Clients can have the same.
func (s *Server) Certificate() (cert, key string) { return s.cert, s.key }

// SetCertificate replaces the server's certificate and key.
func (s *Server) SetCertificate(cert, key string) {
	s.t.Helper()
	if err := s.client.Do(s.t.Context(), "CONFIG", "SET", "tls-cert-file", cert, "tls-key-file", key).Err(); err != nil {
		s.t.Fatal("setting the certificate: ", err)
	}
}

// peerPort returns the port for other servers.
func (s *Server) peerPort() int {
	if s.tls != 0 {
		return s.tls
	}
	return s.port
}

func (s *Server) tlsOptions() [][2]string {
	if s.tls == 0 {
		return nil
	}
	return [][2]string{
		{"tls-port", strconv.Itoa(s.tls)},
		{"tls-cert-file", s.cert}, {"tls-key-file", s.key}, {"tls-ca-cert-file", s.cert},
		{"tls-replication", "yes"}, {"tls-cluster", "yes"},
	}
}

// sharedCertificate returns the certificate that all servers of this process
// share, and its key.
var sharedCertificate = sync.OnceValues(func() (pair [2][]byte, err error) { return selfSigned(nil) })

// certificate writes the shared certificate, and returns the names of its files.
func certificate(t testing.TB) (cert, key string) {
	t.Helper()
	pair, err := sharedCertificate()
	return writeCertificate(t, pair, err)
}

// NewCertificate writes another self-signed certificate for 127.0.0.1, which
// change may change, and returns the names of its files.
func NewCertificate(t testing.TB, change func(*x509.Certificate)) (cert, key string) {
	t.Helper()
	pair, err := selfSigned(change)
	return writeCertificate(t, pair, err)
}

func writeCertificate(t testing.TB, pair [2][]byte, err error) (cert, key string) {
	t.Helper()
	if err != nil {
		t.Fatal("making a certificate: ", err)
	}
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal("writing a certificate: ", err)
		}
		return path
	}
	return write("cert.pem", pair[0]), write("key.pem", pair[1])
}

// selfSigned returns a self-signed certificate and its key, in PEM.
func selfSigned(change func(*x509.Certificate)) (pair [2][]byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return pair, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	if change != nil {
		change(template)
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return pair, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(private)
	pair[0] = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	pair[1] = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
	return pair, err
}
