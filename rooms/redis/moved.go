package redis

import (
	"context"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

// noticeMoves tells the feeds of rooms that another node of a Cluster is in
// charge of since the last time: it may have taken over from one that failed,
// with less than that had. The connection that listens need not have led to
// either, and shows nothing.
func (s *Store) noticeMoves(ctx context.Context) {
	cluster, ok := s.client.(*goredis.ClusterClient)
	if !ok {
		return
	}
	cluster.ReloadState(ctx) // it does so by itself, for the next time
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

// moved returns the feeds of the channels whose node is another than before.
func (l *listener) moved(node func(channel string) *goredis.Client) (feeds []*rooms.Feed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.watches {
		now := node(w.channel)
		if now == nil || now == w.node {
			continue
		}
		if w.node != nil {
			for _, t := range w.taps {
				feeds = append(feeds, t.feed)
			}
		}
		w.node = now
	}
	return feeds
}
