//go:build linux

package sshapp_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// refusedPause is how long an attacker waits who was refused.
const refusedPause = 250 * time.Millisecond

// fillLimit is how long the store may take to be full.
const fillLimit = 3 * time.Minute

// filling is how an address fills the store: it lights as many rooms as it may,
// and says the longest texts in them on all connections that it may have. It
// tells full when the server says so.
func filling(ctx context.Context, s *source, lit, posters int, full func()) {
	var all []string
	for range lit {
		room := s.roomOf(ctx, "--ttl 24h --seats 64")
		if room == "" {
			break
		}
		all = append(all, room)
	}
	if len(all) == 0 {
		return
	}
	s.several(posters, func(i int, dice *rand.Rand) {
		line := heavy(dice)
		for ctx.Err() == nil {
			if strings.Contains(s.post(ctx, all[i%len(all)], line), "memory is full") {
				full()
			}
		}
	})
	for _, room := range all {
		a := s.command(s.t.Context(), s.addr, room, "info --json")
		var info struct{ Messages int64 }
		if json.Unmarshal([]byte(a.out), &info) == nil {
			s.accepted.Add(info.Messages)
		}
	}
}

// fillers is what goes on when the store is full: people in rooms that burn
// speak, and newcomers light rooms, enter them and speak.
func fillers(name string, sources, posters int) row {
	return row{
		name: name, sources: sources, at1: true, keeps: true,
		attack: func(ctx context.Context, s *source) { filling(ctx, s, 8, posters, func() {}) },
		after: func(ctx context.Context, w *siege) error {
			failed := 0
			var first error
			for n := range 10 {
				if err := w.visit(ctx, 50+n); err != nil {
					failed++
					if first == nil {
						first = err
					}
				}
			}
			if failed > 0 {
				w.fault("when the store was full, %d of 10 newcomers could not light a room, enter and speak: %v", failed, first)
			}
			return nil
		},
	}
}

// fillStore is while the store of the default server is filled.
func fillStore(long bool) row {
	if !long {
		return fillers("the store filled", 1, 8)
	}
	return fillers("the store filled", 16, 60)
}

// fullStore is the store of the default server when it is full, or when every
// address has said what it may: strangers come on and on. The short run has not
// the time to fill it.
func fullStore() row {
	const sources = 16
	r := fillers("the store full", 1, 60)
	r.setup = func(ctx context.Context, w *siege) error {
		ctx, full := context.WithTimeout(ctx, fillLimit)
		defer full()
		var all sync.WaitGroup
		for i := range sources {
			s := &source{siege: w, index: i, addr: attackAddr(i), rand: w.dice(uint64(i))}
			all.Go(func() { filling(ctx, s, 8, 60, full) })
		}
		began := time.Now()
		all.Wait()
		now, _, err := w.server.memory()
		w.note("filled for %.0f s, to %d MiB of RSS", time.Since(began).Seconds(), now>>20)
		return err
	}
	return r
}

// fullRedis is a Redis that is full.
func fullRedis(long bool) row {
	sources := 4
	if long {
		sources = 8
	}
	r := fillers("a Redis filled", sources, 30)
	r.redis, r.short = []string{"--maxmemory", "8mb"}, 3*time.Second
	after := r.after
	r.after = func(ctx context.Context, w *siege) error {
		info, err := w.redis.Client().InfoMap(ctx, "memory").Result()
		if err != nil {
			return err
		}
		w.note("Redis held %s of %s", info["Memory"]["used_memory_human"], info["Memory"]["maxmemory_human"])
		if n := w.server.warnings(); n > warnKinds {
			w.fault("the server warned %d times within a minute, such as %q", n, w.server.lastWarning())
		}
		return after(ctx, w)
	}
	return r
}
