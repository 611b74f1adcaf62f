package redis

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"wick/keys"
	"wick/rooms"
	"wick/rooms/redis/redistest"
)

func TestRedisHoldsNothingReadable(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	stop := server.Monitor()

	name, err := rooms.ParseName("secret-meeting")
	ok(t, err)
	room, err := s.Light(t.Context(), rooms.Lighting{Name: name, TTL: time.Minute, Seats: 4, History: 10, Owner: "identity-of-owner", Key: "key-of-owner"})
	ok(t, err)
	ann := rooms.Seat{ID: "4JTWYQ", Node: "K7PXMD", Alias: "annabella", Identity: "identity-of-ann"}
	bob := rooms.Seat{ID: "9WQZRB", Node: "H2VNCS", Alias: "bobadilla", Identity: "identity-of-bob"}
	feed, err := s.Watch(t.Context(), name)
	ok(t, err)
	defer feed.Close()
	for _, seat := range []rooms.Seat{ann, bob} {
		_, err = s.Enter(t.Context(), name, seat, time.Hour, 0)
		ok(t, err)
	}
	_, err = s.Append(t.Context(), room.Ref, ann, rooms.Words{ID: "message-id-1", Text: "the eagle has landed"})
	ok(t, err)
	ok(t, s.Rename(t.Context(), room.Ref, bob, "carolina"))
	direct := rooms.Words{ID: "message-id-3", Text: "eagle eyes only", To: bob.Identity, ToAlias: bob.Alias, Burn: time.Minute}
	_, err = s.Append(t.Context(), room.Ref, ann, direct)
	ok(t, err)
	_, err = s.Reveal(t.Context(), room.Ref, bob, rooms.Event{}.Say(direct), time.Minute)
	ok(t, err)
	unsaid := rooms.Words{ID: "message-id-4", Text: "eagle owl", To: bob.Identity, ToAlias: bob.Alias}
	_, err = s.Append(t.Context(), room.Ref, ann, unsaid)
	ok(t, err)
	_, err = s.Unsay(t.Context(), room.Ref, rooms.Event{From: ann}.Say(unsaid))
	ok(t, err)
	ok(t, s.Typing(t.Context(), room.Ref, bob))
	ok(t, s.Probe(t.Context(), room.Ref, bob))
	ok(t, s.Answer(t.Context(), room.Ref, bob))
	_, err = s.Append(t.Context(), room.Ref, bob, rooms.Words{ID: "message-id-2", Text: rooms.Text(strings.Repeat("eagle ", 100))})
	ok(t, err)
	_, err = s.Beat(t.Context(), room.Ref, ann.Node, time.Hour, rooms.Known{})
	ok(t, err)
	_, err = s.Since(t.Context(), room.Ref, 0)
	ok(t, err)
	_, err = s.Shorten(t.Context(), room.Ref, ann, 30*time.Second)
	ok(t, err)
	ok(t, s.PutChunk(t.Context(), room.Ref, "message-id-blob", 0, []byte("the eagle's egg")))
	ok(t, s.Offer(t.Context(), room.Ref, rooms.Drop{Blob: "message-id-blob", Size: 15, From: ann, For: bob.Identity}))
	ok(t, s.AddFile(t.Context(), room.Ref, rooms.File{Name: "eagle.pdf", Blob: "message-id-blob", Size: 15, From: ann}, 100))
	ok(t, s.AddFile(t.Context(), room.Ref, rooms.File{Name: "eagles.pdf", Blob: "message-id-gone", Size: 15, From: ann}, 100))
	ok(t, s.RemoveFile(t.Context(), room.Ref, bob, rooms.File{Name: "eagles.pdf", Blob: "message-id-gone", Size: 15}))
	_, err = s.Claim(t.Context(), room.Ref, "message-id-claim", time.Minute)
	ok(t, err)
	_, err = s.Chunk(t.Context(), room.Ref, "message-id-blob", 0)
	ok(t, err)

	var held strings.Builder
	hold := func() {
		t.Helper()
		for _, key := range server.Keys() {
			held.WriteString(key + "\n")
			c := server.Client()
			switch kind := c.Type(t.Context(), key).Val(); kind {
			case "hash":
				fmt.Fprintln(&held, c.HGetAll(t.Context(), key).Val())
			case "list":
				fmt.Fprintln(&held, c.LRange(t.Context(), key, 0, -1).Val())
			case "zset":
				fmt.Fprintln(&held, c.ZRange(t.Context(), key, 0, -1).Val())
			default:
				t.Errorf("a key is a %s", kind)
			}
			held.WriteString(c.Dump(t.Context(), key).Val())
		}
	}
	hold()
	ok(t, s.Leave(t.Context(), room.Ref, bob))
	ok(t, s.Take(t.Context(), room.Ref, "message-id-claim", ann))
	_, err = s.Taking(t.Context(), name)
	ok(t, err)
	hold()
	commands := stop()

	// Words that Redis may see show that this test looks in the right place.
	for _, seen := range []struct{ where, text, word string }{
		{"what Redis holds", held.String(), room.Epoch},
		{"what Redis holds", held.String(), "K7PXMD"},
		{"the commands", commands, "PUBLISH"},
		{"the commands", commands, "evalsha"},
		{"the commands", commands, s.codec.sealer.RoomKey(name.String())},
	} {
		if !strings.Contains(seen.text, seen.word) {
			t.Errorf("%q is not in %s", seen.word, seen.where)
		}
	}
	for _, word := range []string{"secret", "meeting", "anna", "boba", "carol", "identity-of", "message-id", "eagle", "landed"} {
		if strings.Contains(strings.ToLower(held.String()), word) {
			t.Errorf("Redis holds %q", word)
		}
		if strings.Contains(strings.ToLower(commands), word) {
			t.Errorf("the commands contain %q", word)
		}
	}
}

