package redis

import (
	"context"
	"maps"
	"strconv"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

const (
	spaceEvery = 2 * time.Second
	spaceLimit = 2 * time.Second // for one query
)

// Space implements rooms.Store. It returns what Redis reported some seconds ago;
// on a Cluster, that of the fullest master. It is unknown if Redis has no limit,
// does not report it, or evicts keys: then it is always as full as it may be.
func (s *Store) Space() rooms.Space {
	if space := s.space.Load(); space != nil {
		return *space
	}
	return rooms.Space{}
}

// watchSpace queries Redis until ctx ends.
func (s *Store) watchSpace(ctx context.Context) {
	for {
		withRecover(func() error { return s.readSpace(ctx) }) // if it fails, the last value stays
		select {
		case <-ctx.Done():
			return
		case <-time.After(spaceEvery):
		}
	}
}

func (s *Store) readSpace(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, spaceLimit)
	defer cancel()
	cluster, ok := s.client.(*goredis.ClusterClient)
	if !ok {
		fields, err := infoOf(ctx, s.client, "memory")
		if err == nil {
			s.setSpace(spaceOf(fields))
		}
		return err
	}
	masters := make(chan rooms.Space, maxMasters)
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, master *goredis.Client) error {
		fields, err := infoOf(ctx, master, "memory")
		if err != nil {
			return err
		}
		select {
		case masters <- spaceOf(fields):
		default:
		}
		return nil
	})
	if err != nil {
		return err
	}
	close(masters)
	var fullest rooms.Space
	for m := range masters {
		if m.Limit > 0 && (fullest.Limit == 0 || m.Limit-m.Used < fullest.Limit-fullest.Used) {
			fullest = m
		}
	}
	s.setSpace(fullest)
	return nil
}

// maxMasters is the largest number of nodes of a Cluster, by its specification.
const maxMasters = 1000

func (s *Store) setSpace(space rooms.Space) { s.space.Store(&space) }

// infoOf returns the fields of INFO, of all its sections or of some.
func infoOf(ctx context.Context, client goredis.UniversalClient, names ...string) (map[string]string, error) {
	sections, err := client.InfoMap(ctx, names...).Result()
	if err != nil {
		return nil, err
	}
	fields := map[string]string{}
	for _, section := range sections {
		maps.Copy(fields, section)
	}
	return fields, nil
}

// spaceOf returns the space in the fields of INFO memory. Redis compares with
// its limit the memory that it uses without its buffers for replicas and the
// append-only file.
func spaceOf(fields map[string]string) rooms.Space {
	limit, err1 := strconv.ParseInt(fields["maxmemory"], 10, 64)
	used, err2 := strconv.ParseInt(fields["used_memory"], 10, 64)
	if err1 != nil || err2 != nil || limit <= 0 || fields["maxmemory_policy"] != "noeviction" {
		return rooms.Space{}
	}
	if buffers, err := strconv.ParseInt(fields["mem_not_counted_for_evict"], 10, 64); err == nil {
		used -= buffers
	}
	return rooms.Space{Used: used, Limit: limit, At: time.Now()}
}
