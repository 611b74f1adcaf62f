package redis

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

func TestARestartedServerHasNoRooms(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, ann := lit(t, s, time.Minute, 10)
	say(t, s, room.Ref, ann, "hi")
	feed, err := s.Watch(t.Context(), room.Name)
	ok(t, err)
	defer feed.Close()

	server.Kill()
	_, err = s.Find(t.Context(), room.Name)
	is(t, err, rooms.ErrUnavailable)
	until(t, "a post on a refused connection is known not to be sent", func() bool {
		_, err := s.Append(t.Context(), room.Ref, ann, rooms.Words{ID: "id", Text: "lost"})
		return errors.Is(err, rooms.ErrUnavailable)
	})
	server.Restart()

	until(t, "the server replies", func() bool {
		_, err = s.Find(t.Context(), room.Name)
		return !errors.Is(err, rooms.ErrUnavailable)
	})
	is(t, err, rooms.ErrNoRoom)
	_, err = s.Append(t.Context(), room.Ref, ann, rooms.Words{ID: "id", Text: "lost"})
	is(t, err, rooms.ErrNoRoom)
	_, err = s.Beat(t.Context(), room.Ref, ann.Node, time.Hour, rooms.Known{})
	is(t, err, rooms.ErrNoRoom)
	until(t, "the feed reports the gap", func() bool {
		_, gap := feed.Take()
		return gap
	})
	// The same feed reports events of the next room of that name.
	_, err = s.Light(t.Context(), rooms.Lighting{Name: room.Name, TTL: time.Minute, Seats: 1, History: 1})
	ok(t, err)
	_, err = s.Enter(t.Context(), room.Name, ann, time.Hour, 0)
	ok(t, err)
	until(t, "the feed works again", func() bool {
		events, _ := feed.Take()
		return len(events) == 1 && events[0].Kind == rooms.Joined
	})
}

func TestPostsToASilentServerAreUnknown(t *testing.T) {
	t.Parallel()
	t.Run("single", func(t *testing.T) {
		t.Parallel()
		server := redistest.Start(t)
		silentServer(t, server.URL(), server)
	})
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		cluster := redistest.StartCluster(t)
		silentServer(t, cluster.URLs(), cluster.Nodes...)
	})
}

