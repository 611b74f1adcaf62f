package redis

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

func TestOverTLS(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.WithTLS)
	_, err := Open(t.Context(), Config{URLs: "rediss://" + server.TLSAddr(), Sealer: sealer})
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("with an untrusted certificate: %v", err)
	}
	s := open(t, server.TLSURL())
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

func TestClusterOverTLS(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t, redistest.WithTLS)
	s := open(t, cluster.TLSURLs())
	room, ann := lit(t, s, time.Minute, 10)
	say(t, s, room.Ref, ann, "one")
	cluster.MoveSlot(s.codec.keys(room.Name)[0])
	say(t, s, room.Ref, ann, "two")
}

func TestSentinelsOverTLS(t *testing.T) {
	t.Parallel()
	pair := redistest.StartSentinel(t, redistest.WithTLS)
	_, err := Open(t.Context(), Config{URLs: strings.TrimSuffix(pair.TLSURL(), "?skip_verify=true"), Sealer: sealer})
	if err == nil || !strings.Contains(err.Error(), "certificate") || strings.Contains(err.Error(), "\n") {
		t.Errorf("with untrusted certificates: %v", err)
	}
	s := open(t, pair.TLSURL())
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

// The client library's TLS dialler dials even if the context has ended.
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
