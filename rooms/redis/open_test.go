package redis

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"wick/rooms/redis/redistest"
)

func TestOpenReturnsAPlainSentence(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	nobody := closed.Addr().String()
	closed.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	t.Cleanup(func() { silent.Close() })
	locked := redistest.Start(t)
	ok(t, locked.Client().ConfigSet(t.Context(), "requirepass", "right").Err())
	alone, replica := redistest.Start(t), redistest.Start(t)
	host, port, err := net.SplitHostPort(alone.Addr())
	ok(t, err)
	ok(t, replica.Client().ReplicaOf(t.Context(), host, port).Err())
	cluster, pair := redistest.StartCluster(t), redistest.StartSentinel(t)

	for _, c := range []struct{ name, urls, want string }{
		{"nobody there", "redis://user:s3cr3t@" + nobody, "cannot use Redis at " + nobody + ": connection refused"},
		{"no answer", "redis://user:s3cr3t@" + silent.Addr().String(), "no reply in time"},
		{"protected mode", "redis://" + listenProtected(t), "Redis is in protected mode, and serves its own machine only: give its user a password, or set protected-mode no if nobody else reaches it"},
		{"no password", locked.URL(), "Redis requires a password"},
		{"wrong password", "redis://:s3cr3t@" + locked.Addr(), "Redis refused the user or the password"},
		{"one node of a Cluster", cluster.Nodes[0].URL() + "," + cluster.Nodes[1].URL(), ""},
		{"a Cluster as if it were one server", cluster.Nodes[0].URL(), "it is a node of a Cluster"},
		{"one server as if it were a Cluster", alone.URL() + "," + alone.URL(), "it is not a Cluster: give one URL"},
		{"no such database", alone.URL() + "/99", "it has no database of that number"},
		{"a database of a Cluster", cluster.Nodes[0].URL() + "/1", "it has no database of that number"},
		{"a replica", replica.URL(), "it is a replica, and rooms need its primary"},
		{"no Sentinel there", "redis+sentinel://user:s3cr3t@" + nobody + "/rooms", "cannot use Redis at " + nobody + " (Sentinels): connection refused"},
		{"no name among the Sentinels", "redis+sentinel://user:s3cr3t@" + pair.Addrs()[0] + "/other", "the Sentinels know no server of that name"},
		{"wrong password of the Sentinels", pair.URL() + "?sentinel_user=user&sentinel_password=s3cr3t", "its Sentinels: Redis refused the user or the password"},
		{"wrong password behind the Sentinels", strings.Replace(pair.URL(), "//", "//user:s3cr3t@", 1), "Redis refused the user or the password"},
		{"Sentinels without a name", "redis+sentinel://localhost", "not a Redis URL"},
		{"Sentinels with a hole", "redis+sentinel://localhost,/rooms", "not a Redis URL"},
		{"Sentinels and no number", "redis+sentinel://localhost/rooms/s3cr3t", "not a Redis URL"},
		{"Sentinels and an unknown word", "redis+sentinel://localhost/rooms?s3cr3t=1", "not a Redis URL"},
		{"Sentinels and a password that breaks the URL", "redis+sentinel://user:s3cr3t/x@localhost/rooms", "not a Redis URL"},
		{"no URL", "", "not a Redis URL"},
		{"no scheme", "localhost:6379", "not a Redis URL"},
		{"another scheme", "http://s3cr3t@localhost", "not a Redis URL"},
		{"a password that breaks the URL", "redis://user:s3cr3t#x@localhost", "not a Redis URL"},
		{"a list with a hole", "redis://localhost,,redis://localhost", "not a Redis URL"},
		{"half a Cluster with TLS", "redis://localhost,rediss://localhost", "all redis:// or all rediss://"},
		{"no such host", "redis://s3cr3t.invalid:6379", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			s, err := Open(t.Context(), Config{URLs: c.urls, Sealer: sealer})
			if took := time.Since(began); took > openLimit+2*time.Second {
				t.Errorf("it took %v", took)
			}
			if err == nil {
				ok(t, s.Close())
			}
			if c.name == "no such host" { // the error depends on this machine's resolver
				if err == nil || !strings.HasPrefix(err.Error(), "cannot use Redis at s3cr3t.invalid:6379: ") {
					t.Errorf("error is %v", err)
				}
				return
			}
			if c.want == "" {
				ok(t, err)
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error is %v, want %q in it", err, c.want)
			}
			if text := err.Error(); strings.Contains(text, "s3cr3t") || strings.Contains(text, "\n") || strings.Contains(text, "e4:{") {
				t.Errorf("the error reveals too much: %q", text)
			}
		})
	}
}

func TestASlowRedisIsCalledSlow(t *testing.T) {
	t.Parallel()
	failure := errors.New("watch: the store cannot be reached")
	over, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	ended, end := context.WithCancel(t.Context())
	end()
	for _, tt := range []struct {
		ctx       context.Context
		err, want error
	}{{t.Context(), failure, failure}, {ended, failure, failure}, {over, failure, errTooSlow}, {over, nil, nil}} {
		if err := orTooSlow(tt.ctx, tt.err); err != tt.want {
			t.Errorf("error is %v, want %v", err, tt.want)
		}
	}
}

// listenProtected returns an address that refuses connections as Redis does in protected
// mode, which asks for a machine with two addresses.
func listenProtected(t *testing.T) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			c.Write([]byte("-DENIED Redis is running in protected mode because protected mode is enabled.\r\n"))
			c.Close()
		}
	}()
	return ln.Addr().String()
}