func silentServer(t *testing.T, urls string, servers ...*redistest.Server) {
	s := open(t, urls)
	room, ann := lit(t, s, time.Minute, 100)
	all := func(do func(*redistest.Server)) {
		for _, server := range servers {
			do(server)
		}
	}
	say(t, s, room.Ref, ann, "before") // so that the node knows the script
	// The messages leave on open connections; on a new one the server would
	// have to reply first.
	const many = 8
	var users sync.WaitGroup
	for range many {
		users.Go(func() { s.Since(t.Context(), room.Ref, 0) })
	}
	users.Wait()
	all((*redistest.Server).Pause)
	for i := range many {
		users.Go(func() {
			if _, err := s.Append(t.Context(), room.Ref, ann, rooms.Words{ID: strconv.Itoa(i), Text: "hi"}); !errors.Is(err, rooms.ErrUnknown) {
				t.Errorf("error is %v, want %v", err, rooms.ErrUnknown)
			}
		})
	}
	users.Wait()

	// A cancelled caller does not wait for the connection's time limit.
	ctx, cancel := context.WithCancel(t.Context())
	began := time.Now()
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err := s.Append(ctx, room.Ref, ann, rooms.Words{ID: "cancelled", Text: "hi"})
	is(t, err, rooms.ErrUnknown)
	is(t, err, context.Canceled)
	if took := time.Since(began); took > readLimit/2 {
		t.Errorf("a cancelled operation took %v", took)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = s.Since(ctx, room.Ref, 0)
	is(t, err, rooms.ErrUnavailable)
	is(t, err, context.DeadlineExceeded)

	all((*redistest.Server).Resume)
	// A reply shows that the server has read what was in the sockets before.
	all(func(server *redistest.Server) {
		for range 2 {
			until(t, "the server runs again", func() bool { return server.Client().Ping(t.Context()).Err() == nil })
		}
	})
	var events []rooms.Event
	until(t, "messages are there", func() bool {
		events, err = s.Since(t.Context(), room.Ref, 0)
		return err == nil && len(events) > 1
	})
	count := map[string]int{}
	for _, e := range events {
		if count[e.ID]++; count[e.ID] > 1 {
			t.Errorf("message %s is there %d times", e.ID, count[e.ID])
		}
	}
	t.Logf("%d of %d messages without a reply were stored", len(count)-1, many+1)
}

// By default the client library sends a command again if its reply was lost with
// the connection, and reports success.
func TestALostReplyIsUnknownAndNothingIsSentTwice(t *testing.T) {
	t.Parallel()
	t.Run("single", func(t *testing.T) {
		t.Parallel()
		p := redistest.NewProxy(t, redistest.Start(t).Addr())
		lostReply(t, p.URL(), p)
	})
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		cluster := redistest.StartCluster(t)
		var urls []string
		var proxies []*redistest.Proxy
		for _, node := range cluster.Nodes {
			p := redistest.NewProxy(t, node.Addr())
			ok(t, node.Client().ConfigSet(t.Context(), "cluster-announce-port", p.Port()).Err())
			proxies, urls = append(proxies, p), append(urls, p.URL())
		}
		until(t, "the nodes know each other by their proxies", func() bool {
			for _, node := range cluster.Nodes {
				nodes, err := node.Client().ClusterNodes(t.Context()).Result()
				ok(t, err)
				for _, p := range proxies {
					if !strings.Contains(nodes, p.Addr()+"@") {
						return false
					}
				}
			}
			return true
		})
		lostReply(t, strings.Join(urls, ","), proxies...)
	})
}

func lostReply(t *testing.T, urls string, proxies ...*redistest.Proxy) {
	s := open(t, urls)
	room, ann := lit(t, s, time.Minute, 100)
	say(t, s, room.Ref, ann, "before") // so that the node knows the script
	lost := ""
	for i := 0; lost == "" && i < 50; i++ { // the reply cut may have been the janitor's
		for _, p := range proxies {
			p.CutNext(true)
		}
		_, err := s.Append(t.Context(), room.Ref, ann, rooms.Words{ID: strconv.Itoa(i), Text: "hi"})
		switch {
		case errors.Is(err, rooms.ErrUnknown):
			lost = strconv.Itoa(i)
		case err != nil && !errors.Is(err, rooms.ErrUnavailable):
			t.Fatal(err)
		}
	}
	for _, p := range proxies {
		p.CutNext(false)
	}
	var events []rooms.Event
	until(t, "the room can be read", func() bool {
		var err error
		events, err = s.Since(t.Context(), room.Ref, 0)
		return err == nil
	})
	said := map[string]int{}
	for _, e := range events {
		if said[e.ID]++; said[e.ID] == 2 {
			t.Errorf("message %s is there twice", e.ID)
		}
	}
	if said[lost] != 1 {
		t.Errorf("message %q, whose reply was lost, is there %d times", lost, said[lost])
	}
}

