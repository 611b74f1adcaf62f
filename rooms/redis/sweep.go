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
	sweepBatch   = 128             // index entries in one query
	sweepWorkers = 8               // rooms that are wiped at the same time
	reapLimit    = 2 * time.Second // for one room
)

// janitor sweeps until ctx ends.
func (s *Store) janitor(ctx context.Context) {
	failing, from := false, 0
	for {
		err := withRecover(func() (err error) {
			from, err = s.sweep(ctx, from)
			return err
		})
		if ctx.Err() != nil {
			return
		}
		s.detectMoves(ctx)
		s.sweepLit()
		if err != nil && !failing {
			s.log.Warn("cannot delete rooms that burned out, still trying", "err", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-time.After(sweepEvery*9/10 + rand.N(sweepEvery/5)):
		}
	}
}

// sweep wipes the rooms that burned out, skipping the first from entries of the
// index. It returns how many the next sweep is to skip. Entries that fail stay
// at the front of the index; skipping them lets this sweep, or a later one if
// time runs out, reach all others. The error is the first that occurred.
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

// sweepPage wipes up to sweepBatch rooms that burned out, skipping the first
// from entries of the index. It returns how many it found, and how many of them
// failed and so stay in the index. The error is the first that occurred.
func (s *Store) sweepPage(ctx context.Context, from int) (n, failed int, err error) {
	r, err := s.run(ctx, dueScript, []string{dueKey}, sweepBatch, from)
	if err != nil {
		return 0, 0, err
	}
	entries := r.strings()
	if err := r.err(); err != nil {
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
				e := withRecover(func() (e error) {
					wiped, e = s.sweepEntry(ctx, entry)
					return e
				})
				mu.Lock()
				if wiped {
					gone = append(gone, entry)
				}
				if e != nil && ctx.Err() == nil { // after ctx ended it was hardly tried
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

// sweepEntry wipes one room, or updates when it is due.
func (s *Store) sweepEntry(ctx context.Context, entry string) (wiped bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, reapLimit)
	defer cancel()
	key, epoch, _ := splitEntry(entry)
	left, next, err := s.reap(ctx, keysOf(key), epoch)
	if err != nil {
		return false, err
	}
	if left == 0 {
		return true, nil
	}
	// A message burned out; or the nodes of room and index have different clocks.
	return false, s.index(ctx, entry, next)
}
