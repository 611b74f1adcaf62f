package redis

import (
	"context"
	"errors"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// What Redis certainly did not execute, for a reason that passes, is sent again:
// while a slot of a Cluster moves, or another server takes over, people need not
// notice. All together it takes less than they wait for an answer.
const (
	refusedTries    = 9
	refusedPause    = 50 * time.Millisecond // after the first refusal, then twice as long each time
	refusedPauseMax = 500 * time.Millisecond
)

// persist sends a command until Redis executes it, fails otherwise, or refused
// it too often. It ends with the context, then with the last refusal.
func (s *Store) persist(ctx context.Context, send func() error) error {
	pause := refusedPause
	for try := 1; ; try++ {
		err := send()
		if try == refusedTries || !s.passing(err) {
			return err
		}
		if goredis.IsReadOnlyError(err) {
			s.links.drop() // what was the primary is not any more
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
		pause = min(2*pause, refusedPauseMax)
	}
}

// passing tells whether Redis refused for a reason that passes by itself.
func (s *Store) passing(err error) bool {
	var reply goredis.Error
	if unsent(err) || !errors.As(err, &reply) {
		return false
	}
	switch code(reply) {
	case "TRYAGAIN", "CLUSTERDOWN", "READONLY", "MASTERDOWN", "LOADING":
		return true
	case "MOVED", "ASK": // after as many steps as the client library follows
		_, cluster := s.client.(*goredis.ClusterClient)
		return cluster
	}
	return false
}

// reconsider has the client look anew where the slots of a Cluster are, after a
// node did not answer, for its replica may be in charge by now, or answered that
// the Cluster is down, for it may not belong to the Cluster any more. By itself
// the client asks where a node redirects it, and seldom besides.
func (s *Store) reconsider(err error) {
	var reply goredis.Error
	cluster, ok := s.client.(*goredis.ClusterClient)
	if !ok || err == nil || errors.Is(err, goredis.ErrClosed) {
		return
	}
	if !errors.As(err, &reply) || code(reply) == "CLUSTERDOWN" {
		cluster.ReloadState(context.Background()) // it does so by itself
	}
}
