package redistest_test

import (
	"slices"
	"testing"

	"wick/rooms/redis/redistest"
)

func TestFailoverToALaggingReplicaLosesWhatItMissed(t *testing.T) {
	t.Parallel()
	t.Run("Sentinel", func(t *testing.T) {
		t.Parallel()
		p := redistest.StartSentinel(t)
		for _, lose := range []func(*redistest.Server){
			func(*redistest.Server) { p.Failover() },
			(*redistest.Server).Kill,
			(*redistest.Server).Pause,
		} {
			was := p.Primary()
			was.Client().FlushAll(t.Context())
			set(t, was, "kept")
			p.Sync()
			was.HoldReplicas()
			set(t, was, "lost")
			lose(was)
			next := p.AwaitFailover(was)
			p.Rejoin()
			was.ReleaseReplicas()
			if keys := next.Keys(); !slices.Equal(keys, []string{"kept"}) {
				t.Errorf("the new primary has %q", keys)
			}
		}
	})
	t.Run("Cluster", func(t *testing.T) {
		t.Parallel()
		c := redistest.StartCluster(t)
		node := c.Holder("{a}")
		replica := c.AddReplica(node)
		for range 2 {
			node.Client().FlushAll(t.Context())
			set(t, node, "{a}kept")
			node.Sync()
			node.HoldReplicas()
			set(t, node, "{a}lost")
			next := c.Fail(node, replica)
			if c.Holder("{a}") != replica {
				t.Fatal("the replica does not hold the slot")
			}
			if keys := replica.Keys(); !slices.Equal(keys, []string{"{a}kept"}) {
				t.Errorf("the replica has %q", keys)
			}
			node, replica = replica, next
		}
	})
}
