package redis

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// TLS configures TLS, beside what the URLs say. Its zero value trusts the
// system's CAs, has no client certificate, and expects the host of the URL in
// the servers' certificates. The files are in PEM. They are read again for each
// connection, so they can be renewed without a restart.
type TLS struct {
	CA         string // file of the CAs to trust instead of the system's
	Cert       string // file of the client certificate, followed by its chain
	Key        string // file of the key of Cert
	ServerName string // name in the servers' certificates
}

// check returns a sentence about what is wrong with the configuration, for a
// URL whose TLS the client library configures with base; nil: no TLS.
func (t TLS) check(base *tls.Config) error {
	switch {
	case base == nil && t != TLS{}:
		return errors.New("--redis-ca, --redis-cert, --redis-key and --redis-server-name are for TLS: use rediss:// or rediss+sentinel://")
	case base == nil:
		return nil
	case (t.Cert == "") != (t.Key == ""):
		return errors.New("--redis-cert and --redis-key need each other")
	}
	_, err := t.config(base)
	return err
}

// config returns base with what the files contain now. The errors do not wrap
// those of the files, which people would read without knowing what they are about.
func (t TLS) config(base *tls.Config) (*tls.Config, error) {
	c := base.Clone()
	if t.ServerName != "" {
		c.ServerName = t.ServerName
	}
	if t.CA != "" {
		text, err := os.ReadFile(t.CA)
		if err != nil {
			return nil, fmt.Errorf("--redis-ca: %v", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(text) {
			return nil, errors.New("--redis-ca: the file contains no certificate in PEM")
		}
	}
	if t.Cert != "" {
		pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return nil, fmt.Errorf("--redis-cert and --redis-key: %v", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// explainTLS returns for people why there is no connection with TLS, or "" if
// err is about something else.
func explainTLS(err error) string {
	var client clientCertError
	var record tls.RecordHeaderError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, errNoReply):
		return "it closes the connection without a reply: if the port is for TLS, use rediss://"
	case errors.Is(err, errNoHandshake), errors.As(err, &record):
		return "it does not reply in TLS: if the port is not for TLS, use redis://"
	case errors.As(err, &client) && client.certified:
		return "Redis refused the client certificate: it has expired, or Redis does not trust its CA"
	case errors.As(err, &client):
		return "Redis requires a client certificate: use --redis-cert and --redis-key"
	case errors.As(err, &authority):
		return "the certificate of Redis is from a CA that is not trusted: use --redis-ca"
	case errors.As(err, &name):
		return "the certificate of Redis is for another name: use --redis-server-name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate of Redis has expired or is not valid yet"
	case errors.As(err, &certificate):
		return "the certificate of Redis is not valid"
	}
	return ""
}
