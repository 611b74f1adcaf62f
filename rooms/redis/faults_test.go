package redis

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
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
			if _, err := s.Append(t.Context(), room.Ref, ann, strconv.Itoa(i), "hi"); err != nil {
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
	gaps, err := follow(t.Context(), s, feed, room.Ref, posts)
	writer.Wait()
	ok(t, err)
	if gaps == 0 {
		t.Error("connections were lost, and no gap was told")
	}
	t.Logf("%d gaps told", gaps)
}

// proxy passes connections on to a server. Frozen, those that exist fall
// silent without being closed, as behind a router that lost its tables.
type proxy struct {
	listener net.Listener
	mu       sync.Mutex
	frozen   chan struct{} // closed by freeze, replaced for connections to come
}

func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	p := &proxy{listener: l, frozen: make(chan struct{})}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	wg.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				near.Close()
				continue
			}
			mu.Lock()
			conns = append(conns, near, far)
			mu.Unlock()
			p.mu.Lock()
			frozen := p.frozen
			p.mu.Unlock()
			wg.Go(func() { io.Copy(&gate{far, frozen}, near) })
			wg.Go(func() { io.Copy(&gate{near, frozen}, far) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range conns {
			c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return p
}

func (p *proxy) freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.frozen)
	p.frozen = make(chan struct{})
}

// gate swallows what is written after frozen.
type gate struct {
	to     io.Writer
	frozen <-chan struct{}
}

func (g *gate) Write(b []byte) (int, error) {
	select {
	case <-g.frozen:
		return len(b), nil
	default:
		return g.to.Write(b)
	}
}

func TestSilentConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	p := newProxy(t, server.Addr())
	s := open(t, "redis://"+p.listener.Addr().String())
	direct := open(t, server.URL())
	room, ann := lit(t, direct, time.Minute, 10)
	feed, err := s.Watch(t.Context(), room.Name)
	ok(t, err)
	defer feed.Close()
	p.freeze()
	say(t, direct, room.Ref, ann, "into the void")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	began := time.Now()
	select {
	case <-feed.Ready():
	case <-ctx.Done():
		t.Fatal("nobody noticed that the connection is dead")
	}
	if _, gap := feed.Take(); !gap {
		t.Error("messages were lost, and no gap was told")
	}
	if took := time.Since(began); took < silenceLimit/2 {
		t.Errorf("told after %v, before the connection could be known to be dead", took)
	}
	say(t, direct, room.Ref, ann, "again")
	select {
	case <-feed.Ready():
	case <-ctx.Done():
		t.Fatal("nothing comes in on the new connection")
	}
	if events, _ := feed.Take(); len(events) != 1 || events[0].Text != "again" {
		t.Errorf("came in: %+v", events)
	}
}

func TestServerThatComesBackEmptyHasNoRoom(t *testing.T) {
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
	until(t, "a refused connection is known to carry nothing", func() bool {
		_, err := s.Append(t.Context(), room.Ref, ann, "id", "lost")
		return errors.Is(err, rooms.ErrUnavailable)
	})
	server.Restart()

	until(t, "the server answers", func() bool {
		_, err = s.Find(t.Context(), room.Name)
		return !errors.Is(err, rooms.ErrUnavailable)
	})
	is(t, err, rooms.ErrNoRoom)
	_, err = s.Append(t.Context(), room.Ref, ann, "id", "lost")
	is(t, err, rooms.ErrNoRoom)
	_, err = s.Beat(t.Context(), room.Ref, ann.Node, time.Hour, 0)
	is(t, err, rooms.ErrNoRoom)
	until(t, "the feed tells of the gap", func() bool {
		_, gap := feed.Take()
		return gap
	})
	// The same feed tells of whatever burns under the name now.
	_, err = s.Light(t.Context(), rooms.Lighting{Name: room.Name, TTL: time.Minute, Seats: 1, History: 1})
	ok(t, err)
	_, err = s.Enter(t.Context(), room.Name, ann, time.Hour, 0)
	ok(t, err)
	until(t, "the feed works again", func() bool {
		events, _ := feed.Take()
		return len(events) == 1 && events[0].Kind == rooms.Joined
	})
}

func TestLostAnswerIsUnknownAndNothingIsSentTwice(t *testing.T) {
	t.Run("single", func(t *testing.T) {
		t.Parallel()
		server := redistest.Start(t)
		lostAnswer(t, server.URL(), server)
	})
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		cluster := redistest.StartCluster(t)
		lostAnswer(t, cluster.URLs(), cluster.Nodes...)
	})
}

