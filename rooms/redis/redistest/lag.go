package redistest

import "slices"

// HoldReplicas makes the server's replicas lag: until ReleaseReplicas they get
// nothing of what is written, and a failover loses it.
func (s *Server) HoldReplicas() {
	s.t.Helper()
	// Without the permission to follow, a disconnected replica cannot reconnect.
	s.setMayFollow("-")
	if err := s.client.Do(s.t.Context(), "CLIENT", "KILL", "TYPE", "replica").Err(); err != nil {
		s.t.Fatal("disconnecting the replicas: ", err)
	}
}

// ReleaseReplicas ends HoldReplicas. It does nothing if the server has ended.
func (s *Server) ReleaseReplicas() {
	s.t.Helper()
	if s.Runs() {
		s.setMayFollow("+")
	}
}

// setMayFollow grants ("+") or revokes ("-") the permission of replicas to
// follow.
func (s *Server) setMayFollow(sign string) {
	s.t.Helper()
	if err := s.client.Do(s.t.Context(), "ACL", "SETUSER", "default", sign+"psync", sign+"sync").Err(); err != nil {
		s.t.Fatal("setting the permission to follow: ", err)
	}
}

// Fail kills a node for good and replaces it in Nodes by its replica, which may
// lag and must be the only replica of the Cluster. It returns a new replica of
// that one.
func (c *Cluster) Fail(node, replica *Server, args ...string) (next *Server) {
	c.t.Helper()
	id := c.id(node)
	node.Kill()
	c.TakeOver(replica)
	c.Nodes[slices.Index(c.Nodes, node)] = replica
	// The node is not restarted: some releases of Redis cannot read the Cluster
	// configuration that a node with a replica wrote.
	for _, s := range c.Nodes {
		c.do(s, "CLUSTER", "FORGET", id)
	}
	return c.AddReplica(replica, args...)
}
