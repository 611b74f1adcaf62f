package redis

import (
	"context"
	"slices"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

// Redis deletes expired keys when it gets round to it: they become unreadable
// on time, but their bytes may stay for minutes. So all servers look at one
// index of all rooms, and whoever comes first deletes what burned out.
const (
	dueKey   = prefix + "due"
	dueSlack = time.Hour // that the index outlives its last entry
)

// entry names one burning of a room in the index, and so that what is done to
// one never touches another of the same name. By its sign a server with another
// secret sees that the room is none of its own.
func (s *Store) entry(ref rooms.Ref) string {
	key := s.wire.sealer.RoomKey(ref.Name.String())
	return key + ":" + ref.Epoch + ":" + s.sign(key, ref.Epoch)
}

func (s *Store) sign(key, epoch string) string {
	return s.wire.sealer.Tag(key, epoch, taggedEntry, "")
}

// parted answers what an entry is made of.
func parted(entry string) (key, epoch, sign string) {
	key, rest, _ := strings.Cut(entry, ":")
	epoch, sign, _ = strings.Cut(rest, ":")
	return key, epoch, sign
}

// strangers tells whether rooms burn in this Redis that were lit with another
// secret: nobody who comes through this server would find them. It looks at a
// bounded number of them.
func (s *Store) strangers(ctx context.Context) (bool, error) {
	a, err := s.run(ctx, nextScript, []string{dueKey}, sweepBatch)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(a.strings(), func(entry string) bool {
		key, epoch, sign := parted(entry)
		return sign != s.sign(key, epoch)
	}), a.err()
}

// index notes that an entry is due in left from now.
func (s *Store) index(ctx context.Context, entry string, left time.Duration) error {
	_, err := s.run(ctx, indexScript, []string{dueKey}, entry, millis(left), millis(dueSlack))
	return err
}

// indexSooner moves an entry that is there to an earlier time, in ms by Redis'
// clock: the room's deadline, or the end of a message that burns. Where that
// fails, the room is swept up late, but expires on time.
func (s *Store) indexSooner(ctx context.Context, ref rooms.Ref, deadline int64) {
	s.run(ctx, advanceScript, []string{dueKey}, s.entry(ref), deadline)
}

// forget takes a room that is gone out of the index. Where that fails, the
// entry is found overdue in time, and does no harm until then.
func (s *Store) forget(ctx context.Context, ref rooms.Ref) {
	s.unindex(ctx, s.entry(ref))
}

func (s *Store) unindex(ctx context.Context, entries ...any) error {
	args := append([]any{"zrem", dueKey}, entries...)
	return s.do(ctx, once{goredis.NewCmd(ctx, args...)})
}
