package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

// listeningTo returns the node that a listener is connected to.
func listeningTo(t *testing.T, nodes []*redistest.Server) *redistest.Server {
	t.Helper()
	for _, node := range nodes {
		channels, err := node.Client().PubSubChannels(t.Context(), "e4:*").Result()
		ok(t, err)
		if len(channels) > 0 {
			return node
		}
	}
	t.Fatal("no node has a listener")
	return nil
}

// A node that was removed from its Cluster still replies to pings but passes on
// nothing that is published. The test runs beside no other: nodes that wait for a
// processor take each other for dead.
func TestListenerLeavesANodeThatWasForgotten(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	s := open(t, cluster.URLs())
	room, ann := lit(t, s, time.Hour, 100)
	feed, err := s.Watch(t.Context(), room.Name)
	ok(t, err)
	defer feed.Close()
	gone := listeningTo(t, cluster.Nodes)
	noticed := make(chan struct{})
	go func() { // from before the others forget the node, which may take a while
		defer close(noticed)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for t.Context().Err() == nil {
			<-tick.C
			if err := s.Ping(t.Context()); err != nil && err.Error() == "nothing that Redis publishes arrives" && !s.State().Listening {
				return
			}
		}
	}()
	cluster.Forget(gone)
	began := time.Now()
	for range 3 { // for a moment, nodes may reply that the Cluster is down
		until(t, "a message is stored", func() bool {
			_, err := s.Append(t.Context(), room.Ref, ann, rooms.Words{ID: rand.Text(), Text: "into the void"})
			return err == nil
		})
	}
	select {
	case <-noticed:
	case <-time.After(patience):
		t.Fatal("Ping and State do not report that nothing arrives")
	}
	until(t, "the feed reports the gap", func() bool {
		_, gap := feed.Take()
		return gap
	})
	until(t, "Ping succeeds", func() bool { return s.Ping(t.Context()) == nil })
	if at := listeningTo(t, append(cluster.Nodes, gone)); at == gone {
		t.Error("the store still listens to the forgotten node")
	}
	heard(t, s, room.Ref, ann, feed)
	t.Logf("messages arrive after %v", time.Since(began))
	watching, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for range 9 { // in slots of all nodes
		f, err := s.Watch(watching, rooms.NewName())
		ok(t, err)
		f.Close()
	}
	// A client that knows the node by its URL asks it for the slots as often as the others.
	for range 20 {
		client, _, _, err := newClient(cluster.URLs()+","+gone.URL(), TLS{})
		ok(t, err)
		ok(t, client.Process(t.Context(), noRetry{goredis.NewCmd(t.Context(), "exists", keysOf(rand.Text())[0])}))
		ok(t, client.Close())
	}
}

func TestListenerAvoidsTheNodeThatWasDeaf(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	s := open(t, cluster.URLs())
	l := newListener(s.client, s.echo, s.codec, &s.tombs, &s.lit, s.log)
	l.avoided = cluster.Nodes[1].Addr()
	seen := map[string]bool{}
	for range 50 {
		_, addr, err := l.node(t.Context())
		ok(t, err)
		seen[addr] = true
	}
	if len(seen) != len(cluster.Nodes)-1 || seen[l.avoided] {
		t.Errorf("chose %v, want all but %s", seen, l.avoided)
	}
}

func TestSuspectReplacesTheConnectionOnce(t *testing.T) {
	t.Parallel()
	s := open(t, redistest.Start(t).URL())
	room, ann := lit(t, s, time.Hour, 10)
	feed, err := s.Watch(t.Context(), room.Name)
	ok(t, err)
	defer feed.Close()
	s.Suspect() // too early: it may be about an earlier connection
	if state := s.State(); !state.Listening || state.Lost != 0 {
		t.Errorf("a new connection is suspected: %+v", state)
	}
	until(t, "the connection is replaced", func() bool {
		s.Suspect()
		return s.State().Lost > 0
	})
	until(t, "the new connection receives", func() bool {
		s.Suspect() // all rooms may notice at the same time
		return s.Ping(t.Context()) == nil
	})
	until(t, "the feed reports the gap", func() bool {
		_, gap := feed.Take()
		return gap
	})
	heard(t, s, room.Ref, ann, feed)
	if lost := s.State().Lost; lost != 1 {
		t.Errorf("%d connections were lost, want 1", lost)
	}
}

