package redis

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"wick/keys"
	"wick/rooms"
	"wick/rooms/redis/redistest"
)

// The servers of one Redis reach each other by a user with the documented permissions,
// and only those with their secret. Nobody else can make them hear or list anything.
func TestServersReachEachOther(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	url := user(t, server) + server.Addr()
	a, b := open(t, url), open(t, url)
	stranger, err := Open(t.Context(), Config{URLs: url, Sealer: keys.NewSealer(keys.NewSecret())})
	ok(t, err)
	t.Cleanup(func() { stranger.Close() })

	heard := make(chan string, 10)
	b.Receive(func(m []byte) { heard <- string(m) })
	ok(t, stranger.Broadcast(t.Context(), []byte("forged")))
	client, channel := server.Client(), a.listener.fleet.channel
	for _, forged := range []string{"", "forged", string(a.codec.seal(rooms.Ref{}, sealedRecord, "forged")), string(stranger.codec.seal(rooms.Ref{}, sealedBroadcast, "forged"))} {
		ok(t, client.Publish(t.Context(), channel, forged).Err())
	}
	ok(t, a.Broadcast(t.Context(), []byte("hello")))
	if got := <-heard; got != "hello" {
		t.Errorf("heard %q", got)
	}

	renew := func(s *Store, id string, wanted []string, record string) {
		t.Helper()
		servers, got, err := s.Renew(t.Context(), id, time.Hour)
		ok(t, err)
		slices.Sort(servers)
		if !slices.Equal(servers, wanted) || string(got) != record {
			t.Errorf("listed: %q, %q, want %q, %q", servers, got, wanted, record)
		}
	}
	renew(a, "one", []string{"one"}, "")
	renew(b, "two", []string{"one", "two"}, "")
	renew(stranger, "three", []string{"three"}, "")
	ok(t, b.Put(t.Context(), []byte("closed")))
	listKey, recordKey := a.listener.fleet.servers, a.listener.fleet.record
	ok(t, client.HSet(t.Context(), listKey, "forged", "9999999999999:forged", "copy", client.HGet(t.Context(), listKey, a.serverField("one")).Val(), "bad", "x").Err())
	renew(a, "one", []string{"one", "two"}, "closed")
	ok(t, a.Retire(t.Context(), "one"))
	ok(t, client.HDel(t.Context(), listKey, "copy").Err())
	renew(b, "two", []string{"two"}, "closed")

	ttl, err := client.PTTL(t.Context(), recordKey).Result()
	ok(t, err)
	if ttl <= 0 || ttl > recordKept {
		t.Errorf("the record is kept for %v", ttl)
	}
	for _, secret := range []string{"one", "two", "closed"} {
		for _, value := range append(client.HVals(t.Context(), listKey).Val(), client.HVals(t.Context(), recordKey).Val()...) {
			if strings.Contains(value, secret) {
				t.Errorf("Redis sees %q", secret)
			}
		}
	}
	ok(t, client.HSet(t.Context(), recordKey, "v", "forged").Err())
	for i := range 2 * rooms.MaxServers {
		ok(t, client.HSet(t.Context(), listKey, "more"+strconv.Itoa(i), "9999999999999:more").Err())
	}
	renew(a, "one", []string{"one"}, "") // the list was too long: all list themselves again
	renew(b, "two", []string{"one", "two"}, "")

	_, _, err = b.Renew(t.Context(), "two", time.Millisecond)
	ok(t, err)
	until(t, "a lease lapses", func() bool {
		servers, _, err := a.Renew(t.Context(), "one", time.Hour)
		return err == nil && slices.Equal(servers, []string{"one"})
	})
	b.Receive(nil)
}

// reach checks that servers of a Cluster, which passes on what one node gets, reach each
// other.
func reach(t *testing.T, a, b *Store) {
	t.Helper()
	heard := make(chan string, 1)
	b.Receive(func(m []byte) { heard <- string(m); b.Receive(nil) })
	ok(t, a.Broadcast(t.Context(), []byte("hello")))
	if got := <-heard; got != "hello" {
		t.Errorf("heard %q", got)
	}
	_, _, err := a.Renew(t.Context(), "one", time.Hour)
	ok(t, err)
	ok(t, b.Put(t.Context(), []byte("closed")))
	servers, record, err := b.Renew(t.Context(), "two", time.Hour)
	ok(t, err)
	if len(servers) != 2 || string(record) != "closed" {
		t.Errorf("%q, %q", servers, record)
	}
}
