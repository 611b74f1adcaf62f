package redis

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wick/rooms/redis/redistest"
)

func TestOpenSaysPlainlyWhatIsWrong(t *testing.T) {
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
	server := redistest.Start(t)
	for _, rule := range [][]any{
		{"ACL", "SETUSER", "mute", "on", ">s3cr3t", "~*", "&*", "+@all", "-publish"},
		{"ACL", "SETUSER", "deaf", "on", ">s3cr3t", "~*", "&*", "+@all", "-subscribe"},
		{"ACL", "SETUSER", "blind", "on", ">s3cr3t", "~other:*", "&*", "+@all"},
		{"ACL", "SETUSER", "fit", "on", ">s3cr3t", "~e1:*", "&e1:*", "+@all"},
	} {
		ok(t, server.Client().Do(t.Context(), rule...).Err())
	}
	cluster := redistest.StartCluster(t)

	for _, c := range []struct{ name, urls, want string }{
		{"nobody there", "redis://user:s3cr3t@" + nobody, "cannot use Redis at " + nobody + ": connection refused"},
		{"no answer", "redis://user:s3cr3t@" + silent.Addr().String(), "no answer in time"},
		{"no password", locked.URL(), "Redis wants a password"},
		{"wrong password", "redis://:s3cr3t@" + locked.Addr(), "Redis refused the user or the password"},
		{"one node of a Cluster", cluster.Nodes[0].URL() + "," + cluster.Nodes[1].URL(), ""},
		{"a Cluster as if it were one server", cluster.Nodes[0].URL(), "it is a node of a Cluster"},
		{"may not publish", "redis://mute:s3cr3t@" + server.Addr(), "may not do all that rooms need"},
		{"may not subscribe", "redis://deaf:s3cr3t@" + server.Addr(), "may not do all that rooms need"},
		{"may not use the keys", "redis://blind:s3cr3t@" + server.Addr(), "may not do all that rooms need"},
		{"may do just enough", "redis://fit:s3cr3t@" + server.Addr(), ""},
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
			if c.name == "no such host" { // what the resolver of this machine says differs
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
			if text := err.Error(); strings.Contains(text, "s3cr3t") || strings.Contains(text, "\n") || strings.Contains(text, "e1:") {
				t.Errorf("the error tells too much: %q", text)
			}
		})
	}
}

func TestOpenByUnixSocket(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "wick") // a socket's path is short
	ok(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "redis.sock")
	redistest.Start(t, "--unixsocket", socket)
	s := open(t, "unix://"+socket)
	room, ann := lit(t, s, time.Minute, 10)
	if seq := say(t, s, room.Ref, ann, "hi"); seq != 1 {
		t.Errorf("message %d", seq)
	}
}
