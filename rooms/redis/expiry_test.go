package redis

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

func TestEveryKeyAlwaysExpiresAtTheDeadline(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	until(t, "the self-check leaves nothing", func() bool { return len(server.Keys()) == 0 })

	room, err := s.Light(t.Context(), rooms.Lighting{Name: rooms.NewName(), TTL: time.Minute, Seats: 4, History: 2})
	ok(t, err)
	ann, bob := guest("ann"), guest("bob")
	enter := func(seat rooms.Seat) error {
		_, err := s.Enter(t.Context(), room.Name, seat, time.Hour, 0)
		return err
	}
	post := func() error {
		_, err := s.Append(t.Context(), room.Ref, ann, rooms.Words{ID: "id", Text: "text"})
		return err
	}
	beat := func() error {
		_, err := s.Beat(t.Context(), room.Ref, "elsewhere", time.Hour, rooms.Known{})
		return err
	}
	seen := map[string]bool{}
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"light", func() error { return nil }},
		{"beat in an empty room", beat},
		{"enter", func() error { return enter(ann) }},
		{"enter beside another", func() error { return enter(bob) }},
		{"append", post},
		{"append again", post},
		{"append over the bound", post},
		{"rename", func() error { return s.Rename(t.Context(), room.Ref, bob, "eve") }},
		{"leave", func() error { return s.Leave(t.Context(), room.Ref, bob) }},
		{"leave empty", func() error { return s.Leave(t.Context(), room.Ref, ann) }},
		{"enter the emptied room", func() error { return enter(ann) }},
		{"append after coming back", post},
		{"shorten", func() error {
			_, err := s.Shorten(t.Context(), room.Ref, ann, 30*time.Second)
			return err
		}},
		{"beat after it", beat},
		{"append after it", post},
		{"reveal", func() error {
			said := rooms.Words{ID: rand.Text(), Text: "burns", Burn: time.Minute}
			if _, err := s.Append(t.Context(), room.Ref, ann, said); err != nil {
				return err
			}
			_, err := s.Reveal(t.Context(), room.Ref, bob, rooms.Event{From: ann}.Say(said), said.Burn)
			return err
		}},
		{"take back", func() error {
			events, err := s.Since(t.Context(), room.Ref, 0)
			if err == nil {
				_, err = s.Unsay(t.Context(), room.Ref, events[len(events)-1])
			}
			return err
		}},
		{"take back what is not there", func() error {
			_, err := s.Unsay(t.Context(), room.Ref, rooms.Event{ID: rand.Text()})
			return err
		}},
		{"beat after that", beat},
		{"put a chunk", func() error { return s.PutChunk(t.Context(), room.Ref, "blob", 0, []byte("bytes")) }},
		{"make it a file", func() error {
			return s.AddFile(t.Context(), room.Ref, rooms.File{Name: "report", Blob: "blob", Size: 5}, 100)
		}},
		{"offer it", func() error { return s.Offer(t.Context(), room.Ref, rooms.Drop{Blob: "blob", Size: 5}) }},
		{"claim it", func() error {
			_, err := s.Claim(t.Context(), room.Ref, "claim", time.Hour)
			return err
		}},
		{"shorten again", func() error {
			_, err := s.Shorten(t.Context(), room.Ref, ann, 20*time.Second)
			return err
		}},
	} {
		ok(t, step.do())
		deadline, err := server.Client().HGet(t.Context(), s.codec.keys(room.Name)[0], "dl").Int64()
		ok(t, err)
		for _, key := range server.Keys() {
			seen[key] = true
			at, err := server.Client().PExpireTime(t.Context(), key).Result()
			ok(t, err)
			expires := at.Milliseconds()
			if key == dueKey {
				if expires < deadline {
					t.Errorf("after %s: the index expires %d ms before the room", step.name, deadline-expires)
				}
			} else if expires != deadline {
				t.Errorf("after %s: key %s expires at %d, the room at %d", step.name, key[len(key)-1:], expires, deadline)
			}
		}
	}
	if len(seen) != 9 {
		t.Errorf("keys seen are %v, want eight of the room and the index", seen)
	}
	deadline, err := server.Client().HGet(t.Context(), s.codec.keys(room.Name)[0], "dl").Int64()
	ok(t, err)
	ok(t, s.Take(t.Context(), room.Ref, "claim", ann))
	at, err := server.Client().PExpireTime(t.Context(), s.codec.keys(room.Name)[takenAt]).Result()
	ok(t, err)
	if at.Milliseconds() != deadline {
		t.Errorf("what tells of the taking expires at %d, the room at %d", at.Milliseconds(), deadline)
	}
	if n := size(t, server); n != 2 {
		t.Errorf("%d keys are left, want that one and the index", n)
	}
}

