package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

const (
	nodeTries = 16                     // keys that are looked for a node by
	nodePause = 100 * time.Millisecond // while the client learns where the slots are
)

// errNoNode says that the Cluster has no node in charge of anything, as far as
// the client knows.
var errNoNode = errors.New("no node of the Cluster answers for its slots")

// node is the server to listen to. In a Cluster any would do, but the client
// library may choose one that does not belong to it any more: so it is one that
// holds a slot, and says so, if possible not the one that was deaf.
func (l *listener) node(ctx context.Context) (client goredis.UniversalClient, addr string, err error) {
	cluster, ok := l.client.(*goredis.ClusterClient)
	if !ok {
		return l.client, "", nil
	}
	var second *goredis.Client // the deaf one, if there is no other
	err = errNoNode
	for range nodeTries {
		key := prefix + "{" + rand.Text() + "}:t"
		node, e := cluster.MasterForKey(ctx, key)
		if e == nil {
			if second == node {
				continue
			}
			e = node.Exists(ctx, key).Err() // a redirection, if the slot is elsewhere
		}
		if e == nil && node.Options().Addr != l.avoided {
			return node, node.Options().Addr, nil
		}
		if e == nil {
			second = node
			continue
		}
		if err = e; second != nil {
			break
		}
		cluster.ReloadState(context.Background()) // it does so by itself
		select {
		case <-time.After(nodePause):
		case <-ctx.Done():
			return nil, "", err
		}
	}
	if second != nil {
		return second, second.Options().Addr, nil
	}
	return nil, "", err
}
