package storetest

import (
	"bytes"
	"crypto/rand"
	"fmt"

	"wick/rooms"
)

var blobTests = []test{
	{"chunks of a blob are kept exactly, in any order", testChunks},
	{"a blob is another room's, or another burning's, for nobody", testChunksStay},
	{"a blob that is deleted is gone, others stay", testDeletedBlob},
	{"the end of a room leaves no chunk of a blob", testChunksEnd},
}

// bytesOf returns random bytes: none of them is left out or converted.
func bytesOf(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// put puts a blob of some chunks, and returns it.
func (w *world) put(room rooms.Room, blob string, size int) []byte {
	w.Helper()
	all := bytesOf(size)
	for n, rest := 0, all; len(rest) > 0; n++ {
		part := rest[:min(len(rest), rooms.ChunkSize)]
		w.ok(w.handle(n).PutChunk(w.ctx, room.Ref, blob, n, part))
		rest = rest[len(part):]
	}
	return all
}

// holds checks that a store has a blob exactly.
func (w *world) holds(s rooms.Store, room rooms.Room, blob string, want []byte) {
	w.Helper()
	var got []byte
	for n := range (len(want) + rooms.ChunkSize - 1) / rooms.ChunkSize {
		part, err := s.Chunk(w.ctx, room.Ref, blob, n)
		w.ok(err)
		got = append(got, part...)
	}
	if !bytes.Equal(got, want) {
		w.Errorf("the blob has %d bytes, others than the %d that were put", len(got), len(want))
	}
}

func testChunks(w *world) {
	room := w.light(rooms.Lighting{})
	all := w.put(room, "one", 2*rooms.ChunkSize+17)
	w.holds(w.b, room, "one", all)
	w.ok(w.b.PutChunk(w.ctx, room.Ref, "one", 2, all[2*rooms.ChunkSize:])) // as after a lost reply
	w.holds(w.a, room, "one", all)
	for _, missing := range []struct {
		blob string
		n    int
	}{{"one", 3}, {"two", 0}, {"on", 1}, {"", 0}} {
		_, err := w.b.Chunk(w.ctx, room.Ref, missing.blob, missing.n)
		w.is(err, rooms.ErrNoChunk)
	}
	part := bytesOf(rooms.ChunkSize)
	w.ok(w.a.PutChunk(w.ctx, room.Ref, "three", 5, part))
	kept := bytes.Clone(part)
	clear(part) // the caller's again
	if got, err := w.b.Chunk(w.ctx, room.Ref, "three", 5); err != nil || !bytes.Equal(got, kept) {
		w.Errorf("a chunk has changed with the caller's bytes: %v", err)
	}
}

func testChunksStay(w *world) {
	room := w.light(rooms.Lighting{})
	w.put(room, "one", 10)
	other := w.light(rooms.Lighting{Name: rooms.NewName()})
	_, err := w.a.Chunk(w.ctx, other.Ref, "one", 0)
	w.is(err, rooms.ErrNoChunk)
	w.ok(w.a.Destroy(w.ctx, room.Ref, newSeat("A", "ann")))
	again := w.light(rooms.Lighting{})
	_, err = w.b.Chunk(w.ctx, again.Ref, "one", 0)
	w.is(err, rooms.ErrNoChunk)
	_, err = w.b.Chunk(w.ctx, room.Ref, "one", 0)
	w.is(err, rooms.ErrNoRoom)
}

func testDeletedBlob(w *world) {
	room := w.light(rooms.Lighting{})
	w.put(room, "one", 2*rooms.ChunkSize)
	two := w.put(room, "two", rooms.ChunkSize+1)
	w.ok(w.b.DeleteBlob(w.ctx, room.Ref, "one", 3)) // one more than there are
	for n := range 2 {
		_, err := w.a.Chunk(w.ctx, room.Ref, "one", n)
		w.is(err, rooms.ErrNoChunk)
	}
	w.holds(w.a, room, "two", two)
	w.ok(w.b.DeleteBlob(w.ctx, room.Ref, "one", 3))
}

func testChunksEnd(w *world) {
	ends := []func(rooms.Room){
		func(room rooms.Room) { w.ok(w.b.Destroy(w.ctx, room.Ref, newSeat("A", "ann"))) },
		func(room rooms.Room) {
			room, err := w.b.Shorten(w.ctx, room.Ref, newSeat("A", "ann"), shortTTL)
			w.ok(err)
			w.wait(room.Deadline)
			_, err = w.a.Reap(w.ctx, room.Ref)
			w.ok(err)
		},
	}
	for i, end := range ends {
		room := w.light(rooms.Lighting{})
		w.put(room, fmt.Sprint("blob ", i), rooms.ChunkSize+1)
		w.there(w.name)
		end(room)
		w.clean(w.name)
		n, err := w.a.Remains(w.ctx, room.Ref)
		w.ok(err)
		if n != 0 {
			w.Errorf("%d things remain of the room", n)
		}
	}
}
