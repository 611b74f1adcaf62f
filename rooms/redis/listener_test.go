package redis

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

func TestKilledListenersMissNothing(t *testing.T) {
	t.Parallel()
	const posts, kills = 2000, 20
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, ann := lit(t, s, time.Minute, posts)
	feed, err := s.Watch(t.Context(), room.Name)
	ok(t, err)
	defer feed.Close()

	var writer sync.WaitGroup
	writer.Go(func() {
		for i := range posts {
			if _, err := s.Append(t.Context(), room.Ref, ann, rooms.Words{ID: strconv.Itoa(i), Text: "hi"}); err != nil {
				t.Errorf("message %d: %v", i+1, err)
				return
			}
			if (i+1)%(posts/kills) == 0 {
				if err := server.Client().Do(t.Context(), "CLIENT", "KILL", "TYPE", "pubsub").Err(); err != nil {
					t.Error(err)
				}
			}
		}
	})
	reported, unreported, err := follow(t.Context(), s, feed, room.Ref, posts)
	writer.Wait()
	ok(t, err)
	if reported == 0 || unreported > 0 {
		t.Errorf("after lost connections, %d gaps were reported and %d were not", reported, unreported)
	}
}

func TestASilentConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	p := redistest.NewProxy(t, server.Addr())
	s := open(t, p.URL())
	direct := open(t, server.URL())
	room, ann := lit(t, direct, time.Minute, 10)
	feed, err := s.Watch(t.Context(), room.Name)
	ok(t, err)
	defer feed.Close()
	p.Freeze()
	say(t, direct, room.Ref, ann, "into the void")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	began := time.Now()
	select {
	case <-feed.Ready():
	case <-ctx.Done():
		t.Fatal("the dead connection was not noticed")
	}
	if _, gap := feed.Take(); !gap {
		t.Error("messages were lost, and no gap was reported")
	}
	if took := time.Since(began); took < silenceLimit/2 {
		t.Errorf("reported after %v, too early to know that the connection is dead", took)
	}
	say(t, direct, room.Ref, ann, "again")
	select {
	case <-feed.Ready():
	case <-ctx.Done():
		t.Fatal("nothing arrives on the new connection")
	}
	if events, _ := feed.Take(); len(events) != 1 || events[0].Text != "again" {
		t.Errorf("received %+v", events)
	}
}

func TestUnwatchedRoomsAreUnsubscribed(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	subscribed := func() int {
		n, err := server.Client().PubSubChannels(t.Context(), prefix+"{*}:c").Result()
		ok(t, err)
		return len(n)
	}
	const many = 2 * subscribeBatch
	feeds := make([]*rooms.Feed, many)
	var wg sync.WaitGroup
	for i := range feeds {
		wg.Go(func() {
			var err error
			if feeds[i], err = s.Watch(t.Context(), rooms.NewName()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	if n := subscribed(); n < many {
		t.Errorf("%d channels are subscribed, want %d", n, many)
	}
	// A new connection subscribes them all again, in batches.
	ok(t, server.Client().Do(t.Context(), "CLIENT", "KILL", "TYPE", "pubsub").Err())
	for _, f := range feeds {
		select {
		case <-f.Ready():
		case <-time.After(patience):
			t.Fatal("a feed did not report the gap")
		}
		if _, gap := f.Take(); !gap {
			t.Error("a feed is ready without a gap")
		}
		f.Close()
	}
	until(t, "no room is subscribed", func() bool { return subscribed() == 0 })
	s.listener.mu.Lock()
	defer s.listener.mu.Unlock()
	if n := len(s.listener.subscriptions); n != 0 {
		t.Errorf("%d subscriptions are left", n)
	}
}

// Each connection that may not subscribe ends at once. The log does not call it back.
func TestTheLogNamesARefusedSubscriptionOnce(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	var log logBuffer
	s, err := Open(t.Context(), Config{
		URLs: user(t, server) + server.Addr(), Sealer: sealer, Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	ok(t, err)
	t.Cleanup(func() { s.Close() })

	user(t, server, "-subscribe")
	server.KillClients("pubsub")
	refused := func() int64 {
		entries, err := server.Client().ACLLog(t.Context(), 1).Result()
		ok(t, err)
		if len(entries) == 0 {
			return 0
		}
		return entries[0].Count
	}
	until(t, "it has been refused several times", func() bool { return refused() >= 5 })
	if text := log.String(); strings.Count(text, "may not use the command SUBSCRIBE") != 1 || strings.Contains(text, "again") {
		t.Errorf("the log:\n%s", text)
	}
	if state := s.State(); state.Listening || state.Lost != 1 {
		t.Errorf("without subscriptions: %+v", state)
	}
	user(t, server, "+subscribe")
	until(t, "it listens again", func() bool { return s.State().Listening && strings.Contains(log.String(), "listening to Redis again") })
}
