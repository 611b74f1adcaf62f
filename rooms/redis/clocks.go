package redis

import (
	"context"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

// clocks holds the last reading of each node's clock. The times in an envelope
// are by the clock of the node that holds the room; the nodes of a Cluster may
// have different clocks. A reading is late by the time that the reply took, and
// never early.
type clocks struct {
	mu   sync.Mutex
	last map[goredis.UniversalClient]rooms.Clock
}

// maxClocks bounds the readings: a Cluster's nodes may change again and again.
const maxClocks = 256

func (c *clocks) set(node goredis.UniversalClient, clock rooms.Clock) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.last) >= maxClocks {
		clear(c.last)
	}
	c.last[node] = clock
}

func (c *clocks) get(node goredis.UniversalClient) (rooms.Clock, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	clock, ok := c.last[node]
	return clock, ok
}

// setClock stores a reading of the clock of the room's node.
func (s *Store) setClock(ctx context.Context, name rooms.Name, clock rooms.Clock) {
	if node, err := s.nodeOf(ctx, name); err == nil {
		s.clocks.set(node, clock)
	}
}

// now returns the time by the clock of the room's node, to the millisecond. If
// there is no reading yet, it returns the time of this machine.
func (s *Store) now(ctx context.Context, name rooms.Name) time.Time {
	if node, err := s.nodeOf(ctx, name); err == nil {
		if clock, ok := s.clocks.get(node); ok {
			return clock.Now()
		}
	}
	return time.Now().Truncate(time.Millisecond)
}

// nodeOf returns the client of the server that holds the room.
func (s *Store) nodeOf(ctx context.Context, name rooms.Name) (goredis.UniversalClient, error) {
	if _, cluster := s.client.(*goredis.ClusterClient); !cluster {
		return s.client, nil
	}
	return s.masterFor(ctx, s.codec.keys(name)[0])
}

// until runs a script with the time, by Redis' clock, that is left from now. If
// the script replies that the clock differs from the last reading, until runs
// it once more with the corrected time and final set to 1.
func (s *Store) until(ctx context.Context, name rooms.Name, left time.Duration, run func(ends time.Time, final int) (*reply, error)) (*reply, time.Time, error) {
	for final := 0; ; final = 1 {
		ends := s.now(ctx, name).Add(left).Truncate(time.Millisecond)
		r, err := run(ends, final)
		if err != nil || !r.next("when") {
			return r, ends, err
		}
		clock := r.clock()
		if err := r.err(); err != nil {
			return nil, ends, err
		}
		s.setClock(ctx, name, clock)
	}
}
