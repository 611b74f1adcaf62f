package redis

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

// secured returns the configuration of a client of servers with TLS.
func secured(server *redistest.Server) TLS {
	cert, key := server.Certificate()
	return TLS{CA: cert, Cert: cert, Key: key}
}

func openTLS(t *testing.T, urls string, secure TLS) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{URLs: urls, TLS: secure, Sealer: sealer})
	ok(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func TestOverTLS(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.WithTLS)
	s := openTLS(t, server.TLSURL(), secured(server))
	room, ann := lit(t, s, time.Minute, 10)
	feed, err := s.Watch(t.Context(), room.Name)
	ok(t, err)
	defer feed.Close()
	server.KillClients("pubsub")
	select {
	case <-feed.Ready():
	case <-time.After(patience):
		t.Fatal("the feed did not recover")
	}
	say(t, s, room.Ref, ann, "hi")
	if _, _, err := follow(t.Context(), s, feed, room.Ref, 1); err != nil {
		t.Error(err)
	}
}

func TestOpenExplainsWhatIsWrongWithTLS(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.WithTLS)
	fits := secured(server)
	expired, expiredKey := redistest.NewCertificate(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	named, namedKey := redistest.NewCertificate(t, func(c *x509.Certificate) {
		c.IPAddresses, c.DNSNames = nil, []string{"redis.example"}
	})
	secure, plain := server.TLSURL(), "redis://"+server.TLSAddr()
	with := func(change func(*TLS)) TLS {
		c := fits
		change(&c)
		return c
	}
	noCert := with(func(c *TLS) { c.Cert, c.Key = "", "" })
	otherCert := with(func(c *TLS) { c.Cert, c.Key = named, namedKey })
	byName := with(func(c *TLS) { c.CA, c.ServerName = named, "redis.example" })

	type row struct {
		name, urls string
		tls        TLS
		want       string // "": it opens
	}
	try := func(rows ...row) {
		t.Helper()
		for _, r := range rows {
			s, err := Open(t.Context(), Config{URLs: r.urls, TLS: r.tls, Sealer: sealer})
			if err == nil {
				ok(t, s.Close())
			}
			switch {
			case r.want == "" && err != nil:
				t.Errorf("%s: %v", r.name, err)
			case r.want != "" && (err == nil || !strings.HasSuffix(err.Error(), r.want) || strings.Contains(err.Error(), "\n")):
				t.Errorf("%s: error is %v, want %q at its end", r.name, err, r.want)
			}
		}
	}
	try(
		row{"all fits", secure, fits, ""},
		row{"any certificate of the server", secure + "?skip_verify=true", with(func(c *TLS) { c.CA = "" }), ""},
		row{"no CA", secure, with(func(c *TLS) { c.CA = "" }), "is from a CA that is not trusted: use --redis-ca"},
		row{"another CA", secure, with(func(c *TLS) { c.CA = named }), "is from a CA that is not trusted: use --redis-ca"},
		row{"no client certificate", secure, noCert, "Redis requires a client certificate: use --redis-cert and --redis-key"},
		row{"another client certificate", secure, otherCert, "it has expired, or Redis does not trust its CA"},
		row{"no TLS", plain, TLS{}, "if the port is for TLS, use rediss://"},
		row{"TLS on a port without", "rediss://" + server.Addr(), fits, "if the port is not for TLS, use redis://"},
		row{"certificates without TLS", server.URL(), fits, "are for TLS: use rediss:// or rediss+sentinel://"},
		row{"a certificate without its key", secure, with(func(c *TLS) { c.Key = "" }), "--redis-cert and --redis-key need each other"},
		row{"the key of another", secure, with(func(c *TLS) { c.Key = namedKey }), "private key does not match public key"},
		row{"no such file", secure, with(func(c *TLS) { c.CA += "x" }), "no such file or directory"},
		row{"a key as CA", secure, with(func(c *TLS) { c.CA = c.Key }), "--redis-ca: the file contains no certificate in PEM"},
	)
	server.SetCertificate(named, namedKey)
	try(
		row{"by the wrong name", secure, with(func(c *TLS) { c.CA = named }), "is for another name: use --redis-server-name"},
		row{"by the right name", secure, byName, ""},
	)
	server.SetCertificate(expired, expiredKey)
	try(row{"expired", secure, with(func(c *TLS) { c.CA = expired }), "the certificate of Redis has expired or is not valid yet"})
	server.Config("tls-protocols", "TLSv1.2") // a server refuses a certificate during the handshake
	server.SetCertificate(secured(server).Cert, secured(server).Key)
	try(
		row{"all fits, TLS 1.2", secure, fits, ""},
		row{"no client certificate, TLS 1.2", secure, noCert, "Redis requires a client certificate: use --redis-cert and --redis-key"},
		row{"another client certificate, TLS 1.2", secure, otherCert, "it has expired, or Redis does not trust its CA"},
	)
	server.Config("tls-auth-clients", "no")
	try(row{"no client certificate, and none is required", secure, noCert, ""})
}

