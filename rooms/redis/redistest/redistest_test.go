package redistest_test

import (
	"context"
	"testing"
	"time"

	"wick/rooms/redis/redistest"
)

func TestServerRestartsEmpty(t *testing.T) {
	s := redistest.Start(t)
	if err := s.Client().Set(t.Context(), "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if keys := s.Keys(); len(keys) != 1 {
		t.Fatalf("keys are %q", keys)
	}
	s.Kill()
	if err := s.Client().Ping(t.Context()).Err(); err == nil {
		t.Fatal("a killed server replies")
	}
	s.Restart()
	if keys := s.Keys(); len(keys) != 0 {
		t.Fatalf("keys are %q", keys)
	}
}

func TestAPausedServerIsSilentUntilResumed(t *testing.T) {
	s := redistest.Start(t)
	client := s.Client().WithTimeout(200 * time.Millisecond)
	s.Pause()
	if err := client.Ping(t.Context()).Err(); err == nil {
		t.Fatal("a paused server replies")
	}
	s.Resume()
	if err := s.Client().Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
}

func TestClusterSharesKeysAmongItsNodes(t *testing.T) {
	c := redistest.StartCluster(t)
	ctx := context.Background()
	for _, k := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		if err := c.Client().Set(ctx, k, "v", 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if keys := c.Keys(); len(keys) != 8 {
		t.Fatalf("keys are %q", keys)
	}
	for i, s := range c.Nodes {
		if len(s.Keys()) == 0 {
			t.Errorf("node %d has no keys", i)
		}
	}
}
