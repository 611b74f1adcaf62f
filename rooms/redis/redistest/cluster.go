package redistest

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// slots is how many hash slots a Cluster shares out among its nodes.
const slots = 16384

// clusterNodes is how many nodes make a Cluster here: the least that can agree
// on which of them failed.
const clusterNodes = 3

// Cluster is a Redis Cluster of three masters on loopback ports.
type Cluster struct {
	Nodes  []*Server
	t      testing.TB
	client *redis.ClusterClient
}

// StartCluster runs three servers, makes them a Cluster and waits until each
// of them serves it. The arguments are added to their command lines.
func StartCluster(t testing.TB, args ...string) *Cluster {
	t.Helper()
	c := &Cluster{t: t}
	for range clusterNodes {
		bus := strconv.Itoa(freePort(t))
		s := Start(t, append([]string{
			"--cluster-enabled", "yes", "--cluster-port", bus,
			"--cluster-node-timeout", "60000", // a paused node is not to be taken for a dead one
		}, args...)...)
		c.Nodes = append(c.Nodes, s)
	}
	ctx := t.Context()
	for i, s := range c.Nodes {
		first, last := i*slots/clusterNodes, (i+1)*slots/clusterNodes-1
		pipe := s.client.Pipeline()
		pipe.Do(ctx, "CLUSTER", "SET-CONFIG-EPOCH", i+1) // else they argue about it first
		pipe.ClusterAddSlotsRange(ctx, first, last)
		if _, err := pipe.Exec(ctx); err != nil {
			t.Fatal("sharing out the slots: ", err)
		}
	}
	for _, s := range c.Nodes[1:] {
		port, bus := strconv.Itoa(c.Nodes[0].port), c.Nodes[0].busPort()
		if err := s.client.Do(ctx, "CLUSTER", "MEET", "127.0.0.1", port, bus).Err(); err != nil {
			t.Fatal("joining the nodes: ", err)
		}
	}
	for _, s := range c.Nodes {
		if !poll(ctx, s.serves) {
			t.Fatal("the Cluster does not come up")
		}
	}
	var addrs []string
	for _, s := range c.Nodes {
		addrs = append(addrs, s.Addr())
	}
	c.client = redis.NewClusterClient(&redis.ClusterOptions{Addrs: addrs, DisableIdentity: true})
	t.Cleanup(func() { c.client.Close() })
	return c
}

// URLs is what a client connects to: every node, separated by commas.
func (c *Cluster) URLs() string {
	var urls []string
	for _, s := range c.Nodes {
		urls = append(urls, s.URL())
	}
	return strings.Join(urls, ",")
}

// Client is a plain client for looking at the Cluster. It ends with the test.
func (c *Cluster) Client() *redis.ClusterClient { return c.client }

// Keys are all keys of all nodes that have not expired.
func (c *Cluster) Keys() []string {
	c.t.Helper()
	var keys []string
	for _, s := range c.Nodes {
		keys = append(keys, s.Keys()...)
	}
	return keys
}

// busPort is the port by which the nodes talk to each other.
func (s *Server) busPort() string {
	for i, arg := range s.args {
		if arg == "--cluster-port" {
			return s.args[i+1]
		}
	}
	return ""
}

// serves tells whether the node knows all others and all slots.
func (s *Server) serves(ctx context.Context) bool {
	info, err := s.client.ClusterInfo(ctx).Result()
	if err != nil || !strings.Contains(info, "cluster_state:ok") {
		return false
	}
	shards, err := s.client.ClusterShards(ctx).Result()
	return err == nil && len(shards) == clusterNodes
}
