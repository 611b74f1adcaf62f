package redis

import (
	"sync"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

// beatAll sends one beat for each room concurrently, as a process with all of
// them does, and waits for the replies. It returns the first error.
func beatAll(t testing.TB, s *Store, refs []rooms.Ref) error {
	var wg sync.WaitGroup
	errs := make(chan error, len(refs))
	for _, ref := range refs {
		wg.Go(func() {
			_, err := s.Beat(t.Context(), ref, "node", time.Hour, rooms.Known{Version: 1})
			errs <- err
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// batcherStats are the totals of a store's batchers.
type batcherStats struct{ senders, waiting int }

func batcherStatsOf(s *Store) (all batcherStats) {
	s.beats.mu.Lock()
	defer s.beats.mu.Unlock()
	for _, l := range s.beats.batchers {
		all.senders += l.senders
		all.waiting += len(l.waiting)
	}
	return all
}

func TestFullBatchesOfBeatsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	const many = (maxBatches + 2) * beatBatch
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, _ := lit(t, s, time.Hour, 1)
	refs := make([]rooms.Ref, many)
	for i := range refs {
		refs[i] = room.Ref
	}
	ok(t, beatAll(t, s, refs[:1])) // from now on Redis knows the script
	replies := make(chan error, 2)
	server.Pause()
	go func() { replies <- beatAll(t, s, refs[:1]) }()
	until(t, "the first beat is sent alone", func() bool { return batcherStatsOf(s) == batcherStats{senders: 1} })
	go func() { replies <- beatAll(t, s, refs) }()
	until(t, "the others are sent in full batches, or wait", func() bool {
		return s.State().Busy >= maxBatches && batcherStatsOf(s) == batcherStats{maxBatches, many - (maxBatches-1)*beatBatch}
	})
	server.Resume()
	ok(t, <-replies)
	ok(t, <-replies)
}

// BenchmarkBeatsFarAway measures one round of beats of a process with 10,000
// rooms, to a Redis with a round-trip time of 100 ms.
func BenchmarkBeatsFarAway(b *testing.B) {
	const many, roundTrip = 10_000, 100 * time.Millisecond
	server := redistest.Start(b)
	near := open(b, server.URL())
	refs := make([]rooms.Ref, many)
	for i := range refs {
		room, _ := lit(b, near, time.Hour, 1)
		refs[i] = room.Ref
	}
	s := open(b, redistest.NewFarProxy(b, server.Addr(), roundTrip/2).URL())
	for b.Loop() {
		ok(b, beatAll(b, s, refs))
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/round")
}
