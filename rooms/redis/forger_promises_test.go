package redis

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"wick/rooms"
)

// dump returns the room's keys and values in Redis.
func (f *forgery) dump() map[string]string {
	all := map[string]string{}
	for _, key := range []string{f.meta, f.history, f.places, f.leases, f.door, f.fuses} {
		if held := f.redis.Dump(f.Context(), key).Val(); held != "" {
			all[key] = held
		}
	}
	return all
}

func (f *forgery) restore(dumped map[string]string) {
	f.Helper()
	for key, held := range dumped {
		f.do("restore", key, 0, held, "replace")
	}
}

// outlive makes Redis keep the room for ever.
func (f *forgery) outlive() {
	f.Helper()
	f.do("hset", f.meta, "dl", "99999999999999")
	for _, key := range []string{f.meta, f.history, f.places, f.leases, f.door, f.fuses} {
		f.do("persist", key)
	}
}

func (f *forgery) wiped() {
	f.Helper()
	until(f.T, "Redis has nothing of the room", func() bool {
		n, err := f.a.Remains(f.Context(), f.room.Ref)
		return err == nil && n == 0
	})
}

func TestForgedPromisesHaveNoEffect(t *testing.T) {
	destroyed := func(f *forgery, outlive bool) {
		dumped := f.dump()
		ok(f, f.ann.Destroy(f.Context()))
		until(f.T, "the room has ended", func() bool { return f.ann.State().End != nil })
		until(f.T, "the other server is told", func() bool { return f.b.destroyed(f.room.Ref) })
		f.restore(dumped)
		if outlive {
			f.outlive()
		}
		f.refused(f.b, "dora", "dora", rooms.ErrNoRoom)
		f.refused(f.a, "dora", "dora", rooms.ErrNoRoom)
		f.wiped()
		f.restore(dumped)
		if outlive {
			f.outlive()
		}
		f.wiped() // though nobody looks for the room
	}
	cleared := func(with ...any) func(f *forgery) {
		return func(f *forgery) {
			ok(f, f.ann.Lock(f.Context(), true))
			until(f.T, "locked", func() bool { return f.bob.State().Room.Locked })
			f.settle()
			f.room.Locked = true
			f.before = noticesOf(f.ann)
			f.do(append([]any{with[0], f.meta}, with[1:]...)...)
			f.refused(f.a, "dora", "dora", rooms.ErrLocked)
			until(f.T, "locked again", func() bool {
				room, err := f.b.Find(f.Context(), f.name())
				return err == nil && room.Locked && room.Lock == f.ann.State().Room.Lock
			})
			f.refused(f.b, "dora", "dora", rooms.ErrLocked)
			until(f.T, "nobody else", func() bool { return aliases(f.ann.State()) == "ann bob" })
			f.holds(noticesOf(f.ann)[len(f.before):]...)
		}
	}
	kicked := func(undo func(f *forgery, field string)) func(f *forgery) {
		return func(f *forgery) {
			eve := f.enter(f.a, "eve", "eve")
			f.captured("p")
			ok(f, f.ann.Kick(f.Context(), eve.State().You))
			until(f.T, "eve is out", func() bool { return eve.State().End != nil })
			f.settle()
			f.before = noticesOf(f.ann)
			undo(f, "o"+f.a.codec.identity(f.room.Ref, "eve"))
			f.refused(f.a, "eve", "eve", rooms.ErrKicked)
			f.unmoved()
			// On server b she may get in until server a, which knows of the
			// kick, sees her.
			m, err := f.b.hub.Enter(f.Context(), f.name(), rooms.Guest{Alias: "eve", Identity: "eve"})
			if err == nil {
				defer m.Leave()
				until(f.T, "eve is out again", func() bool { return m.State().End != nil })
			}
			f.refused(f.b, "eve", "eve", rooms.ErrKicked)
			f.holds()
		}
	}
	forgers(t, map[string]func(f *forgery){
		"destroyed and restored":           func(f *forgery) { destroyed(f, false) },
		"destroyed and restored for ever":  func(f *forgery) { destroyed(f, true) },
		"the deadline moved away":          func(f *forgery) { f.outlive(); f.holds(); f.restored(f.room.Ends) },
		"the lock's fields deleted":        cleared("hdel", "locked", "lockv", "lock"),
		"the lock's state overwritten":     cleared("hset", "locked", "0"),
		"the lock with a later version":    cleared("hset", "locked", "0", "lockv", "99999999999999"),
		"the lock's envelope garbage":      cleared("hset", "locked", "0", "lockv", "99999999999999", "lock", "garbage"),
		"a kick's field deleted":           kicked(func(f *forgery, field string) { f.do("hdel", f.door, field) }),
		"a kick's field and count deleted": kicked(func(f *forgery, field string) { f.do("hdel", f.door, field); f.do("hset", f.meta, "kicks", 0) }),
		"a kick made an admission": kicked(func(f *forgery, field string) {
			all := f.redis.HGetAll(f.Context(), f.door).Val()
			f.do("hset", f.door, field, all["o"+f.a.codec.identity(f.room.Ref, "bob")])
		}),
		"shortened and restored": func(f *forgery) {
			dumped := f.dump()
			ok(f, f.ann.Shorten(f.Context(), time.Minute))
			until(f.T, "shorter", func() bool { return f.bob.Left() <= time.Minute })
			f.settle()
			f.room.Ends, f.before = f.ann.State().Room.Ends, noticesOf(f.ann)
			f.restore(dumped)
			f.outlive()
			f.settle()
			f.restored(f.room.Ends)
			f.do("hset", f.meta, "dl", "99999999999999")
			f.do("hdel", f.meta, "cut")
			f.holds()
			f.restored(f.room.Ends)
		},
		"admission by another's envelope": func(f *forgery) {
			ok(f, f.ann.Lock(f.Context(), true))
			all := f.redis.HGetAll(f.Context(), f.door).Val()
			for _, value := range all {
				if !strings.HasPrefix(value, "y") {
					continue
				}
				f.do("hset", f.door, "o"+f.a.codec.identity(f.room.Ref, "eve"), value)
				f.refused(f.a, "eve", "eve", rooms.ErrLocked)
				f.refused(f.b, "eve", "eve", rooms.ErrLocked)
			}
			f.do("hset", f.door, "o"+f.a.codec.identity(f.room.Ref, "eve"), "y"+f.redis.HGet(f.Context(), f.meta, "lock").Val())
			f.refused(f.b, "eve", "eve", rooms.ErrLocked)
		},
		"old momentary events": func(f *forgery) {
			c, ref, old := f.a.codec, f.room.Ref, time.Now().Add(-3*time.Minute)
			for _, e := range []struct{ kind, sealed string }{{"k", sealedKnocked}, {"y", sealedAdmitted}, {"d", sealedDenied}, {"w", sealedTyping}} {
				f.do("publish", f.channel, e.kind+"0:"+ref.Epoch+"::"+string(c.sealNotice(ref, e.sealed, notice{at: old, by: "ann", seat: guest("eve")})))
			}
			f.publish()
			f.holds()
			if st := f.ann.State(); len(st.Typing) > 0 {
				f.Errorf("%v are writing", st.Typing)
			}
		},
		"what became of files published again": func(f *forgery) {
			file, err := f.ann.PutFile(f.Context(), "file", strings.NewReader("text"), rooms.FileLimits{Each: 10, All: 10})
			ok(f, err)
			put := f.captured("F")
			ok(f, f.bob.RemoveFile(f.Context(), file.Name))
			removed := f.captured("R")
			f.settle()
			f.before = noticesOf(f.ann)
			old := file
			old.Blob, old.Time = "another", time.Now().Add(-3*time.Minute)
			f.publish(put, removed, removed, put, "F0:"+f.room.Epoch+"::"+string(f.a.codec.sealFile(f.room.Ref, sealedFile, old)))
			if n := f.ann.State().Room.Files; n != 0 {
				f.Errorf("there are %d files", n)
			}
			f.holds()
		},
		"a join published again": func(f *forgery) {
			joined := f.captured("p")
			f.follows(joined)
			f.holds()
		},
		"a seat put back after its member left": func(f *forgery) {
			eve := f.enter(f.a, "eve", "eve")
			held := f.redis.HGetAll(f.Context(), f.places).Val()
			eve.Leave()
			until(f.T, "eve left", func() bool { return aliases(f.ann.State()) == "ann bob" })
			f.settle()
			f.before = noticesOf(f.ann)
			for field, value := range held {
				f.do("hset", f.places, field, value)
			}
			f.holds()
		},
		"seats swapped": func(f *forgery) {
			held := f.redis.HGetAll(f.Context(), f.places).Val()
			var seats []string
			for _, field := range slices.Sorted(maps.Keys(held)) {
				if field[0] == 's' {
					seats = append(seats, field)
				}
			}
			f.do("hset", f.places, seats[0], held[seats[1]], seats[1], held[seats[0]])
			f.settle()
			f.say(f.ann, "by ann all the same")
			f.do("hset", f.places, seats[0], held[seats[0]], seats[1], held[seats[1]])
			f.holds()
		},
		"a join published as a leave": func(f *forgery) {
			f.captured("p")
			last := ""
			for _, e := range f.everything() {
				if e[0] == 'p' && strings.Contains(e, f.room.Epoch) {
					last = e
				}
			}
			f.follows("l" + last[1:])
			until(f.T, "bob is back", func() bool { return aliases(f.ann.State()) == "ann bob" })
			f.settle()
			f.holds(noticesOf(f.ann)[len(f.before):]...)
		},
	})
}

// follows publishes the entry as the next change of the roster.
func (f *forgery) follows(entry string) {
	f.Helper()
	version, _ := f.redis.HGet(f.Context(), f.meta, "pv").Int()
	mark := f.redis.HGet(f.Context(), f.meta, "pm").Val()
	parts := strings.SplitN(renumbered(entry, version+1), ":", 4)
	parts[2] = mark + ",00000000"
	f.publish(strings.Join(parts, ":"))
}

// restored waits until Redis has the deadline again.
func (f *forgery) restored(ends time.Time) {
	f.Helper()
	until(f.T, "Redis has the deadline again", func() bool {
		n, _ := f.redis.HGet(f.Context(), f.meta, "dl").Int64()
		return n == ends.UnixMilli()
	})
}
