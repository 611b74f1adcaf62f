package redis

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

// The server that revealed the message is gone, and nobody is in the room:
// another server, which does not know the room, removes the text from Redis.
func TestABurnedMessageIsReplacedThoughItsServerIsGone(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, ann := lit(t, s, time.Minute, 10)
	list := s.codec.keys(room.Name)[1]
	said := rooms.Words{ID: "one", Text: rooms.Text(strings.Repeat("burns ", 50)), Burn: time.Second}
	_, err := s.Append(t.Context(), room.Ref, ann, said)
	ok(t, err)
	say(t, s, room.Ref, ann, "stays")
	before, err := server.Client().LRange(t.Context(), list, 0, -1).Result()
	ok(t, err)
	sealed := before[0][len(before[0])-300:]
	_, err = s.Reveal(t.Context(), room.Ref, rooms.Seat{}, rooms.Event{}.Say(said), time.Second)
	ok(t, err)
	lit, err := server.Client().LIndex(t.Context(), list, 0).Result()
	ok(t, err)
	if !strings.HasSuffix(lit, sealed) {
		t.Error("the text is gone too early, or this test cannot see it")
	}
	ok(t, s.Close())

	other := open(t, server.URL())
	var after []string
	until(t, "the text is gone from Redis", func() bool {
		after, err = server.Client().LRange(t.Context(), list, 0, -1).Result()
		ok(t, err)
		return !strings.Contains(strings.Join(after, ""), sealed[:100])
	})
	if len(after) != 2 || after[1] != before[1] || !strings.HasPrefix(after[0], "c1:") || len(after[0]) > len(before[0])-200 {
		t.Errorf("the history is %q", after)
	}
	// The room is still swept at its own deadline.
	events, err := other.Since(t.Context(), room.Ref, 0)
	ok(t, err)
	if len(events) != 2 || !events[0].Burnt {
		t.Errorf("history is %+v", events)
	}
	until(t, "the room is due at its own deadline", func() bool {
		due, err := server.Client().ZScore(t.Context(), dueKey, other.entry(room.Ref)).Result()
		ok(t, err)
		return time.Until(time.UnixMilli(int64(due))) > 30*time.Second
	})
}

// Shortening the room does not delay the end of a message that burns earlier.
func TestShorteningKeepsTheEndOfABurningMessage(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, ann := lit(t, s, time.Hour, 10)
	said := rooms.Words{ID: "one", Text: "burns", Burn: time.Minute}
	_, err := s.Append(t.Context(), room.Ref, ann, said)
	ok(t, err)
	_, err = s.Reveal(t.Context(), room.Ref, rooms.Seat{}, rooms.Event{}.Say(said), time.Minute)
	ok(t, err)
	_, err = s.Shorten(t.Context(), room.Ref, ann, 30*time.Minute)
	ok(t, err)
	due, err := server.Client().ZScore(t.Context(), dueKey, s.entry(room.Ref)).Result()
	ok(t, err)
	if left := time.Until(time.UnixMilli(int64(due))); left > 2*time.Minute {
		t.Errorf("the message is due in %v", left)
	}
}

func TestMessagesBurnAndAreTakenBackWhenMemoryIsFull(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, ann := lit(t, s, time.Minute, 10)
	said := rooms.Words{ID: "one", Text: "burns", Burn: time.Second}
	_, err := s.Append(t.Context(), room.Ref, ann, said)
	ok(t, err)
	say(t, s, room.Ref, ann, "taken back")
	before, err := s.Since(t.Context(), room.Ref, 0)
	ok(t, err)
	ok(t, server.Client().ConfigSet(t.Context(), "maxmemory", "1").Err())
	_, err = s.Reveal(t.Context(), room.Ref, guest("bob"), rooms.Event{}.Say(said), 0)
	ok(t, err)
	_, err = s.Unsay(t.Context(), room.Ref, before[1])
	ok(t, err)
	_, err = s.Unsay(t.Context(), room.Ref, rooms.Event{ID: "lost"})
	ok(t, err)
	events, err := s.Since(t.Context(), room.Ref, 0)
	ok(t, err)
	if len(events) != 2 || !events[0].Burnt || !events[1].Unsaid || events[1].Text != "" {
		t.Errorf("history is %+v", events)
	}
}

// However many messages are revealed, the fuses are bounded as the history is.
func TestAFuseIsRemovedWithItsMessage(t *testing.T) {
	t.Parallel()
	const history = 4
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, ann := lit(t, s, time.Hour, history)
	fuses := s.codec.keys(room.Name)[6]
	count := func() int64 {
		n, err := server.Client().HLen(t.Context(), fuses).Result()
		ok(t, err)
		return n
	}
	for i := range 3 * history {
		said := rooms.Words{ID: strconv.Itoa(i), Text: "burns", Burn: time.Minute}
		_, err := s.Append(t.Context(), room.Ref, ann, said)
		ok(t, err)
		_, err = s.Reveal(t.Context(), room.Ref, rooms.Seat{}, rooms.Event{}.Say(said), time.Minute)
		ok(t, err)
		if n, want := count(), int64(min(i+1, history)); n != want {
			t.Fatalf("after %d messages there are %d fuses, want %d", i+1, n, want)
		}
	}
	events, err := s.Since(t.Context(), room.Ref, 0)
	ok(t, err)
	for _, e := range events {
		if left := time.Until(e.Deadline); left <= 0 || left > time.Minute {
			t.Errorf("message %d burns in %v", e.Seq, left)
		}
	}
	for range history {
		say(t, s, room.Ref, ann, "stays")
	}
	if n := count(); n != 0 {
		t.Errorf("%d fuses are left", n)
	}
}
