package redistest

import (
	"context"
	"slices"
)

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

// Fail ends a node, puts its replica, which may lag, in its place among Nodes,
// and brings the node back as the replica's replica. It is the only replica of
// the Cluster.
func (c *Cluster) Fail(node, replica *Server) {
	c.t.Helper()
	node.Kill()
	c.TakeOver(replica)
	node.Restart() // waits for news of its slots before it serves
	c.Nodes[slices.Index(c.Nodes, node)] = replica
	if !poll(c.t.Context(), agreeLimit, func(ctx context.Context) bool {
		return follows(ctx, node, replica) && replica.serves(ctx) && linked(ctx, append(slices.Clone(c.Nodes), node))
	}) {
		c.t.Fatal("the old node does not follow the new one")
	}
}
