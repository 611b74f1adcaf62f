package redistest_test

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"wick/rooms/redis/redistest"
)

func TestProxySpoilsConnections(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	p := redistest.NewProxy(t, s.Addr())
	client := redis.NewClient(&redis.Options{Addr: p.Addr(), MaxRetries: -1, DialerRetries: 1, DisableIdentity: true, ContextTimeoutEnabled: true})
	t.Cleanup(func() { client.Close() })
	ping := func() error { return client.Ping(t.Context()).Err() }
	well := func() {
		t.Helper()
		for range 2 { // the first finds that its connection is lost
			if ping() == nil {
				return
			}
		}
		t.Fatal("the proxy passes nothing on")
	}
	well()

	p.Hold()
	answer := make(chan error, 1)
	go func() { answer <- ping() }()
	select {
	case err := <-answer:
		t.Fatal("an answer while traffic is held up: ", err)
	case <-time.After(100 * time.Millisecond):
	}
	p.Release()
	if err := <-answer; err != nil {
		t.Fatal("what was held up is lost: ", err)
	}

	pinned := client.Conn()
	defer pinned.Close()
	if err := pinned.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	p.Cut()
	if pinned.Ping(t.Context()).Err() == nil {
		t.Fatal("a connection that was cut answers")
	}
	well()

	p.CutNext(true)
	if ping() == nil {
		t.Fatal("an answer that was cut off came")
	}
	well()

	p.Down()
	for range 2 {
		if ping() == nil {
			t.Fatal("an answer while connections are refused")
		}
	}
	p.Up()
	well()

	p.Freeze()
	if client.WithTimeout(100*time.Millisecond).Ping(t.Context()).Err() == nil {
		t.Fatal("a frozen connection answers")
	}
	well()
}
