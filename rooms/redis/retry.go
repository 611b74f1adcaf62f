package redis

import (
	"context"
	"errors"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// Commands that Redis refused for a transient reason are sent again; they did
// not run. So people do not notice when a slot of a Cluster moves or another
// server takes over. All tries together take less time than a caller waits.
const (
	refusedTries    = 9
	refusedPause    = 50 * time.Millisecond // after the first refusal; doubled after each further one
	refusedPauseMax = 500 * time.Millisecond
)

// retryRefused calls send until Redis executes the command, fails with another
// error, or has refused it refusedTries times. If ctx ends, it returns the last
// refusal.
func (s *Store) retryRefused(ctx context.Context, send func() error) error {
	pause := refusedPause
	for try := 1; ; try++ {
		err := send()
		if try == refusedTries || !s.transient(err) {
			return err
		}
		if goredis.IsReadOnlyError(err) {
			s.conns.closeAll() // they lead to a server that is no longer the primary
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
		pause = min(2*pause, refusedPauseMax)
	}
}

// transient reports whether Redis refused for a reason that passes by itself.
func (s *Store) transient(err error) bool {
	var redisErr goredis.Error
	if notSent(err) || !errors.As(err, &redisErr) {
		return false
	}
	switch errorCode(redisErr) {
	case "TRYAGAIN", "CLUSTERDOWN", "READONLY", "MASTERDOWN", "LOADING":
		return true
	case "MOVED", "ASK": // the client library has followed as many as it does
		_, cluster := s.client.(*goredis.ClusterClient)
		return cluster
	}
	return false
}

// reloadSlots makes the client reload the slots of a Cluster if err shows that
// they may have changed: the node did not reply, so its replica may have taken
// over, or it replied that the Cluster is down, so it may no longer belong to
// it. By itself the client reloads them after a redirection, and rarely
// otherwise.
func (s *Store) reloadSlots(err error) {
	var redisErr goredis.Error
	cluster, ok := s.client.(*goredis.ClusterClient)
	if !ok || err == nil || errors.Is(err, goredis.ErrClosed) {
		return
	}
	if !errors.As(err, &redisErr) || errorCode(redisErr) == "CLUSTERDOWN" {
		cluster.ReloadState(context.Background()) // runs in the background
	}
}