func lostAnswer(t *testing.T, urls string, servers ...*redistest.Server) {
	s := open(t, urls)
	room, ann := lit(t, s, time.Minute, 100)
	all := func(do func(*redistest.Server)) {
		for _, server := range servers {
			do(server)
		}
	}
	say(t, s, room.Ref, ann, "before") // so that the node knows the script
	// Connections that stand already carry the messages away; on a new one
	// the server would first have to answer.
	const many = 8
	var users sync.WaitGroup
	for range many {
		users.Go(func() { s.Since(t.Context(), room.Ref, 0) })
	}
	users.Wait()
	all((*redistest.Server).Pause)
	for i := range many {
		users.Go(func() {
			if _, err := s.Append(t.Context(), room.Ref, ann, strconv.Itoa(i), "hi"); !errors.Is(err, rooms.ErrUnknown) {
				t.Errorf("answer is %v, want %v", err, rooms.ErrUnknown)
			}
		})
	}
	users.Wait()

	// Whoever gives up waiting need not wait for the connection's limit.
	ctx, cancel := context.WithCancel(t.Context())
	began := time.Now()
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err := s.Append(ctx, room.Ref, ann, "cancelled", "hi")
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
	// An answer means that whatever lay in the sockets before was read.
	all(func(server *redistest.Server) {
		for range 2 {
			until(t, "the server goes on", func() bool { return server.Client().Ping(t.Context()).Err() == nil })
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
			t.Errorf("message %s was said %d times", e.ID, count[e.ID])
		}
	}
	t.Logf("%d of %d messages without an answer were said", len(count)-1, many+1)
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

	_, err := s.Append(t.Context(), room.Ref, ann, "id", "two")
	is(t, err, rooms.ErrStoreFull)
	_, err = s.Light(t.Context(), rooms.Lighting{Name: rooms.NewName(), TTL: time.Minute, Seats: 1, History: 1})
	is(t, err, rooms.ErrStoreFull)
	_, err = s.Enter(t.Context(), room.Name, guest("cid"), time.Hour, 0)
	is(t, err, rooms.ErrStoreFull)
	is(t, s.Rename(t.Context(), room.Ref, ann, "eve"), rooms.ErrStoreFull)
	if after := dump(t, server); after != before {
		t.Errorf("refused operations changed\n%q to\n%q", before, after)
	}

	// Who sits there stays, reads, and can go; a server can start.
	_, err = s.Beat(t.Context(), room.Ref, ann.Node, time.Hour, 0)
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
	until(t, "all is gone", func() bool { return len(server.Keys()) == 0 })
}

// dump is all that the server holds, for comparison.
func dump(t *testing.T, server *redistest.Server) string {
	t.Helper()
	var all []string
	for _, key := range server.Keys() {
		if key == dueKey {
			continue // only says when to look
		}
		v, err := server.Client().Dump(t.Context(), key).Result()
		ok(t, err)
		all = append(all, key+v)
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

func TestForgottenScriptsAreSentAnew(t *testing.T) {
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
	keys := s.wire.keys(room.Name)
	ok(t, server.Client().Del(t.Context(), keys[2]).Err())
	ok(t, server.Client().Set(t.Context(), keys[2], "no hash", 0).Err())
	_, err := s.Append(t.Context(), room.Ref, ann, "id", "text")
	if err == nil {
		t.Fatal("a key of a wrong type goes unnoticed")
	}
	for _, word := range []string{room.Name.String(), s.wire.sealer.RoomKey(room.Name.String()), ann.ID, "script", "e1:"} {
		if strings.Contains(err.Error(), word) {
			t.Errorf("the error %q names %q", err, word)
		}
	}
	for _, known := range []error{rooms.ErrNoRoom, rooms.ErrUnavailable, rooms.ErrNotSeated} {
		if errors.Is(err, known) {
			t.Errorf("the error is %v", err)
		}
	}
}

func TestCloseEndsItsGoroutinesWhateverTheServerDoes(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, ann := lit(t, s, time.Minute, 10)
	feed, err := s.Watch(t.Context(), room.Name)
	ok(t, err)
	server.Pause()
	var users sync.WaitGroup
	for range 4 {
		users.Go(func() { s.Append(t.Context(), room.Ref, ann, "id", "text") })
	}
	until(t, "commands are under way", func() bool { return strings.Contains(stacks(), "redis.(*Store).do.func1") })
	began := time.Now()
	ok(t, s.Close())
	if took := time.Since(began); took > readLimit {
		t.Errorf("closing took %v", took)
	}
	users.Wait()
	feed.Close()
	if all := stacks(); strings.Contains(all, "wick/rooms/redis.(*listener)") || strings.Contains(all, "wick/rooms/redis.(*Store)") {
		t.Errorf("goroutines are left:\n%s", all)
	}
}

func TestUnwatchedRoomsAreUnsubscribed(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	subscribed := func() int {
		n, err := server.Client().PubSubChannels(t.Context(), "*").Result()
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
	// All of them, in batches, on a new connection.
	ok(t, server.Client().Do(t.Context(), "CLIENT", "KILL", "TYPE", "pubsub").Err())
	for _, f := range feeds {
		select {
		case <-f.Ready():
		case <-time.After(patience):
			t.Fatal("a room was not told of the gap")
		}
		if _, gap := f.Take(); !gap {
			t.Error("a feed is ready, but for no gap")
		}
		f.Close()
	}
	until(t, "nothing is subscribed", func() bool { return subscribed() == 0 })
	s.listener.mu.Lock()
	defer s.listener.mu.Unlock()
	if n := len(s.listener.watches); n != 0 {
		t.Errorf("%d watches are remembered", n)
	}
}
