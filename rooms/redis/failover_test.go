package redis

import (
	"crypto/rand"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

// talk posts messages from several writers until the test ends or stop is
// called, and records the results.
type talk struct {
	wg   sync.WaitGroup
	done chan struct{}
	said atomic.Int64 // confirmed messages

	mu         sync.Mutex
	numbers    map[string]uint64 // of the confirmed messages, by ID
	refused    map[string]bool   // IDs of the messages that were certainly not stored
	unknown    int
	unexpected []error
}

const writers = 4

func startTalk(t *testing.T, s *Store, ref rooms.Ref, seat rooms.Seat) *talk {
	t.Helper()
	w := &talk{done: make(chan struct{}), numbers: map[string]uint64{}, refused: map[string]bool{}}
	for range writers {
		w.wg.Go(func() {
			pace := time.NewTicker(2 * time.Millisecond)
			defer pace.Stop()
			for {
				select {
				case <-w.done:
					return
				case <-pace.C:
				}
				id := rand.Text()
				n, err := s.Append(t.Context(), ref, seat, rooms.Words{ID: id, Text: "hi"})
				w.note(id, n, err)
			}
		})
	}
	t.Cleanup(w.stop)
	return w
}

func (w *talk) note(id string, n uint64, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err == nil:
		w.numbers[id] = n
		w.said.Add(1)
	case errors.Is(err, rooms.ErrUnavailable):
		w.refused[id] = true
	case errors.Is(err, rooms.ErrUnknown):
		w.unknown++
	default:
		w.unexpected = append(w.unexpected, err)
	}
}

func (w *talk) running() bool {
	select {
	case <-w.done:
		return false
	default:
		return true
	}
}

func (w *talk) stop() {
	if w.running() {
		close(w.done)
	}
	w.wg.Wait()
}

// goesOn waits until more messages are confirmed.
func (w *talk) goesOn(t *testing.T) {
	t.Helper()
	before := w.said.Load()
	until(t, "messages are confirmed", func() bool { return w.said.Load() >= before+10*writers })
}

// check checks a history for what a store promises whichever server is the
// primary: contiguous numbers, no message twice, none that was refused.
func (w *talk) check(t *testing.T, history []rooms.Event) {
	t.Helper()
	seen := map[string]bool{}
	for i, e := range history {
		if i > 0 && e.Seq != history[i-1].Seq+1 {
			t.Errorf("message %d follows %d", e.Seq, history[i-1].Seq)
		}
		if seen[e.ID] {
			t.Errorf("message %d is there twice", e.Seq)
		}
		seen[e.ID] = true
		if w.refused[e.ID] {
			t.Errorf("message %d is there though it was refused", e.Seq)
		}
		if n := w.numbers[e.ID]; n != 0 && n != e.Seq {
			t.Errorf("message %d was confirmed as %d", e.Seq, n)
		}
	}
	for _, err := range w.unexpected {
		t.Errorf("unexpected error: %v", err)
	}
	lost := 0
	for id := range w.numbers {
		if !seen[id] {
			lost++
		}
	}
	t.Logf("%d confirmed, %d of them lost with the old primary, %d refused, %d unknown", len(w.numbers), lost, len(w.refused), w.unknown)
}

func TestFailoverEndsAndStoresNothingTwice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		fail func(*redistest.Sentinel)
	}{
		{"requested", func(p *redistest.Sentinel) { p.Failover() }},
		{"kill -9", func(p *redistest.Sentinel) { was := p.Primary(); was.Kill(); p.AwaitFailover(was) }},
		{"SIGSTOP", func(p *redistest.Sentinel) { was := p.Primary(); was.Pause(); p.AwaitFailover(was) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			pair := redistest.StartSentinel(t)
			s := open(t, pair.URL())
			room, ann := lit(t, s, time.Hour, 1<<20)
			feed, err := s.Watch(t.Context(), room.Name)
			ok(t, err)
			defer feed.Close()
			was := pair.Primary()
			pair.Sync() // the replica has the room

			w := startTalk(t, s, room.Ref, ann)
			w.goesOn(t)
			c.fail(pair)
			w.goesOn(t)
			until(t, "the feed reports a gap", func() bool {
				_, gap := feed.Take()
				return gap
			})
			// A stopped primary comes back as a primary.
			pair.Rejoin()
			w.goesOn(t)
			w.stop()

			heard(t, s, room.Ref, ann, feed)
			if pair.Primary() == was {
				t.Error("the old primary is the primary again")
			}
			history, err := s.Since(t.Context(), room.Ref, 0)
			ok(t, err)
			w.check(t, history)
		})
	}
}

