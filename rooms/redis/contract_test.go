package redis

import (
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/keys"
	"wick/rooms"
	"wick/rooms/redis/redistest"
	"wick/rooms/storetest"
)

// TestContract runs as the user in the package comment.
func TestContract(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	lazy(t, server)
	runContract(t, user(t, server, "+memory|usage", "+zrange")+server.Addr()) // for remains
}

func TestContractOnCluster(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	for _, node := range cluster.Nodes {
		lazy(t, node)
	}
	runContract(t, cluster.URLs())
}

func TestContractWithSentinels(t *testing.T) {
	t.Parallel()
	pair := redistest.StartSentinel(t)
	pair.SetDownAfter(time.Hour) // no failover, however busy the machine
	for _, server := range pair.Servers {
		lazy(t, server)
	}
	runContract(t, pair.URL())
}

func runContract(t *testing.T, urls string) {
	storetest.Run(t, storetest.Harness{
		Open:   func(t *testing.T) rooms.Store { return open(t, urls) },
		Second: func(t *testing.T, _ rooms.Store) rooms.Store { return open(t, urls) },
		Remains: func(t *testing.T, s rooms.Store, name rooms.Name) []string {
			return remains(t, s.(*Store), name)
		},
	})
}

// lazy keeps the server from deleting expired keys by itself, so that the test
// finds what the store does not delete.
func lazy(t *testing.T, server *redistest.Server) {
	t.Helper()
	if err := server.Client().Do(t.Context(), "DEBUG", "SET-ACTIVE-EXPIRE", 0).Err(); err != nil {
		t.Fatal(err)
	}
}

// sealer has the secret that all stores of these tests share.
var sealer = keys.NewSealer(keys.NewSecret())

func open(t testing.TB, urls string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{URLs: urls, Sealer: sealer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// remains returns the keys and index entries of the room. MEMORY USAGE is the
// only command that sees expired keys without deleting them.
func remains(t *testing.T, s *Store, name rooms.Name) (found []string) {
	t.Helper()
	for _, key := range s.codec.keys(name) {
		switch err := s.client.MemoryUsage(t.Context(), key).Err(); err {
		case nil:
			found = append(found, key)
		case goredis.Nil:
		default:
			t.Fatal(err)
		}
	}
	entries, err := s.client.ZRange(t.Context(), dueKey, 0, -1).Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e, s.codec.sealer.RoomKey(name.String())) {
			found = append(found, e)
		}
	}
	return found
}
