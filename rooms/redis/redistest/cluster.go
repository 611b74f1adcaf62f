package redistest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// clusterSlots is the number of hash slots of a Cluster.
const clusterSlots = 16384

// clusterNodes is the number of nodes of a Cluster here: the smallest that can
// agree on which node failed.
const clusterNodes = 3

// Cluster is a Redis Cluster of three masters on loopback ports.
type Cluster struct {
	Nodes  []*Server
	t      testing.TB
	client *redis.ClusterClient
}

// StartCluster runs three servers as a Cluster and waits until all of them serve
// it. The arguments are added to their command lines.
func StartCluster(t testing.TB, args ...string) *Cluster {
	t.Helper()
	c := &Cluster{t: t}
	for range clusterNodes {
		c.Nodes = append(c.Nodes, startNode(t, args...))
	}
	ctx := t.Context()
	for i, s := range c.Nodes {
		first, last := i*clusterSlots/clusterNodes, (i+1)*clusterSlots/clusterNodes-1
		pipe := s.client.Pipeline()
		pipe.Do(ctx, "CLUSTER", "SET-CONFIG-EPOCH", i+1) // equal epochs would take them a while to resolve
		pipe.ClusterAddSlotsRange(ctx, first, last)
		if _, err := pipe.Exec(ctx); err != nil {
			t.Fatal("assigning the slots: ", err)
		}
	}
	for _, s := range c.Nodes[1:] {
		c.meet(s)
	}
	for _, s := range c.Nodes {
		if !poll(ctx, agreeLimit, s.serves) {
			t.Fatal("the Cluster does not start")
		}
	}
	if !poll(ctx, agreeLimit, func(ctx context.Context) bool { return linked(ctx, c.Nodes) }) {
		t.Fatal("the nodes of the Cluster do not find each other")
	}
	var addrs []string
	for _, s := range c.Nodes {
		addrs = append(addrs, s.Addr())
	}
	c.client = redis.NewClusterClient(&redis.ClusterOptions{Addrs: addrs, DisableIdentity: true})
	t.Cleanup(func() { c.client.Close() })
	return c
}

func startNode(t testing.TB, args ...string) *Server {
	t.Helper()
	return Start(t, append([]string{
		"--cluster-enabled", "yes",
		"--cluster-node-timeout", "60000", // a paused node must not count as failed
		"--repl-diskless-sync-delay", "0",
	}, args...)...)
}

func (c *Cluster) meet(s *Server) {
	c.t.Helper()
	c.do(s, "CLUSTER", "MEET", "127.0.0.1", c.Nodes[0].peerPort(), c.Nodes[0].bus)
}

// AddReplica runs one more server as a replica of a node. It waits until the
// replica has the node's data, knows the slots, and is connected to all nodes.
func (c *Cluster) AddReplica(of *Server, args ...string) *Server {
	c.t.Helper()
	replica := startNode(c.t, args...)
	c.meet(replica)
	id := c.id(of)
	if !poll(c.t.Context(), agreeLimit, func(ctx context.Context) bool {
		return replica.client.Do(ctx, "CLUSTER", "REPLICATE", id).Err() == nil && follows(ctx, replica, of) &&
			replica.serves(ctx) && linked(ctx, append(slices.Clone(c.Nodes), replica))
	}) {
		c.t.Fatal("the replica does not follow")
	}
	return replica
}

// linked reports whether all nodes are connected to each other.
func linked(ctx context.Context, nodes []*Server) bool {
	for _, s := range nodes {
		known, err := s.client.ClusterNodes(ctx).Result()
		if err != nil || strings.Count(known, " connected") != len(nodes) || strings.Contains(known, "handshake") {
			return false
		}
	}
	return true
}

// TakeOver makes a replica the master of its node's slots, whether the node is
// alive or not, and waits until it is.
func (c *Cluster) TakeOver(replica *Server) {
	c.t.Helper()
	if !poll(c.t.Context(), agreeLimit, func(ctx context.Context) bool {
		if role(ctx, replica) == "master" {
			return true
		}
		replica.client.Do(ctx, "CLUSTER", "FAILOVER", "TAKEOVER")
		return false
	}) {
		c.t.Fatal("the replica does not take over")
	}
}

// Holder returns the node that holds the slot of a key.
func (c *Cluster) Holder(key string) *Server {
	c.t.Helper()
	from, _ := c.holder(c.slot(key))
	return from
}

// URLs returns the URLs of all nodes, separated by commas.
func (c *Cluster) URLs() string {
	var urls []string
	for _, s := range c.Nodes {
		urls = append(urls, s.URL())
	}
	return strings.Join(urls, ",")
}

// TLSURLs returns the nodes' URLs for TLS.
func (c *Cluster) TLSURLs() string {
	var urls []string
	for _, s := range c.Nodes {
		urls = append(urls, s.TLSURL())
	}
	return strings.Join(urls, ",")
}

// Client returns a plain client for inspecting the Cluster. It ends with the
// test.
func (c *Cluster) Client() *redis.ClusterClient { return c.client }

// Keys returns all keys of all nodes that have not expired.
func (c *Cluster) Keys() []string {
	c.t.Helper()
	var keys []string
	for _, s := range c.Nodes {
		keys = append(keys, s.Keys()...)
	}
	return keys
}

// serves reports whether the node knows all others and all slots.
func (s *Server) serves(ctx context.Context) bool {
	info, err := s.client.ClusterInfo(ctx).Result()
	if err != nil || !strings.Contains(info, "cluster_state:ok") {
		return false
	}
	shards, err := s.client.ClusterShards(ctx).Result()
	return err == nil && len(shards) == clusterNodes
}
