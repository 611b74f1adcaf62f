package redis

import (
	"sync"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

// beatAll beats once in each room, as a process with all of them does, and
// returns when all is answered. The error is the first.
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

// batcherStats is what a store's batchers do at a moment, all together.
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
	answers := make(chan error, 2)
	server.Pause()
	go func() { answers <- beatAll(t, s, refs[:1]) }()
	until(t, "the first goes alone", func() bool { return batcherStatsOf(s) == batcherStats{senders: 1} })
	go func() { answers <- beatAll(t, s, refs) }()
	until(t, "the rest goes in full batches, and waits", func() bool {
		return s.State().Busy >= maxBatches && batcherStatsOf(s) == batcherStats{maxBatches, many - (maxBatches-1)*beatBatch}
	})
	server.Resume()
	ok(t, <-answers)
	ok(t, <-answers)
}

// BenchmarkBeatsFarAway is one round of beats of a process with 10,000 rooms, to
// a Redis that is a round trip of 100 ms away.
func BenchmarkBeatsFarAway(b *testing.B) {
	const many, away = 10_000, 100 * time.Millisecond
	server := redistest.Start(b)
	near := open(b, server.URL())
	refs := make([]rooms.Ref, many)
	for i := range refs {
		room, _ := lit(b, near, time.Hour, 1)
		refs[i] = room.Ref
	}
	s := open(b, redistest.NewFarProxy(b, server.Addr(), away/2).URL())
	for b.Loop() {
		ok(b, beatAll(b, s, refs))
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/round")
}
