package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

const (
	nodeTries = 16                     // random keys whose node is tried
	nodePause = 100 * time.Millisecond // while the client reloads the slots
)

// errNoNode says that the client knows no node that serves a slot.
var errNoNode = errors.New("no node of the Cluster serves its slots")

// node returns the server to listen to. In a Cluster any node would do, but the
// client library may choose one that no longer belongs to it. So node returns
// one that confirms that it holds a slot, and if possible not the one from which
// nothing was received.
func (l *listener) node(ctx context.Context) (client goredis.UniversalClient, addr string, err error) {
	cluster, ok := l.client.(*goredis.ClusterClient)
	if !ok {
		return l.client, "", nil
	}
	var fallback *goredis.Client // the avoided node, if there is no other
	err = errNoNode
	for range nodeTries {
		key := prefix + "{" + rand.Text() + "}:t"
		node, e := cluster.MasterForKey(ctx, key)
		if e == nil {
			if fallback == node {
				continue
			}
			e = node.Exists(ctx, key).Err() // fails with a redirection if the slot is elsewhere
		}
		if e == nil && node.Options().Addr != l.avoided {
			return node, node.Options().Addr, nil
		}
		if e == nil {
			fallback = node
			continue
		}
		if err = e; fallback != nil {
			break
		}
		cluster.ReloadState(context.Background()) // runs in the background
		select {
		case <-time.After(nodePause):
		case <-ctx.Done():
			return nil, "", err
		}
	}
	if fallback != nil {
		return fallback, fallback.Options().Addr, nil
	}
	return nil, "", err
}
