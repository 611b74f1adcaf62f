package redis

import (
	"context"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

// detectMoves reports a gap to the feeds of rooms whose slot has moved to
// another node of a Cluster since the last call. The node may have taken over
// from one that failed and may lack its last messages. The connection that
// listens may lead to a third node, so it does not show this.
func (s *Store) detectMoves(ctx context.Context) {
	cluster, ok := s.client.(*goredis.ClusterClient)
	if !ok {
		return
	}
	cluster.ReloadState(ctx) // runs in the background; its result shows at the next call
	for _, f := range s.listener.moved(func(channel string) *goredis.Client {
		node, err := cluster.MasterForKey(ctx, channel)
		if err != nil {
			return nil
		}
		return node
	}) {
		f.Gap()
	}
}

// moved returns the feeds of the channels whose node has changed.
func (l *listener) moved(node func(channel string) *goredis.Client) (feeds []*rooms.Feed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, sub := range l.subscriptions {
		now := node(sub.channel)
		if now == nil || now == sub.node {
			continue
		}
		if sub.node != nil {
			for _, s := range sub.subscribers {
				feeds = append(feeds, s.feed)
			}
		}
		sub.node = now
	}
	return feeds
}
