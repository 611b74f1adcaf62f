package memory

import (
	"context"
	"slices"
	"time"

	"wick/rooms"
)

// chunk names one chunk of a blob.
type chunk struct {
	blob string
	n    int
}

// chunkSize returns what a chunk counts as, in bytes.
func chunkSize(data []byte) int64 { return int64(messageCost + len(data)) }

// PutChunk implements rooms.Store.
func (s *Store) PutChunk(ctx context.Context, ref rooms.Ref, blob string, n int, data []byte) error {
	return s.withRoom(ctx, "put chunk", ref, func(sl *slot, _ time.Time) error {
		if _, there := sl.room.blobs[chunk{blob, n}]; there {
			return nil
		}
		if !s.charge(sl.room, chunkSize(data)) {
			return rooms.ErrStoreFull
		}
		sl.room.blobs[chunk{blob, n}] = slices.Clone(data)
		return nil
	})
}

// Chunk implements rooms.Store.
func (s *Store) Chunk(ctx context.Context, ref rooms.Ref, blob string, n int) (data []byte, err error) {
	err = s.withRoom(ctx, "chunk", ref, func(sl *slot, _ time.Time) error {
		held, there := sl.room.blobs[chunk{blob, n}]
		if !there {
			return rooms.ErrNoChunk
		}
		data = slices.Clone(held)
		return nil
	})
	return data, err
}

// DeleteBlob implements rooms.Store.
func (s *Store) DeleteBlob(ctx context.Context, ref rooms.Ref, blob string, chunks int) error {
	return s.withRoom(ctx, "delete blob", ref, func(sl *slot, _ time.Time) error {
		s.deleteBlob(sl.room, blob, chunks)
		return nil
	})
}

func (s *Store) deleteBlob(r *room, blob string, chunks int) {
	for n := range chunks {
		if data, there := r.blobs[chunk{blob, n}]; there {
			s.charge(r, -chunkSize(data))
			delete(r.blobs, chunk{blob, n})
		}
	}
}
