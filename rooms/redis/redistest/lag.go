package redistest

import "slices"

// HoldReplicas lets the server's replicas get nothing of what is written from
// now on, as those that lag behind, until ReleaseReplicas or the server's end.
// A failover meanwhile loses that.
func (s *Server) HoldReplicas() {
	s.t.Helper()
	// Without the right to follow, whoever is cut off does not come back.
	s.mayFollow("-")
	if err := s.client.Do(s.t.Context(), "CLIENT", "KILL", "TYPE", "replica").Err(); err != nil {
		s.t.Fatal("cutting off the replicas: ", err)
	}
}

// ReleaseReplicas ends HoldReplicas. It may have ended.
func (s *Server) ReleaseReplicas() {
	s.t.Helper()
	if s.Runs() {
		s.mayFollow("+")
	}
}

func (s *Server) mayFollow(sign string) {
	s.t.Helper()
	if err := s.client.Do(s.t.Context(), "ACL", "SETUSER", "default", sign+"psync", sign+"sync").Err(); err != nil {
		s.t.Fatal("setting who may follow: ", err)
	}
}

// Fail ends a node for good, puts its replica, which may lag, in its place among
// Nodes, and returns a new replica of that one. It was the only replica of the
// Cluster.
func (c *Cluster) Fail(node, replica *Server, args ...string) (next *Server) {
	c.t.Helper()
	id := c.id(node)
	node.Kill()
	c.TakeOver(replica)
	c.Nodes[slices.Index(c.Nodes, node)] = replica
	// It does not come back: some releases of Redis cannot read what a node with
	// a replica wrote down of the Cluster.
	for _, s := range c.Nodes {
		c.do(s, "CLUSTER", "FORGET", id)
	}
	return c.AddReplica(replica, args...)
}