// A channel on which nothing arrives is evidence, even if others work.
func TestLostTokensOfARoomAreEvidence(t *testing.T) {
	t.Parallel()
	s := open(t, redistest.Start(t).URL())
	name := rooms.NewName()
	w := &subscription{name: name, channel: s.codec.keys(name)[channelAt], sent: true, acked: true, ready: make(chan struct{})}
	close(w.ready)
	s.listener.mu.Lock()
	s.listener.subscriptions[w.channel] = w // Redis does not know of it
	s.listener.mu.Unlock()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	feed, err := s.Watch(ctx, name)
	ok(t, err)
	feed.Close()
	if lost := s.State().Lost; lost != 1 {
		t.Errorf("%d connections were lost, want 1", lost)
	}
}

// harness is a watchdog on a simulated connection.
type harness struct {
	*listener
	wd     *watchdog
	cancel context.CancelFunc
	ended  chan error
}

// watched starts a watchdog in a synctest bubble. pass is called for each token
// and reports whether it arrives.
func watched(t *testing.T, deaf int, pass func() (back bool, err error)) *harness {
	k := &harness{listener: &listener{deafConns: deaf}, wd: newWatchdog(t.Context(), nil), ended: make(chan error, 1)}
	k.publish = func(_ context.Context, _, token string) error {
		back, err := pass()
		if back {
			k.wd.received(token)
		}
		return err
	}
	for _, channel := range k.wd.channels {
		k.wd.subscribed(channel)
	}
	k.listener.watchdog.Store(k.wd)
	k.connected.Store(true)
	ctx, cancel := context.WithCancel(t.Context())
	k.cancel = cancel
	go func() { k.ended <- k.verify(ctx, k.wd) }()
	return k
}

// after reports whether the connection has been given up after d.
func (k *harness) after(d time.Duration) bool {
	time.Sleep(d)
	synctest.Wait()
	select {
	case err := <-k.ended:
		k.ended <- err
		return errors.Is(err, errNotReceiving)
	default:
		return false
	}
}

func TestWatchdogGivesUpADeafConnectionInTime(t *testing.T) {
	for _, c := range []struct {
		deaf int
		left time.Duration
	}{{0, minConnAge}, {1, 2 * minConnAge}, {3, 8 * minConnAge}, {1000, maxConnAge}} {
		synctest.Test(t, func(t *testing.T) {
			k := watched(t, c.deaf, func() (bool, error) { return false, nil })
			if !k.receiving() {
				t.Error("a new connection is reported as not receiving")
			}
			if k.after(echoWait); k.receiving() {
				t.Error("a lost token is not reported")
			}
			if k.after(c.left - echoWait - time.Millisecond) {
				t.Errorf("after %d others, given up before %v", c.deaf, c.left)
			}
			if !k.after(echoWait) {
				t.Errorf("after %d others, not given up after %v", c.deaf, c.left)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) { // one that worked for a long time
		var deaf atomic.Bool
		k := watched(t, 0, func() (bool, error) { return !deaf.Load(), nil })
		if k.after(time.Hour) {
			t.Error("given up though all tokens arrived")
		}
		deaf.Store(true)
		if !k.after(echoEvery + echoMisses*echoWait) {
			t.Error("not given up in time")
		}
	})
}

func TestWatchdogKnowsNothingWhileCommandsFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		k := watched(t, 0, func() (bool, error) {
			if n++; n == 1 {
				return false, nil
			}
			return false, rooms.ErrUnavailable
		})
		if k.after(time.Hour) {
			t.Error("given up because commands fail")
		}
		if n > 2*int(time.Hour/echoEvery) {
			t.Errorf("%d failed commands in an hour", n)
		}
		if k.cancel(); k.after(0) || <-k.ended != nil {
			t.Error("verify does not return nil when cancelled")
		}
	})
}

func TestWatchdogForgetsOneMiss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		k := watched(t, 0, func() (bool, error) { n++; return n%2 == 0, nil })
		if k.after(time.Hour) || !k.receiving() {
			t.Error("given up because of single lost tokens")
		}
		k.cancel()
		<-k.ended
	})
}

func TestEvidenceCountsAgainstOlderConnectionsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := watched(t, 1, func() (bool, error) { return true, nil })
		k.after(minConnAge - time.Millisecond)
		if k.suspect() || !k.receiving() {
			t.Error("evidence counts against a new connection")
		}
		k.after(time.Millisecond)
		if !k.suspect() || k.receiving() {
			t.Error("evidence does not count")
		}
		if k.after(minConnAge-time.Millisecond) || k.receiving() {
			t.Error("given up too soon, or the evidence was forgotten")
		}
		if !k.after(time.Second) {
			t.Error("not given up in spite of evidence")
		}
	})
}
