package redis

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

// offered puts a blob of some chunks into a room, and offers it.
func offered(t *testing.T, s *Store, ref rooms.Ref, blob string, chunks int) {
	t.Helper()
	for n := range chunks {
		ok(t, s.PutChunk(t.Context(), ref, blob, n, []byte(blob+strings.Repeat("x", n))))
	}
	ok(t, s.Offer(t.Context(), ref, rooms.Drop{Blob: blob, Size: 1}))
}

// An attacker who can write to Redis can copy a chunk, and make no other of it.
func TestACopiedChunkIsNoOtherChunk(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, ann := lit(t, s, time.Minute, 10)
	say(t, s, room.Ref, ann, "hi")
	offered(t, s, room.Ref, "one", 3)
	ok(t, s.PutChunk(t.Context(), room.Ref, "two", 0, []byte("another blob")))
	other, _ := lit(t, s, time.Minute, 10)
	offered(t, s, other.Ref, "one", 1)
	ok(t, s.Destroy(t.Context(), other.Ref, ann))
	again, err := s.Light(t.Context(), rooms.Lighting{Name: other.Name, TTL: time.Minute, Seats: 1, History: 1})
	ok(t, err)
	ok(t, s.PutChunk(t.Context(), again.Ref, "one", 0, []byte("one")))

	c, keys := server.Client(), s.codec.keys(room.Name)
	chunk := func(ref rooms.Ref, blob string, n int) string {
		t.Helper()
		v, err := c.HGet(t.Context(), s.codec.keys(ref.Name)[7], s.chunkField(ref, blob, n)).Result()
		ok(t, err)
		return v
	}
	genuine := chunk(room.Ref, "one", 1)
	drop, err := c.HGet(t.Context(), keys[0], "drop").Result()
	ok(t, err)
	message := parsed(t, c.LIndex(t.Context(), keys[1], 0).Val()).envelope
	flipped := []byte(genuine)
	flipped[len(flipped)-1] ^= 1
	for what, forged := range map[string]string{
		"the chunk before it":        chunk(room.Ref, "one", 0),
		"the chunk after it":         chunk(room.Ref, "one", 2),
		"a chunk of another blob":    chunk(room.Ref, "two", 0),
		"a chunk of another room":    chunk(again.Ref, "one", 0),
		"the envelope of the drop":   drop,
		"the envelope of a message":  message,
		"a part of it":               genuine[:len(genuine)-64],
		"more than it":               genuine + genuine,
		"another byte":               string(flipped),
		"nothing at all":             "",
		"a text that nobody sealed ": "one",
	} {
		ok(t, c.HSet(t.Context(), keys[7], s.chunkField(room.Ref, "one", 1), forged).Err())
		if data, err := s.Chunk(t.Context(), room.Ref, "one", 1); err == nil {
			t.Errorf("%s is read as %q", what, data)
		} else {
			is(t, err, rooms.ErrNoChunk)
		}
	}
	ok(t, c.HSet(t.Context(), keys[7], s.chunkField(room.Ref, "one", 1), genuine).Err())
	if data, err := s.Chunk(t.Context(), room.Ref, "one", 1); err != nil || string(data) != "onex" {
		t.Errorf("the chunk itself is %q, %v", data, err)
	}
}

// Nobody without the secret offers anything, or says that something was taken.
func TestAForgedDropIsNone(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	c := server.Client()
	first, ann := lit(t, s, time.Minute, 10)
	offered(t, s, first.Ref, "one", 1)
	second, _ := lit(t, s, time.Minute, 10)
	drop, err := c.HGet(t.Context(), s.codec.keys(first.Name)[0], "drop").Result()
	ok(t, err)
	keys := s.codec.keys(second.Name)
	for _, forged := range []string{drop, "", "garbage"} {
		ok(t, c.HSet(t.Context(), keys[0], "drop", forged).Err())
		room, err := s.Find(t.Context(), second.Name)
		ok(t, err)
		if room.Drop != nil {
			t.Errorf("%d bytes of Redis pass for the drop %+v", len(forged), room.Drop)
		}
		_, err = s.Claim(t.Context(), second.Ref, "mine", time.Minute)
		is(t, err, rooms.ErrSealed)
	}

	_, err = s.Claim(t.Context(), first.Ref, "mine", time.Minute)
	ok(t, err)
	ok(t, s.Take(t.Context(), first.Ref, "mine", ann))
	taken, err := c.HGet(t.Context(), s.codec.keys(first.Name)[takenAt], "taken").Result()
	ok(t, err)
	for _, epoch := range []string{first.Epoch, second.Epoch} {
		ok(t, c.HSet(t.Context(), keys[takenAt], "ep", epoch, "taken", taken).Err())
		_, err = s.Taking(t.Context(), second.Name)
		is(t, err, rooms.ErrNoRoom)
	}
	// Whoever has lost a reply is not told that they took it, as the claim is sealed.
	is(t, s.Take(t.Context(), first.Ref, "another", ann), rooms.ErrNoRoom)
}

