package redis

import (
	"context"
	"errors"

	goredis "github.com/redis/go-redis/v9"
)

// State is how the store stands with Redis, for whoever watches the server.
type State struct {
	// Listening reports whether the connection stands on which Redis tells what
	// happens in rooms, and whether what is published comes in on it. That it
	// died without a word, or is deaf, shows within 8 s.
	Listening bool
	Lost      uint64 // how often that connection was lost

	Idle, Busy int    // connections for commands
	Starved    uint64 // commands that got none in time
}

// State is answered at once, without asking Redis.
func (s *Store) State() State {
	pool := s.client.PoolStats()
	state := State{
		Listening: s.listener.hears(),
		Lost:      s.listener.lost.Load(),
		Idle:      int(pool.IdleConns),
		Busy:      int(pool.TotalConns - pool.IdleConns),
		Starved:   uint64(pool.Timeouts),
	}
	if batches := pool.PipelineStats; batches != nil { // they have connections of their own
		state.Idle += int(batches.IdleConns)
		state.Busy += int(batches.TotalConns - batches.IdleConns)
	}
	return state
}

// Ping asks Redis, on a Cluster one of its nodes, for a sign of life. The error
// is a sentence for people.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.do(ctx, goredis.NewStatusCmd(ctx, "ping")); err != nil {
		return errors.New("Redis does not answer: " + explain(err))
	}
	if !s.listener.hears() {
		return errors.New("nothing is heard from Redis")
	}
	return nil
}
