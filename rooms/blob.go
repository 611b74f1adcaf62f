package rooms

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"unicode/utf8"
)

// A blob is the bytes of a drop or a file. Stores keep it chunk by chunk.

const (
	// ChunkSize is the most bytes of a blob that a store keeps as one value.
	ChunkSize = 32 << 10
	// MaxShown bounds a blob that is shown on a terminal, in bytes.
	MaxShown = 64 << 10
)

// ErrNotText says that a blob cannot be shown on a terminal; see Chunks.Text.
var ErrNotText = errors.New("that is not a text for a terminal")

// Chunks are the chunks of a blob in order, up to the first that cannot be had, which is
// an error.
type Chunks iter.Seq2[[]byte, error]

// Text returns a blob of that size as a text, of which Clean returns what can be drawn. It
// returns ErrNotText if it is larger than MaxShown, or if Keep would change it.
func (c Chunks) Text(size int64) (Text, error) {
	if size > MaxShown {
		return "", ErrNotText
	}
	var all strings.Builder
	for chunk, err := range c {
		if err != nil {
			return "", err
		}
		all.Write(chunk)
	}
	text := all.String()
	if !utf8.ValidString(text) || string(Keep(text)) != text {
		return "", ErrNotText
	}
	return Text(text), nil
}

// numChunks returns how many chunks a blob of that many bytes has.
func numChunks(size int64) int { return int((size + ChunkSize - 1) / ChunkSize) }

// putBlob puts all that it reads into the store, and returns how many bytes that is. It
// returns ErrTooLarge beyond limit.
func (h *Hub) putBlob(ctx context.Context, room Room, source, blob string, in io.Reader, limit int64) (size int64, err error) {
	buffer := make([]byte, ChunkSize)
	for n := 0; ; n++ {
		read, err := io.ReadFull(in, buffer)
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return size, err
		}
		size += int64(read)
		switch {
		case ctx.Err() != nil: // the input may have ended with it
			return size, context.Cause(ctx)
		case size > limit:
			return size, ErrTooLarge
		case read == 0:
			return size, nil
		}
		if err := h.budget.chargeBlob(source, room, blob, read); err != nil {
			return size, err
		}
		err = h.persist(ctx, func(ctx context.Context) error { return h.store.PutChunk(ctx, room.Ref, blob, n, buffer[:read]) })
		if err != nil || last {
			return size, err
		}
	}
}

// chunksOf returns the chunks of a blob of that size.
func (l *liveRoom) chunksOf(ctx context.Context, blob string, size int64) Chunks {
	return func(yield func([]byte, error) bool) {
		for n := range numChunks(size) {
			chunk, err := l.chunk(ctx, blob, size, n)
			if !yield(chunk, err) || err != nil {
				return
			}
		}
	}
}

// chunk returns chunk n of a blob of that size.
func (l *liveRoom) chunk(ctx context.Context, blob string, size int64, n int) (chunk []byte, err error) {
	ref := l.current().Ref
	err = l.hub.persist(ctx, func(ctx context.Context) (err error) {
		chunk, err = l.hub.store.Chunk(ctx, ref, blob, n)
		return err
	})
	switch {
	case err != nil:
		return nil, l.noteFailure(err)
	case int64(len(chunk)) != min(size-int64(n)*ChunkSize, ChunkSize):
		return nil, ErrNoChunk
	}
	return chunk, nil
}

// deleteBlob deletes the chunks of an unfinished blob, even if ctx has ended. If that
// fails, they go with the room, and nobody sees it before.
func (h *Hub) deleteBlob(ctx context.Context, room Room, blob string, size int64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	h.store.DeleteBlob(ctx, room.Ref, blob, numChunks(size))
	h.budget.freeBlob(room.Ref, blob)
}