// size returns the number of keys on the server, expired or not.
func size(t *testing.T, server *redistest.Server) int64 {
	t.Helper()
	n, err := server.Client().DBSize(t.Context()).Result()
	ok(t, err)
	return n
}

func TestTheJanitorSweepsUnusedRooms(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	lazy(t, server)
	const many = 3 * sweepBatch
	const burns = 8 * time.Second // longer than it takes to light them all
	s := open(t, server.URL())
	for i := range many {
		room, err := s.Light(t.Context(), rooms.Lighting{Name: rooms.NewName(), TTL: burns, Seats: 1, History: 1})
		ok(t, err)
		if i%8 == 0 {
			_, err := s.Enter(t.Context(), room.Name, guest("ann"), time.Hour, 0)
			ok(t, err)
		}
	}
	if n := size(t, server); n < many {
		t.Fatalf("%d keys, want more than %d", n, many)
	}
	until(t, "all rooms are swept", func() bool { return size(t, server) == 0 })
}

func TestADeadServersRoomExpiresOnTimeAndAnotherSweepsIt(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	lazy(t, server)
	s, err := Open(t.Context(), Config{URLs: server.URL(), Sealer: sealer})
	ok(t, err)
	room, ann := lit(t, s, 500*time.Millisecond, 10)
	say(t, s, room.Ref, ann, "hi")
	ok(t, s.Close())

	keys := s.codec.keys(room.Name)[:channelAt]
	deadline, err := server.Client().HGet(t.Context(), keys[0], "dl").Int64()
	ok(t, err)
	until(t, "the deadline passes", func() bool {
		now, err := server.Client().Time(t.Context()).Result()
		ok(t, err)
		n, err := server.Client().Exists(t.Context(), keys...).Result()
		ok(t, err)
		late := now.UnixMilli() >= deadline
		if late && n == 0 {
			return true
		}
		if n == 0 {
			after, err := server.Client().Time(t.Context()).Result()
			ok(t, err)
			if after.UnixMilli() < deadline {
				t.Error("the room is gone before its deadline")
			}
		}
		return false
	})
	// Redis has not deleted the keys; another server does.
	other := open(t, server.URL())
	until(t, "all rooms are swept", func() bool { return size(t, server) == 0 })
	_, err = other.Find(t.Context(), room.Name)
	is(t, err, rooms.ErrNoRoom)
}

func TestASweepSparesRoomsThatStillBurn(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, ann := lit(t, s, time.Minute, 10)
	// As on a Cluster, if the clock of the index' node is fast.
	z, err := server.Client().ZScore(t.Context(), dueKey, s.entry(room.Ref)).Result()
	ok(t, err)
	ok(t, server.Client().Do(t.Context(), "ZADD", dueKey, "XX", 1, s.entry(room.Ref)).Err())
	until(t, "the entry is corrected", func() bool {
		now, err := server.Client().ZScore(t.Context(), dueKey, s.entry(room.Ref)).Result()
		ok(t, err)
		return now > z-1000 && now < z+1000
	})
	say(t, s, room.Ref, ann, "still here")
	// An entry of an earlier room of the same name does this one no harm.
	old := rooms.Ref{Name: room.Name, Epoch: "before"}
	ok(t, server.Client().Do(t.Context(), "ZADD", dueKey, 1, s.entry(old)).Err())
	until(t, "the old entry is gone", func() bool {
		n, err := server.Client().ZCard(t.Context(), dueKey).Result()
		ok(t, err)
		return n == 1
	})
	say(t, s, room.Ref, ann, "still here")
}

