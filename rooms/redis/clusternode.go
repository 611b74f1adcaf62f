package redis

import (
	"context"

	goredis "github.com/redis/go-redis/v9"
)

// nodeHook is dialHook for the nodes of a Cluster. The client library asks any node that
// it knows which node has which slot, and believes one that was removed from the
// Cluster and so knows of none: then every command would go to a random node. Here such
// a reply is an error, so that the library asks the next node.
type nodeHook struct{ dialHook }

// ProcessHook implements goredis.Hook.
func (nodeHook) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, cmd goredis.Cmder) error {
		err := next(ctx, cmd)
		if slots, ok := cmd.(*goredis.ClusterSlotsCmd); ok && err == nil && len(slots.Val()) == 0 {
			err = outsideError{}
			cmd.SetErr(err)
		}
		return err
	}
}

// outsideError says that a node is in no Cluster, as the node itself says it of a key.
type outsideError struct{}

func (outsideError) Error() string { return "CLUSTERDOWN the node has no slots" }

// RedisError implements goredis.Error.
func (outsideError) RedisError() {}