// Whoever was told that a drop was taken hands it out to nobody else, whatever Redis
// brings back.
func TestNoServerThatWasToldHandsADropOutAgain(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, other := open(t, server.URL()), open(t, server.URL())
	room, ann := lit(t, s, time.Minute, 10)
	offered(t, s, room.Ref, "one", 2)
	c, keys := server.Client(), s.codec.keys(room.Name)
	dumps := map[string]string{}
	for _, key := range keys {
		if value, err := c.Dump(t.Context(), key).Result(); err == nil {
			dumps[key] = value
		}
	}
	_, err := s.Claim(t.Context(), room.Ref, "mine", time.Minute)
	ok(t, err)
	ok(t, s.Take(t.Context(), room.Ref, "mine", ann))
	until(t, "the other server is told", func() bool { return other.destroyed(room.Ref) })
	for _, store := range []*Store{other, s} {
		for key, value := range dumps {
			ok(t, c.Restore(t.Context(), key, time.Minute, value).Err())
		}
		_, err = store.Claim(t.Context(), room.Ref, "again", time.Minute)
		is(t, err, rooms.ErrNoRoom)
		_, err = store.Chunk(t.Context(), room.Ref, "one", 0)
		is(t, err, rooms.ErrNoRoom)
		is(t, store.Take(t.Context(), room.Ref, "again", ann), rooms.ErrNoRoom)
		for key := range dumps {
			if n := c.Exists(t.Context(), key).Val(); n > 0 {
				t.Error("a part of the room is still there")
			}
		}
	}
}

// A replica that was behind brings back a drop that was taken, to a server that was not
// told. That one waits before it hands anything out, and by then the server that knows has
// wiped it.
func TestAFailoverThatLostATakingHandsTheDropToNobody(t *testing.T) {
	t.Parallel()
	pair := redistest.StartSentinel(t)
	s := open(t, pair.URL())
	room, ann := lit(t, s, time.Hour, 10)
	offered(t, s, room.Ref, "one", 2)
	pair.Sync() // the replica has the drop
	was := pair.Primary()
	was.HoldReplicas()
	_, err := s.Claim(t.Context(), room.Ref, "mine", time.Minute)
	ok(t, err)
	ok(t, s.Take(t.Context(), room.Ref, "mine", ann))
	late := open(t, pair.URL()) // nothing is announced to it
	is(t, lastClaim(t, late, room.Ref), rooms.ErrNoRoom)
	was.Kill()
	next := pair.AwaitFailover(was)
	if n := next.Client().Exists(t.Context(), s.codec.keys(room.Name)[0]).Val(); n == 0 {
		t.Log("the room was wiped before it could be seen")
	}
	is(t, lastClaim(t, late, room.Ref), rooms.ErrNoRoom)
	until(t, "nothing of the room is left", func() bool {
		n, err := late.Remains(t.Context(), room.Ref)
		return err == nil && n == 0
	})
}

// lastClaim claims a drop until Redis replies, and returns the error.
func lastClaim(t *testing.T, s *Store, ref rooms.Ref) error {
	t.Helper()
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		_, err := s.Claim(ctx, ref, "another", time.Minute)
		cancel()
		if !errors.Is(err, rooms.ErrUnavailable) && !errors.Is(err, rooms.ErrUnknown) {
			return err
		}
	}
}

// An attacker can take a file away, and bring back what was removed without its bytes.
func TestAForgedFileIsNone(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	c := server.Client()
	room, ann := lit(t, s, time.Minute, 10)
	other, _ := lit(t, s, time.Minute, 10)
	put := func(ref rooms.Ref, name string) (f rooms.File, sealed string) {
		t.Helper()
		f = rooms.File{Name: name, Blob: "blob of " + name, Size: 1, From: ann}
		ok(t, s.PutChunk(t.Context(), ref, f.Blob, 0, []byte("x")))
		ok(t, s.AddFile(t.Context(), ref, f, 100))
		sealed, err := c.HGet(t.Context(), s.codec.keys(ref.Name)[filesAt], s.codec.tag(ref, taggedFile, name)).Result()
		ok(t, err)
		return f, sealed
	}
	_, genuine := put(room.Ref, "report")
	notes, removed := put(room.Ref, "notes")
	_, foreign := put(other.Ref, "foreign")
	ok(t, s.RemoveFile(t.Context(), room.Ref, ann, notes))
	key := s.codec.keys(room.Name)[filesAt]
	for what, forged := range map[string]string{"another room's": foreign, "garbage": "garbage", "nothing": "", "the same once more": genuine} {
		ok(t, c.HSet(t.Context(), key, "forged", forged).Err())
		if all, err := s.Files(t.Context(), room.Ref); err != nil || len(all) != 1 || all[0].Name != "report" {
			t.Errorf("%s: the files are %+v, %v", what, all, err)
		}
	}
	ok(t, c.HSet(t.Context(), key, "forged", removed).Err())
	if _, err := s.Chunk(t.Context(), room.Ref, notes.Blob, 0); !errors.Is(err, rooms.ErrNoChunk) {
		t.Errorf("what was removed is read again: %v", err)
	}
}
