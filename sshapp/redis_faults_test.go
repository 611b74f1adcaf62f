package sshapp

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
)

// alternate picks the servers in turn.
func alternate(servers ...*wickServer) func() *wickServer {
	n := 0
	return func() *wickServer {
		n++
		return servers[(n-1)%len(servers)]
	}
}

// disturb has four people on two servers write while a fault happens, and then
// some more, and checks what they all see.
func disturb(t *testing.T, one, two *wickServer, fault func(c *conversation)) {
	t.Helper()
	c := openRoom(t, &numbers{}, alternate(one, two))
	c.write(4)
	c.goesOn(3)
	fault(c)
	c.goesOn(3)
	t.Log(c.end())
}

func TestKilledConnectionsLoseNothing(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"pubsub", "normal"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			f := newFleet(t, rooms.HubConfig{})
			disturb(t, f.start(server.URL()), f.start(server.URL()), func(c *conversation) {
				for range 6 {
					server.KillClients(kind)
					c.goesOn(1)
				}
			})
		})
	}
}

// stopped is how long Redis, or a link to it, stands still: long enough for
// commands sent meanwhile to time out.
const stopped = 5 * time.Second

func TestStoppedRedisLosesNothing(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	f := newFleet(t, rooms.HubConfig{})
	disturb(t, f.start(server.URL()), f.start(server.URL()), func(c *conversation) {
		server.Pause()
		began := time.Now()
		c.areStale()
		t.Logf("everybody was told that the server reconnects after %v", time.Since(began).Round(100*time.Millisecond))
		c.canRead()
		<-time.After(stopped - time.Since(began))
		server.Resume()
		c.areWell()
	})
}

// areStale waits until every sender is told that the server reconnects.
func (c *conversation) areStale() { c.t.Helper(); c.headers(true) }

// areWell waits until no sender is told so any more.
func (c *conversation) areWell() { c.t.Helper(); c.headers(false) }

func (c *conversation) headers(stale bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, settleLimit)
	defer cancel()
	for i, s := range c.senders {
		if _, err := s.now().sees(ctx, func(g glance) bool { return g.stale == stale }); err != nil {
			c.t.Errorf("reconnecting is not %v in the header of sender %d:\n%s", stale, i, s.now().text())
		}
	}
}

// canRead checks that everybody's transcript is there and can be scrolled.
func (c *conversation) canRead() {
	c.t.Helper()
	for i, s := range c.senders {
		if g := s.now().glance(); len(g.said) == 0 {
			c.t.Errorf("sender %d can read nothing:\n%s", i, s.now().text())
		}
	}
}

func TestFaultsOnTheLinkOfOneServerLoseNothing(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault func(link *redistest.Proxy, c *conversation)
	}{
		{"held up", func(link *redistest.Proxy, _ *conversation) {
			link.Hold()
			<-time.After(stopped)
			link.Release()
		}},
		{"held up beyond every limit", func(link *redistest.Proxy, _ *conversation) {
			link.Hold()
			<-time.After(3 * stopped)
			link.Release()
		}},
		{"silent for good", func(link *redistest.Proxy, _ *conversation) { link.Freeze() }},
		{"cut", func(link *redistest.Proxy, c *conversation) {
			for range 6 {
				link.Cut()
				c.goesOn(1)
			}
		}},
		{"down", func(link *redistest.Proxy, _ *conversation) {
			link.Down()
			<-time.After(stopped)
			link.Up()
		}},
		{"answers lost", func(link *redistest.Proxy, c *conversation) {
			for range 6 {
				link.CutNext(true)
				c.goesOn(1)
			}
			link.CutNext(false)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			link := redistest.NewProxy(t, server.Addr())
			f := newFleet(t, rooms.HubConfig{})
			disturb(t, f.start(server.URL()), f.start(link.URL()), func(c *conversation) { tt.fault(link, c) })
		})
	}
}

// A server that stood still for longer than its lease has lost its seats: it
// takes them again.
func TestServerRetakesItsSeatsAfterAStall(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	link := redistest.NewProxy(t, server.Addr())
	f := newFleet(t, rooms.HubConfig{Lease: 2 * time.Second})
	disturb(t, f.start(server.URL()), f.start(link.URL()), func(c *conversation) {
		all := places(len(c.senders))
		here := c.senders[0].now()
		link.Hold()
		defer link.Release()
		c.shows(here, places(len(c.senders)/2))
		link.Release()
		for _, s := range c.senders {
			c.shows(s.now(), all)
		}
	})
}

// places is how the header counts who is here.
func places(n int) string { return fmt.Sprintf(" %d/%d ", n, fleetLimits.Seats) }

// shows waits until the talker's header does.
func (c *conversation) shows(k *talker, text string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, settleLimit)
	defer cancel()
	if _, err := k.sees(ctx, func(g glance) bool { return strings.Contains(g.header, text) }); err != nil {
		c.t.Errorf("the header does not show %q:\n%s", text, k.text())
	}
}

// A burst exceeds the output buffer that Redis keeps for a subscriber, so it cuts them off.
func TestSubscribersCutForBeingSlowLoseNothing(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	f := newFleet(t, rooms.HubConfig{})
	one, two := f.start(server.URL()), f.start(server.URL())
	disturb(t, one, two, func(c *conversation) {
		server.Config("client-output-buffer-limit", "pubsub 1 0 0")
		for range 4 {
			flood(t, server)
			c.goesOn(1)
		}
		server.Config("client-output-buffer-limit", "pubsub 32mb 8mb 60")
	})
}

// flood publishes, at once, more than the limit in every room, and waits
// until all subscribers were cut off.
func flood(t *testing.T, server *redistest.Server) {
	t.Helper()
	ctx := t.Context()
	before := listeners(t, server)
	channels, err := server.Client().PubSubChannels(ctx, "e4:*").Result()
	if err != nil {
		t.Fatal(err)
	}
	noise := strings.Repeat("x", 4<<10) // what no server has sealed
	pipe := server.Client().TxPipeline()
	for _, channel := range channels {
		for range 64 {
			pipe.Publish(ctx, channel, noise)
		}
	}
	if _, err := pipe.Exec(ctx); err != nil {
		t.Fatal(err)
	}
	sshtest.Eventually(t, "who listens was cut off", func() bool {
		for id := range listeners(t, server) {
			if before[id] {
				return false
			}
		}
		return true
	})
}

// listeners are the connections that are subscribed to something.
func listeners(t *testing.T, server *redistest.Server) map[string]bool {
	t.Helper()
	list, err := server.Client().Do(t.Context(), "CLIENT", "LIST", "TYPE", "pubsub").Text()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for line := range strings.Lines(list) {
		id, _, _ := strings.Cut(line, " ")
		ids[id] = true
	}
	return ids
}

func TestFlushedScriptsLoseNothing(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	f := newFleet(t, rooms.HubConfig{})
	disturb(t, f.start(server.URL()), f.start(server.URL()), func(c *conversation) {
		for range 4 {
			if err := server.Client().ScriptFlush(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
			c.goesOn(1)
		}
	})
}
