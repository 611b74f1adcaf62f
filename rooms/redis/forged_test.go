package redis

import (
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

// An attacker who can write to Redis can copy envelopes but not make one; see
// the package comment.
func TestACopiedEnvelopeIsOpenedNowhereElse(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, ann := lit(t, s, time.Minute, 10)
	bob := guest("bob")
	_, err := s.Enter(t.Context(), room.Name, bob, time.Hour, 0)
	ok(t, err)
	say(t, s, room.Ref, ann, "from ann")
	say(t, s, room.Ref, bob, "from bob")
	other, eve := lit(t, s, time.Minute, 10)
	say(t, s, other.Ref, eve, "from eve")
	c, history := server.Client(), s.codec.keys(room.Name)[1]
	held := c.LRange(t.Context(), history, 0, -1).Val()
	foreign := c.LRange(t.Context(), s.codec.keys(other.Name)[1], 0, 0).Val()[0]
	seat := c.HGet(t.Context(), s.codec.keys(room.Name)[2], "s"+ann.ID).Val()
	seat = strings.SplitN(seat, ":", 5)[4]
	first, second := parsed(t, held[0]), parsed(t, held[1])
	for _, forged := range []struct{ what, entry string }{
		{"a message under its number again", written('m', 1, first.epoch, first.clear, first.envelope)},
		{"a message of another room", written('m', 2, first.epoch, second.clear, parsed(t, foreign).envelope)},
		{"a message as what is left of it", written('c', 2, first.epoch, second.clear, second.envelope)},
		{"a seat as a message", written('m', 2, first.epoch, second.clear, seat)},
		{"a message of another burning", written('m', 2, "0000000000000000", second.clear, second.envelope)},
		{"a message twice", written('m', 2, first.epoch, first.clear, first.envelope)},
	} {
		ok(t, c.LSet(t.Context(), history, 1, forged.entry).Err())
		events, err := s.Since(t.Context(), room.Ref, 0)
		ok(t, err)
		if len(events) != 2 || events[0].Text != "from ann" || events[1].Kind != rooms.Unreadable {
			t.Errorf("%s is read as %+v", forged.what, events)
		}
	}
	for _, kind := range []byte("fuplsLUkydowxr") {
		if e, err := s.codec.openEvent(room.Name, written(kind, 3, first.epoch, "", first.envelope)); err == nil {
			t.Errorf("a message published as kind %c is read as %+v", kind, e)
		}
	}
	for _, kind := range []byte("mcfusLUkydowxr") {
		if e, err := s.codec.openEvent(room.Name, written(kind, 3, first.epoch, "", seat)); err == nil {
			t.Errorf("a seat published as kind %c is read as %+v", kind, e)
		}
	}
}

func TestNoServerThatWasToldFindsADestroyedRoom(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, other := open(t, server.URL()), open(t, server.URL())
	room, ann := lit(t, s, time.Minute, 10)
	say(t, s, room.Ref, ann, "hi")
	c, keys := server.Client(), s.codec.keys(room.Name)
	dumps := map[string]string{}
	for _, key := range keys {
		if value, err := c.Dump(t.Context(), key).Result(); err == nil {
			dumps[key] = value
		}
	}
	ok(t, s.Destroy(t.Context(), room.Ref, ann))
	until(t, "the other server is told", func() bool { return other.destroyed(room.Ref) })
	for key, value := range dumps {
		ok(t, c.Restore(t.Context(), key, time.Minute, value).Err())
	}
	for _, store := range []*Store{other, s} {
		_, err := store.Find(t.Context(), room.Name)
		is(t, err, rooms.ErrNoRoom)
	}
	for key := range dumps {
		if n := c.Exists(t.Context(), key).Val(); n > 0 {
			t.Errorf("the room is still there")
		}
	}
}

func parsed(t *testing.T, raw string) entry {
	t.Helper()
	e, err := parseEntry(raw)
	ok(t, err)
	return e
}

func written(kind byte, n uint64, epoch, clear, envelope string) string {
	return string(kind) + number(n) + ":" + epoch + ":" + clear + ":" + envelope
}

// A kick that no server sealed, or that was sealed for another identity, keeps
// the person out but is not reported as a kick.
func TestAForgedKickIsNotReported(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, ann := lit(t, s, time.Hour, 10)
	bob, cid := guest("bob"), guest("cid")
	ok(t, s.Kick(t.Context(), room.Ref, ann, bob))
	_, err := s.Enter(t.Context(), room.Name, bob, time.Hour, 0)
	is(t, err, rooms.ErrKicked)
	door := s.codec.keys(room.Name)[5]
	field := func(who rooms.Seat) string { return "o" + s.codec.identity(room.Ref, who.Identity) }
	bobs, err := server.Client().HGet(t.Context(), door, field(bob)).Result()
	ok(t, err)
	for _, forged := range []string{"k", "kgarbage", bobs} {
		ok(t, server.Client().HSet(t.Context(), door, field(cid), forged).Err())
		_, err := s.Enter(t.Context(), room.Name, cid, time.Hour, 0)
		is(t, err, rooms.ErrUnavailable)
		_, err = s.Knock(t.Context(), room.Name, cid, true)
		is(t, err, rooms.ErrUnavailable)
	}
}

// fuseWith returns a genuine fuse with other values. They are Lua expressions,
// which may refer to the values ends, revealed and burnt of the genuine one. The looks
// stay.
func fuseWith(t *testing.T, client *goredis.Client, genuine, values string) string {
	t.Helper()
	script := "local ends, revealed, burnt, looks = cmsgpack.unpack(ARGV[1]) return cmsgpack.pack(" + values + ", looks)"
	fuse, err := client.Eval(t.Context(), script, nil, genuine).Text()
	ok(t, err)
	return fuse
}

// Whatever an attacker writes to the fuses, no message gets another's text or
// end, and the others stay readable.
func TestAForgedFuseChangesNoOtherMessage(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, client := open(t, server.URL()), server.Client()
	for _, c := range []struct {
		name, field string
		fuse        string // Lua expressions, see fuseWith; or garbage
		unreadable  uint64 // number of the message that is missing afterwards; 0: none
	}{
		{"garbage", "2", "garbage", 0},
		{"an end that is no number", "2", "'x', revealed, burnt", 0},
		{"an end alone", "2", "1", 0},
		{"a number of no message", "9", "1, revealed, burnt", 0},
		{"a field that is no number", "x", "1, revealed, burnt", 0},
		{"garbage instead of a message", "2", "1, revealed, 'x'", 2},
		{"what replaces another message", "2", "1, revealed, burnt", 2},
		{"the revealing as what replaces the message", "2", "1, revealed, revealed", 2},
		{"the revealing of another message", "2", "99999999999999, revealed, burnt", 0},
		{"a revealing that no server sealed", "2", "99999999999999, 'x', burnt", 0},
	} {
		room, ann := lit(t, s, time.Hour, 10)
		ids := []string{"one", "two", "three"}
		for _, id := range ids {
			_, err := s.Append(t.Context(), room.Ref, ann, rooms.Words{ID: id, Text: rooms.Text("text " + id), Burn: time.Minute})
			ok(t, err)
		}
		_, err := s.Reveal(t.Context(), room.Ref, rooms.Seat{}, rooms.Event{}.Say(rooms.Words{ID: "one", Burn: time.Minute}), time.Minute)
		ok(t, err)
		meta, fuses := s.codec.keys(room.Name)[0], s.codec.keys(room.Name)[6]
		fuse := c.fuse
		if fuse != "garbage" {
			fuse = fuseWith(t, client, client.HGet(t.Context(), fuses, "1").Val(), fuse)
		}
		ok(t, client.HSet(t.Context(), fuses, c.field, fuse).Err())
		ok(t, client.HSet(t.Context(), meta, "next", 1).Err())
		for range 2 { // the first finds that a message is due
			events, err := s.Since(t.Context(), room.Ref, 0)
			ok(t, err)
			if len(events) != len(ids) {
				t.Fatalf("%s: %d messages", c.name, len(events))
			}
			for i, e := range events {
				switch {
				case e.Seq == c.unreadable:
					if e.Kind != rooms.Unreadable {
						t.Errorf("%s: message %d is read as %+v", c.name, e.Seq, e)
					}
				case string(e.Text) != "text "+ids[i] || e.Burnt || e.Deadline.IsZero() != (i > 0):
					t.Errorf("%s: message %d is read as %+v", c.name, e.Seq, e)
				}
			}
		}
	}
}
