package redistest

import (
	"context"
	"slices"
	"strings"
)

// Forget removes a node from the Cluster, as an operator who shrinks it does: its
// slots move to the next node, and the others forget it. The node still runs but
// no longer knows the others, and it is not in Nodes.
func (c *Cluster) Forget(s *Server) {
	c.t.Helper()
	ctx := c.t.Context()
	s.Config("cluster-allow-replica-migration", "no") // otherwise it becomes a replica of the node that gets its last slot
	for _, key := range s.Keys() {
		if c.Holder(key) == s {
			c.MoveSlot(key)
		}
	}
	at := slices.Index(c.Nodes, s)
	to, gone := c.Nodes[(at+1)%len(c.Nodes)], c.id(s)
	// Otherwise the node, which is told last, could claim its slots with a newer epoch
	// meanwhile, and those that forget it then would know no holder of them.
	c.do(to, "CLUSTER", "BUMPEPOCH")
	shards, err := s.client.ClusterShards(ctx).Result()
	if err != nil {
		c.t.Fatal("listing the slots: ", err)
	}
	for _, shard := range shards {
		if shard.Nodes[0].ID != gone {
			continue
		}
		for _, r := range shard.Slots {
			for _, node := range append([]*Server{to}, c.Nodes...) { // the new holder first
				pipe := node.client.Pipeline()
				for slot := r.Start; slot <= r.End; slot++ {
					pipe.Do(ctx, "CLUSTER", "SETSLOT", slot, "NODE", c.id(to))
				}
				if _, err := pipe.Exec(ctx); err != nil {
					c.t.Fatal("moving slots: ", err)
				}
			}
		}
	}
	c.Nodes = slices.Delete(slices.Clone(c.Nodes), at, at+1)
	for _, node := range c.Nodes {
		c.do(node, "CLUSTER", "FORGET", gone)
	}
	c.do(s, "CLUSTER", "RESET", "HARD")
	if !poll(ctx, agreeLimit, func(ctx context.Context) bool {
		for _, node := range c.Nodes {
			known, err := node.client.ClusterNodes(ctx).Result()
			if err != nil || strings.Contains(known, gone) || strings.Count(known, " connected") != len(c.Nodes) {
				return false
			}
		}
		return true
	}) {
		c.t.Fatal("the node is not forgotten")
	}
}
