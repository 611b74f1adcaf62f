package main

import (
	"strings"
	"testing"

	"wick/rooms/redis/redistest"
)

func TestServerUsesTheCertificatesForRedis(t *testing.T) {
	t.Parallel()
	db := redistest.Start(t, redistest.WithTLS)
	cert, key := db.Certificate() // for 127.0.0.1
	url := strings.Replace(db.TLSURL(), "127.0.0.1", "localhost", 1)
	serve(t, t.TempDir(), "--redis", url, "--redis-ca", cert, "--redis-cert", cert, "--redis-key", key, "--redis-server-name", "127.0.0.1")
}