func TestFullMemoryRefusesMessagesAndStillDestroys(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	other := open(t, server.URL())
	room, ann := lit(t, s, time.Minute, 10)
	doomed, bob := lit(t, s, time.Minute, 10)
	say(t, s, room.Ref, ann, "one")
	ok(t, server.Client().ConfigSet(t.Context(), "maxmemory", "1mb").Err())
	before := dump(t, server)

	_, err := s.Append(t.Context(), room.Ref, ann, rooms.Words{ID: "id", Text: "two"})
	is(t, err, rooms.ErrStoreFull)
	_, err = s.Light(t.Context(), rooms.Lighting{Name: rooms.NewName(), TTL: time.Minute, Seats: 1, History: 1})
	is(t, err, rooms.ErrStoreFull)
	_, err = s.Enter(t.Context(), room.Name, guest("cid"), time.Hour, 0)
	is(t, err, rooms.ErrStoreFull)
	is(t, s.Rename(t.Context(), room.Ref, ann, "eve"), rooms.ErrStoreFull)
	if after := dump(t, server); after != before {
		t.Errorf("refused operations changed\n%q to\n%q", before, after)
	}

	// Members stay, can read and can leave; a server can start.
	_, err = s.Beat(t.Context(), room.Ref, ann.Node, time.Hour, rooms.Known{})
	ok(t, err)
	events, err := other.Since(t.Context(), room.Ref, 0)
	ok(t, err)
	if len(events) != 1 {
		t.Errorf("history is %+v", events)
	}
	open(t, server.URL())
	_, err = s.Shorten(t.Context(), doomed.Ref, bob, time.Second)
	ok(t, err)
	_, err = s.Reap(t.Context(), doomed.Ref)
	ok(t, err)
	ok(t, s.Leave(t.Context(), room.Ref, ann))
	ok(t, s.Destroy(t.Context(), room.Ref, ann))
	until(t, "no key is left", func() bool { return len(server.Keys()) == 0 })
}

// dump returns all keys and values of the server, for comparison.
func dump(t *testing.T, server *redistest.Server) string {
	t.Helper()
	var all []string
	for _, key := range server.Keys() {
		if key == dueKey {
			continue // says only when rooms are due
		}
		v, err := server.Client().Dump(t.Context(), key).Result()
		ok(t, err)
		all = append(all, key+v)
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

func TestUnknownScriptsAreSentAgain(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, ann := lit(t, s, time.Minute, 10)
	ok(t, server.Client().ScriptFlush(t.Context()).Err())
	if seq := say(t, s, room.Ref, ann, "one"); seq != 1 {
		t.Errorf("message %d", seq)
	}
}

func TestErrorsNameNoKeys(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, ann := lit(t, s, time.Minute, 10)
	keys := s.codec.keys(room.Name)
	ok(t, server.Client().Del(t.Context(), keys[2]).Err())
	ok(t, server.Client().Set(t.Context(), keys[2], "no hash", 0).Err())
	_, err := s.Append(t.Context(), room.Ref, ann, rooms.Words{ID: "id", Text: "text"})
	if err == nil {
		t.Fatal("no error for a key of a wrong type")
	}
	for _, word := range []string{room.Name.String(), s.codec.sealer.RoomKey(room.Name.String()), ann.ID, "script", "e4:"} {
		if strings.Contains(err.Error(), word) {
			t.Errorf("the error %q contains %q", err, word)
		}
	}
	for _, known := range []error{rooms.ErrNoRoom, rooms.ErrUnavailable, rooms.ErrNotSeated} {
		if errors.Is(err, known) {
			t.Errorf("the error is %v", err)
		}
	}
}

func TestCloseEndsGoroutinesThoughTheServerIsSilent(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, ann := lit(t, s, time.Minute, 10)
	feed, err := s.Watch(t.Context(), room.Name)
	ok(t, err)
	server.Pause()
	var users sync.WaitGroup
	for range 4 {
		users.Go(func() { s.Append(t.Context(), room.Ref, ann, rooms.Words{ID: "id", Text: "text"}) })
	}
	until(t, "commands are running", func() bool { return strings.Contains(stacks(), "redis.(*Store).do.func1") })
	began := time.Now()
	ok(t, s.Close())
	if took := time.Since(began); took > readLimit {
		t.Errorf("Close took %v", took)
	}
	users.Wait()
	feed.Close()
	if all := stacks(); strings.Contains(all, "wick/rooms/redis.(*listener)") || strings.Contains(all, "wick/rooms/redis.(*Store)") {
		t.Errorf("goroutines are left:\n%s", all)
	}
}