// heard posts messages until one arrives in the feed: the store listens to the
// server that it writes to. A message posted while it did not listen is in a gap.
func heard(t *testing.T, s *Store, ref rooms.Ref, seat rooms.Seat, feed *rooms.Feed) {
	t.Helper()
	var id string
	say := func() {
		id = rand.Text()
		_, err := s.Append(t.Context(), ref, seat, rooms.Words{ID: id, Text: "do you hear me"})
		ok(t, err)
	}
	say()
	until(t, "the message arrives", func() bool {
		events, gap := feed.Take()
		if slices.ContainsFunc(events, func(e rooms.Event) bool { return e.ID == id }) {
			return true
		}
		if gap {
			say()
		}
		return false
	})
}

// The listener's connection may be up although its server is no longer the
// primary.
func TestListenerMovesWithThePrimary(t *testing.T) {
	t.Parallel()
	pair := redistest.StartSentinel(t)
	s := open(t, pair.URL())
	room, ann := lit(t, s, time.Hour, 10)
	feed, err := s.Watch(t.Context(), room.Name)
	ok(t, err)
	defer feed.Close()
	was := pair.Primary()
	pair.Sync()
	was.Pause()
	began := time.Now()
	next := pair.AwaitFailover(was)
	until(t, "the new primary has a listener", func() bool {
		channels, err := next.Client().PubSubChannels(t.Context(), "e4:*").Result()
		return err == nil && len(channels) > 0
	})
	t.Logf("listening to the new primary after %v", time.Since(began))
	heard(t, s, room.Ref, ann, feed)
}

func TestNobodyNoticesAMovingSlot(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	s := open(t, cluster.URLs())
	room, ann := lit(t, s, time.Hour, 1<<20)
	feed, err := s.Watch(t.Context(), room.Name)
	ok(t, err)
	defer feed.Close()
	w := startTalk(t, s, room.Ref, ann)
	var beats sync.WaitGroup
	beats.Go(func() {
		for w.running() {
			if _, err := s.Beat(t.Context(), room.Ref, ann.Node, time.Hour, rooms.Known{}); err != nil {
				t.Errorf("beat: %v", err)
				return
			}
		}
	})
	t.Cleanup(beats.Wait)
	t.Cleanup(w.stop)
	for range len(cluster.Nodes) { // once around
		w.goesOn(t)
		before := askedAgain(t, cluster)
		cluster.MoveSlot(s.codec.keys(room.Name)[0], func() {
			until(t, "every writer was asked to try again", func() bool { return askedAgain(t, cluster) >= before+writers })
		})
	}
	w.goesOn(t)
	w.stop()
	beats.Wait()
	if len(w.refused)+w.unknown > 0 {
		t.Errorf("people noticed: %d refused, %d unknown", len(w.refused), w.unknown)
	}
	history, err := s.Since(t.Context(), room.Ref, 0)
	ok(t, err)
	w.check(t, history)
	if len(history) != len(w.numbers) {
		t.Errorf("%d messages were confirmed, and %d are there", len(w.numbers), len(history))
	}
	// Messages of two nodes may arrive in another order.
	_, _, err = follow(t.Context(), s, feed, room.Ref, history[len(history)-1].Seq)
	ok(t, err)
}

func TestAClusterReplicaTakesOver(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	s := open(t, cluster.URLs())
	room, ann := lit(t, s, time.Hour, 1<<20)
	feed, err := s.Watch(t.Context(), room.Name)
	ok(t, err)
	defer feed.Close()
	was := cluster.Holder(s.codec.keys(room.Name)[0])
	replica := cluster.AddReplica(was)
	w := startTalk(t, s, room.Ref, ann)
	w.goesOn(t)
	was.Sync()
	was.Kill()
	cluster.TakeOver(replica)
	began := time.Now()
	w.goesOn(t)
	t.Logf("messages are confirmed after %v", time.Since(began))
	w.stop()
	heard(t, s, room.Ref, ann, feed)
	history, err := s.Since(t.Context(), room.Ref, 0)
	ok(t, err)
	w.check(t, history)
}

// askedAgain returns how often the nodes replied TRYAGAIN.
func askedAgain(t *testing.T, cluster *redistest.Cluster) (n int) {
	t.Helper()
	for _, node := range cluster.Nodes {
		info, err := node.Client().InfoMap(t.Context(), "errorstats").Result()
		ok(t, err)
		count, found := strings.CutPrefix(info["Errorstats"]["errorstat_TRYAGAIN"], "count=")
		if !found {
			continue // never yet
		}
		i, err := strconv.Atoi(count)
		ok(t, err)
		n += i
	}
	return n
}
