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

// fillAddrs are addresses from here on that fill a store before the attack: who
// goes on then comes from others, and has all that one address may do.
const fillAddrs = 50

// lit is how many rooms each address fills: sixteen addresses then say more than
// the embedded store keeps, though each room keeps but its newest messages.
const lit = 12

// How long a store may take to be full before the row goes on all the same.
const (
	fillLimit      = 3 * time.Minute
	shortFillLimit = 10 * time.Second
)

// filling is how an address fills the store: it lights as many rooms as it may,
// and says the longest texts in them on all connections that it may have. It
// calls full when the server will not keep more.
func filling(ctx context.Context, s *source, posters int, full func()) {
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
			// Whoever enters too often has to wait a minute, and a server that has
			// too much to do takes too long: neither is a store that is full.
			why := s.post(ctx, all[i%len(all)], line)
			if why != "" && !strings.Contains(why, "wait a minute") && !strings.Contains(why, "too long") {
				full()
			}
		}
	})
	for _, room := range all {
		a := s.command(s.t.Context(), s.addr, room, "info --json")
		var info struct{ Messages int64 }
		if json.Unmarshal([]byte(a.Out), &info) == nil {
			s.accepted.Add(info.Messages)
		}
	}
}

// fillers fill the store, and go on when it is full. Then people in rooms that
// burn speak all the same, and newcomers light rooms, enter them and speak.
func fillers(name string, sources, posters int) row {
	return row{
		name: name, sources: sources, atOnce: true, keeps: true,
		attack: func(ctx context.Context, s *source) { filling(ctx, s, posters, func() {}) },
		after: func(ctx context.Context, w *siege) error {
			const newcomers = 10
			failed := 0
			var first error
			for n := range newcomers {
				if err := w.visit(ctx, 50+n); err != nil {
					if failed++; first == nil {
						first = err
					}
				}
			}
			if failed > 0 {
				w.fault("when the store was full, %d of %d newcomers could not light a room, enter and speak: %v", failed, newcomers, first)
			}
			if n := w.server.warnings("memory is full"); n > 1+int(time.Since(w.server.began)/time.Minute) {
				w.fault("the server warned %d times that its memory was full", n)
			}
			return nil
		},
	}
}

// fillFirst has the store filled before anything is measured.
func (r row) fillFirst(sources, posters int) row {
	r.setup = func(ctx context.Context, w *siege) error {
		limit := shortFillLimit
		if w.long() {
			limit = fillLimit
		}
		ctx, full := context.WithTimeout(ctx, limit)
		defer full()
		began := time.Now()
		var all sync.WaitGroup
		for i := range sources {
			s := &source{siege: w, index: i, addr: attackAddr(fillAddrs + i), rand: w.dice(uint64(fillAddrs + i))}
			all.Go(func() { filling(ctx, s, posters, full) })
		}
		all.Wait()
		now, _, err := w.server.memory()
		w.note("filled for %.0f s, to %d MiB of RSS", time.Since(began).Seconds(), now>>20)
		return err
	}
	return r
}

// fillStore is the default server while its store is filled.
func fillStore(long bool) row {
	if !long {
		return fillers("the store filled", 1, 8)
	}
	return fillers("the store filled", 16, 60)
}

// fullStore is the default server when its store is full, or when every address
// has said what it may. The short run has not the time to fill it.
func fullStore() row { return fillers("the store full", 1, 60).fillFirst(16, 60) }

// fullRedis is a Redis that is full.
func fullRedis() row {
	r := fillers("a Redis full", 4, 30).fillFirst(4, 30)
	r.redis = []string{"--maxmemory", "8mb"}
	after := r.after
	r.after = func(ctx context.Context, w *siege) error {
		info, err := w.redis.Client().InfoMap(ctx, "memory").Result()
		if err != nil {
			return err
		}
		w.note("Redis held %s of %s", info["Memory"]["used_memory_human"], info["Memory"]["maxmemory_human"])
		return after(ctx, w)
	}
	return r
}
