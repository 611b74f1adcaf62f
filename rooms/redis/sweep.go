package redis

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	sweepEvery   = time.Second
	sweepLimit   = 5 * time.Second // for one sweep
	sweepBatch   = 128             // rooms that are asked for at once
	sweepWorkers = 8               // rooms that are wiped at once
	reapLimit    = 2 * time.Second // for one room
)

// janitor sweeps until ctx ends.
func (s *Store) janitor(ctx context.Context) {
	failing, from := false, 0
	for {
		err := guarded(func() (err error) {
			from, err = s.sweep(ctx, from)
			return err
		})
		if ctx.Err() != nil {
			return
		}
		s.noticeMoves(ctx)
		if err != nil && !failing {
			s.log.Warn("rooms that burned out cannot be swept up, still trying", "err", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-time.After(sweepEvery*9/10 + rand.N(sweepEvery/5)):
		}
	}
}

// sweep wipes the rooms that burned out, except the first from in the index. It
// returns where the next sweep is to begin. Entries that fail stay in the index,
// before all others, and are passed over: however many they are, what comes after
// them is reached, in this sweep or, if it runs out of time, in a later one.
// The error is the first.
func (s *Store) sweep(ctx context.Context, from int) (next int, err error) {
	ctx, cancel := context.WithTimeout(ctx, sweepLimit)
	defer cancel()
	var first error
	for {
		n, failed, err := s.sweepPage(ctx, from)
		if first == nil {
			first = err
		}
		from += failed
		switch {
		case ctx.Err() != nil:
			return from, first
		case n < sweepBatch:
			return 0, first
		}
	}
}

// sweepOnce wipes a bounded number of rooms that burned out.
func (s *Store) sweepOnce(ctx context.Context) { s.sweepPage(ctx, 0) }

// sweepPage wipes up to sweepBatch rooms that burned out, except the first from
// in the index. It returns how many it found, and how many of them stay there
// because they failed. The error is the first.
func (s *Store) sweepPage(ctx context.Context, from int) (n, failed int, err error) {
	a, err := s.run(ctx, dueScript, []string{dueKey}, sweepBatch, from)
	if err != nil {
		return 0, 0, err
	}
	entries := a.strings()
	if err := a.err(); err != nil {
		return 0, 0, err
	}
	var (
		mu   sync.Mutex
		gone []any
		wg   sync.WaitGroup
	)
	work := make(chan string)
	for range min(sweepWorkers, len(entries)) {
		wg.Go(func() { // ends with work
			for entry := range work {
				wiped := false
				e := guarded(func() (e error) {
					wiped, e = s.sweepEntry(ctx, entry)
					return e
				})
				mu.Lock()
				if wiped {
					gone = append(gone, entry)
				}
				if e != nil && ctx.Err() == nil { // else it was hardly tried
					failed++
				}
				if err == nil {
					err = e
				}
				mu.Unlock()
			}
		})
	}
	for _, entry := range entries {
		if ctx.Err() != nil {
			break
		}
		work <- entry
	}
	close(work)
	wg.Wait()
	if len(gone) > 0 {
		if e := s.unindex(ctx, gone...); e != nil {
			return len(entries), failed + len(gone), e
		}
	}
	return len(entries), failed, err
}

// sweepEntry wipes one room, or notes when it is due.
func (s *Store) sweepEntry(ctx context.Context, entry string) (wiped bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, reapLimit)
	defer cancel()
	key, epoch, _ := parted(entry)
	left, next, err := s.reap(ctx, keysOf(key), epoch)
	if err != nil {
		return false, err
	}
	if left == 0 {
		return true, nil
	}
	// A message burned down; or, in a Cluster, the two have different clocks.
	return false, s.index(ctx, entry, next)
}
