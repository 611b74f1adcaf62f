package redis

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wick/rooms/redis/redistest"
)

// TestOpenUnderstandsEveryForm uses Redis by each form of URL that there is, TLS
// aside, each with user and password too.
func TestOpenUnderstandsEveryForm(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "wick") // a socket's path is short
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

	for name, urls := range map[string]string{
		"single":                                single.URL(),
		"single and a user":                     as(single.URL()),
		"single by number":                      single.URL() + "/3",
		"socket":                                "unix://" + socket,
		"socket and a user":                     "unix://" + user + socket,
		"cluster":                               cluster.URLs(),
		"cluster by one":                        cluster.Nodes[1].URL() + "?addr=" + cluster.Nodes[2].Addr(),
		"cluster and a user":                    as(cluster.URLs()),
		"sentinel":                              pair.URL(),
		"sentinel and users":                    as(pair.URL()) + "?sentinel_user=wick&sentinel_password=p%40ss%3Aw%2Frd",
		"sentinel by number":                    pair.URL() + "/2",
		"one of the Sentinels, another is away": "redis+sentinel://localhost:1," + pair.Addrs()[2] + "/" + redistest.MasterName,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, urls)
			room, ann := lit(t, s, time.Minute, 10)
			if seq := say(t, s, room.Ref, ann, "hi"); seq != 1 {
				t.Errorf("message %d", seq)
			}
		})
	}
}