// foreign is a sealer that derives names from one secret and seals with another.
type foreign struct {
	*keys.Sealer
	own *keys.Sealer
}

func (f foreign) Seal(room, epoch, kind string, plain []byte) []byte {
	return f.own.Seal(room, epoch, kind, plain)
}

func (f foreign) Open(room, epoch, kind string, sealed []byte) ([]byte, error) {
	return f.own.Open(room, epoch, kind, sealed)
}

func TestAStoreWithAnotherSecretOpensNothing(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, ann := lit(t, s, time.Minute, 10)
	say(t, s, room.Ref, ann, "hi")

	stranger, err := Open(t.Context(), Config{URLs: server.URL(), Sealer: foreign{sealer, keys.NewSealer(keys.NewSecret())}})
	ok(t, err)
	defer stranger.Close()
	feed, err := stranger.Watch(t.Context(), room.Name)
	ok(t, err)
	defer feed.Close()
	_, err = stranger.Find(t.Context(), room.Name)
	is(t, err, rooms.ErrSealed)
	_, err = stranger.Enter(t.Context(), room.Name, guest("eve"), time.Hour, 0)
	is(t, err, rooms.ErrSealed)
	events, err := stranger.Since(t.Context(), room.Ref, 0)
	ok(t, err)
	if len(events) != 1 || events[0] != (rooms.Event{Kind: rooms.Unreadable, Epoch: room.Epoch, Seq: 1, Time: events[0].Time}) {
		t.Errorf("the history is %+v", events)
	}
	_, err = stranger.Beat(t.Context(), room.Ref, "node", time.Hour, rooms.Known{})
	is(t, err, rooms.ErrSealed)
	say(t, s, room.Ref, ann, "there")
	// A token published later on the same connection has arrived, so the message
	// has arrived, too.
	again, err := stranger.Watch(t.Context(), room.Name)
	ok(t, err)
	again.Close()
	if events, gap := feed.Take(); len(events) > 0 || gap {
		t.Errorf("the feed holds %+v, gap %v", events, gap)
	}

	// With another secret for names as well, the room is not found.
	other, err := Open(t.Context(), Config{URLs: server.URL(), Sealer: keys.NewSealer(keys.NewSecret())})
	ok(t, err)
	defer other.Close()
	_, err = other.Find(t.Context(), room.Name)
	is(t, err, rooms.ErrNoRoom)
}

func TestADamagedMessageIsUnreadable(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, ann := lit(t, s, time.Minute, 10)
	say(t, s, room.Ref, ann, "hi")
	list := s.codec.keys(room.Name)[1]
	entry, err := server.Client().LIndex(t.Context(), list, 0).Result()
	ok(t, err)
	flipped := []byte(entry)
	flipped[len(flipped)-1] ^= 1
	for _, bad := range []string{string(flipped), "x" + entry[1:], entry[:len(entry)/2], "m", "", "m1:" + room.Epoch + ":1:99999999:x"} {
		ok(t, server.Client().LSet(t.Context(), list, 0, bad).Err())
		events, err := s.Since(t.Context(), room.Ref, 0)
		ok(t, err)
		if len(events) != 1 || events[0] != (rooms.Event{Kind: rooms.Unreadable, Epoch: room.Epoch, Seq: 1, Time: events[0].Time}) {
			t.Errorf("%q is read as %+v", bad, events)
		}
		// Only this message is missing; people can enter.
		entry, err := s.Enter(t.Context(), room.Name, ann, time.Hour, 0)
		ok(t, err)
		if len(entry.History) != 1 || entry.History[0].Kind != rooms.Unreadable {
			t.Errorf("entering, %q is read as %+v", bad, entry.History)
		}
	}
	ok(t, server.Client().LSet(t.Context(), list, 0, entry).Err())
	events, err := s.Since(t.Context(), room.Ref, 0)
	ok(t, err)
	if len(events) != 1 || events[0].Text != "hi" {
		t.Errorf("history is %+v", events)
	}
}

func TestOpenWarnsOfRoomsWithAnotherSecret(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	starts := func(sealer rooms.Sealer) string {
		t.Helper()
		var log strings.Builder
		s, err := Open(t.Context(), Config{URLs: server.URL(), Sealer: sealer, Log: slog.New(slog.NewTextHandler(&log, nil))})
		ok(t, err)
		ok(t, s.Close())
		return log.String()
	}
	other := keys.NewSealer(keys.NewSecret())
	if said := starts(other); said != "" {
		t.Errorf("without rooms, the log says %q", said)
	}
	lit(t, open(t, server.URL()), time.Minute, 10)
	if said := starts(sealer); said != "" {
		t.Errorf("with the same secret, the log says %q", said)
	}
	if said := starts(other); strings.Count(said, "\n") != 1 || !strings.Contains(said, "another secret") {
		t.Errorf("with another secret, the log says %q", said)
	}
}
