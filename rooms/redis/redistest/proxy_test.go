package redistest_test

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"wick/rooms/redis/redistest"
)

func TestProxyDisturbsConnections(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	p := redistest.NewProxy(t, s.Addr())
	client := redis.NewClient(&redis.Options{Addr: p.Addr(), MaxRetries: -1, DialerRetries: 1, DisableIdentity: true, ContextTimeoutEnabled: true})
	t.Cleanup(func() { client.Close() })
	ping := func() error { return client.Ping(t.Context()).Err() }
	well := func() {
		t.Helper()
		for range 2 { // the first may find that its connection is closed
			if ping() == nil {
				return
			}
		}
		t.Fatal("the proxy does not forward")
	}
	well()

	p.Hold()
	reply := make(chan error, 1)
	go func() { reply <- ping() }()
	select {
	case err := <-reply:
		t.Fatal("a reply while traffic is held: ", err)
	case <-time.After(100 * time.Millisecond):
	}
	p.Release()
	if err := <-reply; err != nil {
		t.Fatal("held traffic is lost: ", err)
	}

	pinned := client.Conn()
	defer pinned.Close()
	if err := pinned.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	p.Cut()
	if pinned.Ping(t.Context()).Err() == nil {
		t.Fatal("a reply on a connection that was cut")
	}
	well()

	p.CutNext(true)
	if ping() == nil {
		t.Fatal("a reply that should have been cut arrived")
	}
	well()

	p.Down()
	for range 2 {
		if ping() == nil {
			t.Fatal("a reply while the proxy is down")
		}
	}
	p.Up()
	well()

	p.Freeze()
	if client.WithTimeout(100*time.Millisecond).Ping(t.Context()).Err() == nil {
		t.Fatal("a reply on a frozen connection")
	}
	well()
}
