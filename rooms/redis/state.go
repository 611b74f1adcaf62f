package redis

import (
	"context"
	"errors"

	goredis "github.com/redis/go-redis/v9"
)

// State is the state of the store's connections to Redis, for monitoring.
type State struct {
	// Listening reports whether the connection that listens to Redis is up
	// and receives what is published. It becomes false within 8 s after the
	// connection dies silently or stops receiving.
	Listening bool
	Lost      uint64 // how often that connection was lost

	Idle, Busy int    // connections for commands
	Starved    uint64 // commands that got no connection in time
}

// State returns the state as this process knows it. It does not ask Redis.
func (s *Store) State() State {
	pool := s.client.PoolStats()
	state := State{
		Listening: s.listener.receiving(),
		Lost:      s.listener.lost.Load(),
		Idle:      int(pool.IdleConns),
		Busy:      int(pool.TotalConns - pool.IdleConns),
		Starved:   uint64(pool.Timeouts),
	}
	if batches := pool.PipelineStats; batches != nil { // pipelines have their own connections
		state.Idle += int(batches.IdleConns)
		state.Busy += int(batches.TotalConns - batches.IdleConns)
	}
	return state
}

// Ping checks that Redis, or one node of a Cluster, replies and that what is
// published arrives. The error is a sentence for people.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.do(ctx, goredis.NewStatusCmd(ctx, "ping")); err != nil {
		return errors.New("Redis does not reply: " + explain(err))
	}
	if !s.listener.receiving() {
		return errors.New("nothing that Redis publishes arrives")
	}
	return nil
}
