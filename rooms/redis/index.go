package redis

import (
	"context"
	"slices"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

// Expired keys become unreadable on time, but Redis may keep their bytes for
// minutes. Therefore all servers read an index of all rooms, and the first one
// to find a room that burned out deletes it.
const (
	dueKey   = prefix + "due"
	dueSlack = time.Hour // by which the index outlives its last entry
)

// entry returns the index entry of one epoch of a room, so that wiping it never
// touches a later room of the same name. By its tag a server sees whether the
// room was lit with its own secret.
func (s *Store) entry(ref rooms.Ref) string {
	key := s.codec.sealer.RoomKey(ref.Name.String())
	return key + ":" + ref.Epoch + ":" + s.entryTag(key, ref.Epoch)
}

func (s *Store) entryTag(key, epoch string) string {
	return s.codec.sealer.Tag(key, epoch, taggedEntry, "")
}

// splitEntry returns the parts of an index entry.
func splitEntry(entry string) (key, epoch, tag string) {
	key, rest, _ := strings.Cut(entry, ":")
	epoch, tag, _ = strings.Cut(rest, ":")
	return key, epoch, tag
}

// foreignRooms reports whether this Redis holds rooms that were lit with another
// secret. People on this server cannot find them. It reads a bounded number of
// entries.
func (s *Store) foreignRooms(ctx context.Context) (bool, error) {
	r, err := s.run(ctx, nextScript, []string{dueKey}, sweepBatch)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(r.strings(), func(entry string) bool {
		key, epoch, tag := splitEntry(entry)
		return tag != s.entryTag(key, epoch)
	}), r.err()
}

// index adds an entry that is due in left from now.
func (s *Store) index(ctx context.Context, entry string, left time.Duration) error {
	_, err := s.run(ctx, indexScript, []string{dueKey}, entry, millis(left), millis(dueSlack))
	return err
}

// advanceIndex moves an existing entry to an earlier time, in ms by Redis' clock:
// the room's deadline, or the end of a message that burns. If that fails, the
// room is swept late, but it expires on time.
func (s *Store) advanceIndex(ctx context.Context, ref rooms.Ref, deadline int64) {
	s.run(ctx, advanceScript, []string{dueKey}, s.entry(ref), deadline)
}

// forget removes a room that is gone from the index, and from what this process
// remembers. If Redis does not reply, a sweep removes the entry when it is due; until
// then it does no harm.
func (s *Store) forget(ctx context.Context, ref rooms.Ref) {
	s.lit.Forget(s.codec.sealer.RoomKey(ref.Name.String()) + ":" + ref.Epoch)
	s.unindex(ctx, s.entry(ref))
}

func (s *Store) unindex(ctx context.Context, entries ...any) error {
	args := append([]any{"zrem", dueKey}, entries...)
	return s.do(ctx, noRetry{goredis.NewCmd(ctx, args...)})
}
