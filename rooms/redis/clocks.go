package redis

import (
	"context"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

// clocks are the last readings of Redis' clocks: what a server seals says when,
// and until when, by the clock of the node that keeps the room. The nodes of a
// Cluster may have different ones. A reading lags by what the answer took on its
// way, and never leads.
type clocks struct {
	mu   sync.Mutex
	last map[goredis.UniversalClient]rooms.Clock
}

// maxClocks bounds the readings: a Cluster may change its nodes for ever.
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

// setClock notes a reading of the clock by which the room burns.
func (s *Store) setClock(ctx context.Context, name rooms.Name, clock rooms.Clock) {
	if node, err := s.keeper(ctx, name); err == nil {
		s.clocks.set(node, clock)
	}
}

// now returns the time by the clock by which the room burns, to the millisecond;
// or this machine's, if Redis told none yet.
func (s *Store) now(ctx context.Context, name rooms.Name) time.Time {
	if node, err := s.keeper(ctx, name); err == nil {
		if clock, ok := s.clocks.get(node); ok {
			return clock.Now()
		}
	}
	return time.Now().Truncate(time.Millisecond)
}

// keeper is the server that keeps the room.
func (s *Store) keeper(ctx context.Context, name rooms.Name) (goredis.UniversalClient, error) {
	if _, cluster := s.client.(*goredis.ClusterClient); !cluster {
		return s.client, nil
	}
	return s.server(ctx, s.wire.keys(name)[0])
}

// until runs a script with the time, by Redis' clock, at which left will have
// passed. If that clock turns out to be another, the script is run again with the
// right time.
func (s *Store) until(ctx context.Context, name rooms.Name, left time.Duration, run func(ends time.Time, final int) (*answer, error)) (*answer, time.Time, error) {
	for final := 0; ; final = 1 {
		ends := s.now(ctx, name).Add(left).Truncate(time.Millisecond)
		a, err := run(ends, final)
		if err != nil || !a.next("when") {
			return a, ends, err
		}
		clock := a.clock()
		if err := a.err(); err != nil {
			return nil, ends, err
		}
		s.setClock(ctx, name, clock)
	}
}
