package redistest

// moveBatch is the number of keys moved at once.
const moveBatch = 100

// MoveSlot moves the hash slot of a key from its node to the next one while the
// Cluster serves, as an operator who rebalances it does. It calls the functions
// while the slot is moving: before its keys move, and after each batch of them.
func (c *Cluster) MoveSlot(key string, during ...func()) {
	c.t.Helper()
	ctx := c.t.Context()
	slot := c.slot(key)
	from, to := c.holder(slot)
	source, target := c.id(from), c.id(to)
	c.do(to, "CLUSTER", "SETSLOT", slot, "IMPORTING", source)
	c.do(from, "CLUSTER", "SETSLOT", slot, "MIGRATING", target)
	for {
		for _, f := range during {
			f()
		}
		keys, err := from.client.ClusterGetKeysInSlot(ctx, slot, moveBatch).Result()
		if err != nil {
			c.t.Fatal("listing the keys of a slot: ", err)
		}
		if len(keys) == 0 {
			break
		}
		args := []any{"MIGRATE", "127.0.0.1", to.peerPort(), "", 0, startLimit.Milliseconds(), "KEYS"}
		for _, k := range keys {
			args = append(args, k)
		}
		c.do(from, args...)
	}
	// The new holder first, so that the slot always has a holder.
	c.do(to, "CLUSTER", "SETSLOT", slot, "NODE", target)
	c.do(from, "CLUSTER", "SETSLOT", slot, "NODE", target)
	for _, s := range c.Nodes {
		if s != from && s != to {
			c.do(s, "CLUSTER", "SETSLOT", slot, "NODE", target)
		}
	}
}

func (c *Cluster) slot(key string) int {
	c.t.Helper()
	return int(c.do(c.Nodes[0], "CLUSTER", "KEYSLOT", key).(int64))
}

// holder returns the node that holds the slot, and the next node.
func (c *Cluster) holder(slot int) (from, to *Server) {
	c.t.Helper()
	shards, err := c.Nodes[0].client.ClusterShards(c.t.Context()).Result()
	if err != nil {
		c.t.Fatal("listing the slots: ", err)
	}
	for _, shard := range shards {
		for _, r := range shard.Slots {
			if r.Start > int64(slot) || int64(slot) > r.End {
				continue
			}
			// The list includes replicas, which may come first.
			for _, n := range shard.Nodes {
				for i, s := range c.Nodes {
					if n.Role == "master" && c.id(s) == n.ID {
						return s, c.Nodes[(i+1)%len(c.Nodes)]
					}
				}
			}
		}
	}
	c.t.Fatal("no node holds slot ", slot)
	return nil, nil
}

// id returns the node's ID in the Cluster.
func (c *Cluster) id(s *Server) string {
	c.t.Helper()
	return c.do(s, "CLUSTER", "MYID").(string)
}

func (c *Cluster) do(s *Server, args ...any) any {
	c.t.Helper()
	v, err := s.client.Do(c.t.Context(), args...).Result()
	if err != nil {
		c.t.Fatalf("%v %v: %v", args[0], args[1], err)
	}
	return v
}
