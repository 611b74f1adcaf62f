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

// WithTLS is an argument that makes servers listen with TLS in addition, with a
// self-signed certificate, and use TLS among each other.
const WithTLS = "--with-tls"

// skipVerify makes clients accept any certificate.
const skipVerify = "?skip_verify=true"

// TLSAddr returns host:port for TLS, of a server started WithTLS.
func (s *Server) TLSAddr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.tls)) }

// TLSURL returns the URL for TLS with any certificate.
func (s *Server) TLSURL() string { return "rediss://" + s.TLSAddr() + skipVerify }

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
		{"tls-auth-clients", "no"}, {"tls-replication", "yes"}, {"tls-cluster", "yes"},
	}
}

// certificate writes the self-signed certificate that all servers of this process
// share, and returns the names of its files.
func certificate(t testing.TB) (cert, key string) {
	t.Helper()
	pair, err := sharedCertificate()
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

// sharedCertificate returns a self-signed certificate and its key, in PEM.
var sharedCertificate = sync.OnceValues(func() (pair [2][]byte, err error) {
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
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return pair, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(private)
	pair[0] = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	pair[1] = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
	return pair, err
})
