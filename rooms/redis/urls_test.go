package redis

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wick/rooms/redis/redistest"
)

// TestOpenAcceptsEveryFormOfURL tries each form without TLS, with and without
// user and password.
func TestOpenAcceptsEveryFormOfURL(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "wick") // the path of a socket must be short
	ok(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "redis.sock")
	single := redistest.Start(t, "--unixsocket", socket)
	cluster := redistest.StartCluster(t)
	pair := redistest.StartSentinel(t)
	servers := append([]*redistest.Server{single}, cluster.Nodes...)
	servers = append(servers, pair.Servers[:]...)
	for _, s := range append(servers, pair.Sentinels...) {
		ok(t, s.Client().Do(t.Context(), "ACL", "SETUSER", "wick", "on", ">p@ss:w/rd", "~*", "&*", "+@all").Err())
	}
	const user = "wick:p%40ss%3Aw%2Frd@"
	as := func(urls string) string { return strings.ReplaceAll(urls, "://", "://"+user) }

	for _, c := range []struct{ name, urls string }{
		{"single", single.URL()},
		{"single, user", as(single.URL())},
		{"single, database number", single.URL() + "/3"},
		{"socket", "unix://" + socket},
		{"socket, user", "unix://" + user + socket},
		{"cluster", cluster.URLs()},
		{"cluster, one URL", cluster.Nodes[1].URL() + "?addr=" + cluster.Nodes[2].Addr()},
		{"cluster, user", as(cluster.URLs())},
		{"sentinels", pair.URL()},
		{"sentinels, users", as(pair.URL()) + "?sentinel_user=wick&sentinel_password=p%40ss%3Aw%2Frd"},
		{"sentinels, database number", pair.URL() + "/2"},
		{"sentinels, one unreachable", "redis+sentinel://localhost:1," + pair.Addrs()[2] + "/" + redistest.MasterName},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, c.urls)
			room, ann := lit(t, s, time.Minute, 10)
			if seq := say(t, s, room.Ref, ann, "hi"); seq != 1 {
				t.Errorf("message %d", seq)
			}
		})
	}
}
