package redistest_test

import (
	"testing"

	"wick/rooms/redis/redistest"
)

func set(t *testing.T, s *redistest.Server, key string) {
	t.Helper()
	if err := s.Client().Set(t.Context(), key, "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
}

func TestSentinelsReplaceThePrimary(t *testing.T) {
	t.Parallel()
	p := redistest.StartSentinel(t)
	first := p.Primary()
	set(t, first, "first")
	p.Sync()

	if next := p.Failover(); next == first || p.Primary() != next || p.Replica() != first {
		t.Fatal("the primary is the same after a failover")
	}
	p.Rejoin()

	second := p.Primary()
	set(t, second, "second")
	p.Sync()
	second.Pause()
	if next := p.AwaitFailover(second); next != first {
		t.Fatal("the replica is not the primary")
	}
	p.Rejoin()
	set(t, first, "third")
	p.Sync()

	first.Kill()
	if next := p.AwaitFailover(first); next != second {
		t.Fatal("the replica is not the primary")
	}
	p.Rejoin()
	for _, s := range p.Servers {
		if keys := s.Keys(); len(keys) != 3 {
			t.Errorf("a server has %q", keys)
		}
	}
}

func TestAMovedSlotLosesNoKey(t *testing.T) {
	t.Parallel()
	c := redistest.StartCluster(t)
	const keys = 250
	for i := range keys {
		if err := c.Client().Set(t.Context(), "{a}"+string(rune('A'+i)), "v", 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	holder := func() (at *redistest.Server) {
		for _, s := range c.Nodes {
			if len(s.Keys()) > 0 {
				at = s
			}
		}
		return at
	}
	before, steps := holder(), 0
	c.MoveSlot("{a}", func() { steps++ })
	if after := holder(); after == before {
		t.Error("the slot has not moved")
	}
	if n := len(c.Keys()); n != keys {
		t.Errorf("%d of %d keys are left", n, keys)
	}
	if steps < 3 {
		t.Errorf("moved in %d steps, want 3 or more", steps)
	}
	for i := range keys {
		if err := c.Client().Get(t.Context(), "{a}"+string(rune('A'+i))).Err(); err != nil {
			t.Fatal(err)
		}
	}
}