func TestARefusedLightDoesNotChangeTheIndex(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, _ := lit(t, s, time.Minute, 10)
	_, err := s.Light(t.Context(), rooms.Lighting{Name: room.Name, TTL: time.Hour, Seats: 1, History: 1})
	is(t, err, rooms.ErrBurning)
	entries, err := server.Client().ZRange(t.Context(), dueKey, 0, -1).Result()
	ok(t, err)
	if len(entries) != 1 || entries[0] != s.entry(room.Ref) {
		t.Errorf("the index holds %q", entries)
	}
}

func TestPlacesOfExpiredLeasesAreFree(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, err := s.Light(t.Context(), rooms.Lighting{Name: rooms.NewName(), TTL: time.Minute, Seats: 3, History: 1})
	ok(t, err)
	for i := range 3 {
		_, err := s.Enter(t.Context(), room.Name, guest("dead"+strconv.Itoa(i)), time.Millisecond, 0)
		ok(t, err)
	}
	until(t, "their places are free", func() bool {
		_, err := s.Enter(t.Context(), room.Name, guest("ann"), time.Hour, 0)
		if err != nil && !errors.Is(err, rooms.ErrFull) {
			t.Fatal(err)
		}
		return err == nil
	})
	pulse, err := s.Beat(t.Context(), room.Ref, "onlooker", time.Hour, rooms.Known{})
	ok(t, err)
	if len(pulse.Roster) != 1 || pulse.Roster[0].Alias != "ann" {
		t.Errorf("roster is %+v", pulse.Roster)
	}
}

// The deadline may pass while a script runs: the room is complete until the
// script ends, and gone after it. In Redis 7 TIME advances within a script; in
// Redis 8 and in Valkey it does not, so the script never sees the deadline pass.
func TestTheDeadlineMayPassWhileAScriptRuns(t *testing.T) {
	t.Parallel()
	const ttl = 300 * time.Millisecond
	server := redistest.Start(t)
	s := open(t, server.URL())
	passes := timePasses(t, server)
	room, err := s.Light(t.Context(), rooms.Lighting{Name: rooms.NewName(), TTL: ttl, Seats: 1, History: 1})
	ok(t, err)
	late := newScript("late", bounds+luaSource("core")+luaSource("fuses")+luaSource("room")+`
local epoch, deadline = burning('')
if not epoch then return redis.error_reply('the script came too late') end
`+busy(ttl)+`
local time = redis.call('TIME')
local after = time[1] * 1000 + math.floor(time[2] / 1000)
touch()
return {after > deadline and 1 or 0, redis.call('EXISTS', META), redis.call('HINCRBY', META, 'pv', 1) > 0 and redis.call('PTTL', META)}`)
	r, err := s.run(t.Context(), late, s.codec.keys(room.Name))
	ok(t, err)
	came, there, left := r.int(), r.int(), r.int()
	ok(t, r.err())
	if passes != (came == 1) {
		t.Errorf("time passes within scripts: %v; the deadline came: %d", passes, came)
	}
	if there != 1 || left == -1 {
		t.Errorf("the hash exists: %d; it expires in %d ms", there, left)
	}
	if !passes && (left <= 0 || left > int(ttl.Milliseconds())) {
		t.Errorf("TIME does not advance, and %d ms are left", left)
	}
	n, err := server.Client().Exists(t.Context(), s.codec.keys(room.Name)[:channelAt]...).Result()
	ok(t, err)
	if n != 0 {
		t.Errorf("%d keys remain after the script", n)
	}
}

// timePasses reports whether TIME advances within a script on this server.
func timePasses(t *testing.T, server *redistest.Server) bool {
	t.Helper()
	moved, err := server.Client().Eval(t.Context(), `
local before = redis.call('TIME')
`+busy(20*time.Millisecond)+`
local after = redis.call('TIME')
return (before[1] ~= after[1] or before[2] ~= after[2]) and 1 or 0`, nil).Int()
	ok(t, err)
	return moved == 1
}

// busy returns Lua code that computes for d of processor time, which is at least
// d of real time. Where scripts cannot read the processor's clock, TIME advances
// within scripts.
func busy(d time.Duration) string {
	return fmt.Sprintf(`
do
  local known, clock = pcall(function() return os.clock end)
  if not known then
    clock = function()
      local time = redis.call('TIME')
      return time[1] + time[2] / 1000000
    end
  end
  local began = clock()
  repeat until clock() - began > %f
end`, d.Seconds())
}