// logBuffer collects a log. It is safe for concurrent use.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func TestRenewedCertificatesCountWithoutARestart(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.WithTLS)
	ours, oursKey := redistest.NewCertificate(t, nil)
	trusted, _ := server.Certificate()
	server.Config("tls-ca-cert-file", ours)
	var log logBuffer
	s, err := Open(t.Context(), Config{
		URLs: server.TLSURL(), TLS: TLS{CA: trusted, Cert: ours, Key: oursKey},
		Sealer: sealer, Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	ok(t, err)
	t.Cleanup(func() { s.Close() })

	next, nextKey := redistest.NewCertificate(t, nil)
	server.Config("tls-ca-cert-file", next)
	server.KillClients("pubsub")
	until(t, "the log says why Redis cannot be reached", func() bool {
		return strings.Contains(log.String(), "Redis refused the client certificate")
	})
	ok(t, os.Rename(nextKey, oursKey))
	ok(t, os.Rename(next, ours))
	until(t, "it listens again", func() bool { return strings.Contains(log.String(), "listening to Redis again") })
	lit(t, s, time.Minute, 10)
	if strings.Contains(log.String(), "127.0.0.1") {
		t.Errorf("the log has an address:\n%s", &log)
	}
}

func TestClusterOverTLS(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t, redistest.WithTLS)
	secure := secured(cluster.Nodes[0])
	_, err := Open(t.Context(), Config{URLs: cluster.TLSURLs(), TLS: TLS{CA: secure.CA}, Sealer: sealer})
	if err == nil || !strings.Contains(err.Error(), "requires a client certificate") {
		t.Errorf("without a client certificate: %v", err)
	}
	s := openTLS(t, cluster.TLSURLs(), secure)
	room, ann := lit(t, s, time.Minute, 10)
	say(t, s, room.Ref, ann, "one")
	cluster.MoveSlot(s.codec.keys(room.Name)[0])
	say(t, s, room.Ref, ann, "two")
	secure.CA = ""
	openTLS(t, strings.Replace(cluster.TLSURLs(), ",", "?skip_verify=true,", 1), secure)
}

func TestSentinelsOverTLS(t *testing.T) {
	t.Parallel()
	pair := redistest.StartSentinel(t, redistest.WithTLS)
	secure := secured(pair.Servers[0])
	for want, wrong := range map[string]TLS{
		"is from a CA that is not trusted": {Cert: secure.Cert, Key: secure.Key},
		"requires a client certificate":    {CA: secure.CA},
	} {
		_, err := Open(t.Context(), Config{URLs: pair.TLSURL(), TLS: wrong, Sealer: sealer})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error is %v, want %q in it", err, want)
		}
	}
	openTLS(t, pair.TLSURL()+"?skip_verify=true", TLS{Cert: secure.Cert, Key: secure.Key})
	s := openTLS(t, pair.TLSURL(), secure)
	room, ann := lit(t, s, time.Minute, 10)
	was := pair.Primary()
	pair.Sync()
	say(t, s, room.Ref, ann, "one")
	was.Kill()
	pair.AwaitFailover(was)
	until(t, "messages are confirmed", func() bool {
		_, err := s.Append(t.Context(), room.Ref, ann, rooms.Words{ID: "id", Text: "two"})
		return err == nil
	})
}

func TestDialHookDoesNotDialForAnEndedContext(t *testing.T) {
	t.Parallel()
	dial := dialHook{}.DialHook(func(context.Context, string, string) (net.Conn, error) {
		t.Error("the hook dialled")
		return nil, errors.New("connection refused")
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := dial(ctx, "tcp", "127.0.0.1:1")
	is(t, err, context.Canceled)
	if !notSent(err) {
		t.Errorf("notSent(%v) is false", err)
	}
}
