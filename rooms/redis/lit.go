package redis

import (
	"context"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

// litChannel is the channel on which servers tell each other that a key lit a room, so
// that each can tell the key's owner. Redis keeps nothing of it.
const litChannel = prefix + "lit"

// announceLit remembers that a key lit a room, and tells the other servers. The name is
// sealed so that it can be opened only for that key, and the whole once more, so that
// Redis sees no two rooms lit by one key.
func (s *Store) announceLit(ctx context.Context, room rooms.Room, key string) {
	record := rooms.LitRecord{
		By:   s.codec.tag(rooms.Ref{}, taggedLighter, key),
		Room: s.codec.sealer.RoomKey(room.Name.String()) + ":" + room.Epoch,
		Name: string(s.codec.seal(rooms.Ref{Epoch: key}, sealedLit, room.Name.String())),
		Ends: room.Deadline,
	}
	s.lit.Add(record)
	left := strconv.FormatInt(room.Left().Milliseconds(), 10)
	message := s.codec.seal(rooms.Ref{}, sealedLit, record.By, record.Room, record.Name, left)
	s.do(ctx, noRetry{goredis.NewCmd(ctx, "publish", litChannel, message)}) // whom it does not reach knows less
}

// openLit opens another server's announcement.
func (c codec) openLit(message string) (rooms.LitRecord, error) {
	f, err := c.open(rooms.Ref{}, sealedLit, message, 4)
	if err != nil {
		return rooms.LitRecord{}, err
	}
	left, err := strconv.ParseInt(f[3], 10, 63)
	if err != nil {
		return rooms.LitRecord{}, rooms.ErrSealed
	}
	return rooms.LitRecord{By: f[0], Room: f[1], Name: f[2], Ends: rooms.Now().Add(time.Duration(left) * time.Millisecond)}, nil
}

// LitBy implements rooms.Store.
func (s *Store) LitBy(key string) (all []rooms.Lit) {
	for _, record := range s.lit.By(s.codec.tag(rooms.Ref{}, taggedLighter, key)) {
		f, err := s.codec.open(rooms.Ref{Epoch: key}, sealedLit, record.Name, 1)
		if err != nil {
			continue
		}
		if name, err := rooms.ParseName(f[0]); err == nil {
			all = append(all, rooms.Lit{Name: name, Ago: rooms.Now().Sub(record.Since)})
		}
	}
	return all
}

// sweepLit forgets the rooms that keys lit and that have ended.
func (s *Store) sweepLit() {
	s.lit.Sweep(func(room string) bool {
		key, epoch, _ := strings.Cut(room, ":")
		return s.tombs.has(key, epoch)
	})
}
