package redis

import (
	"context"
	"strconv"

	"wick/rooms"
)

// PutChunk implements rooms.Store. The envelope names the blob and the number, so that
// Redis cannot show a chunk as another one.
func (s *Store) PutChunk(ctx context.Context, ref rooms.Ref, blob string, n int, data []byte) error {
	envelope := s.codec.sealer.Seal(ref.Name.String(), ref.Epoch, chunkKind(blob, n), data)
	_, err := s.runOn(ctx, ref, putScript, s.chunkField(ref, blob, n), envelope)
	return err
}

// Chunk implements rooms.Store.
func (s *Store) Chunk(ctx context.Context, ref rooms.Ref, blob string, n int) ([]byte, error) {
	r, err := s.runOn(ctx, ref, chunkScript, s.chunkField(ref, blob, n))
	if err != nil {
		return nil, err
	}
	envelope := r.string()
	if err := r.err(); err != nil {
		return nil, err
	}
	data, err := s.codec.sealer.Open(ref.Name.String(), ref.Epoch, chunkKind(blob, n), []byte(envelope))
	if err != nil {
		return nil, wrap(r.op, rooms.ErrNoChunk)
	}
	return data, nil
}

// DeleteBlob implements rooms.Store.
func (s *Store) DeleteBlob(ctx context.Context, ref rooms.Ref, blob string, chunks int) error {
	_, err := s.runOn(ctx, ref, unputScript, s.codec.tag(ref, taggedBlob, blob), chunks)
	return err
}

// chunkField returns where Redis keeps a chunk.
func (s *Store) chunkField(ref rooms.Ref, blob string, n int) string {
	return s.codec.tag(ref, taggedBlob, blob) + ":" + strconv.Itoa(n)
}
