package redis

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"wick/rooms"
)

func TestAForgedHistoryShowsOnlyGenuineMessages(t *testing.T) {
	forgers(t, map[string]func(f *forgery){
		"two entries swapped": func(f *forgery) {
			e := f.entries()
			f.do("lset", f.history, 1, e[3])
			f.do("lset", f.history, 3, e[1])
			f.holds()
			f.newcomer(2)
		},
		"two entries swapped with their numbers": func(f *forgery) {
			e := f.entries()
			f.do("lset", f.history, 1, renumbered(e[3], 2))
			f.do("lset", f.history, 3, renumbered(e[1], 4))
			f.publish(renumbered(e[3], 2), renumbered(e[1], 4))
			f.holds()
			if lines := f.newcomer(0); lines[1] != f.said[3] || lines[3] != f.said[1] {
				f.Errorf("a newcomer sees %q", lines)
			}
		},
		"an entry copied to the end": func(f *forgery) {
			again := renumbered(f.entries()[1], 7)
			f.do("rpush", f.history, again)
			f.do("hincrby", f.meta, "seq", 1)
			f.publish(again)
			f.settle()
			f.said = append(f.said, "") // the copy has a number, so it counts as missed
			f.say(f.bob, "after it")
			for _, m := range []*rooms.Member{f.ann, f.bob} {
				until(f.T, "the next message", func() bool {
					lines, _ := transcript(m)
					return slices.Contains(lines, "bob: after it")
				})
				lines, missed := transcript(m)
				if missed != 1 || !slices.Equal(lines, slices.DeleteFunc(slices.Clone(f.said), func(s string) bool { return s == "" })) {
					f.Errorf("%s sees %q, %d missed", m.State().You.Alias, lines, missed)
				}
			}
			f.unmoved()
			f.newcomer(1)
		},
		"an entry published again under other numbers": func(f *forgery) {
			e := f.entries()
			f.publish(renumbered(e[1], 7), renumbered(e[2], 8), renumbered(e[3], 99), renumbered(e[4], 1))
			f.holds()
			f.newcomer(0)
		},
		"the newest number raised for a moment": func(f *forgery) {
			f.do("hset", f.meta, "seq", 1000)
			f.settle()
			f.do("hset", f.meta, "seq", 6)
			f.settle()
			f.holds()
			f.newcomer(0)
		},
		"the newest number lowered for a moment": func(f *forgery) {
			f.do("hset", f.meta, "seq", 4)
			f.settle()
			f.do("hset", f.meta, "seq", 6)
			f.holds()
		},
		"garbage for one entry": func(f *forgery) {
			f.do("lset", f.history, 2, "garbage")
			_, from := f.b.asked(f.name())
			f.holds()
			m := f.enter(f.b, "dora", "dora")
			defer m.Leave()
			beats, _ := f.b.asked(f.name())
			until(f.T, "beats", func() bool { n, _ := f.b.asked(f.name()); return n >= beats+10 })
			if lines, missed := transcript(m); missed != 1 || len(lines) != len(f.said)-1 {
				f.Errorf("a newcomer sees %q and %d missed", lines, missed)
			}
			if _, n := f.b.asked(f.name()); n-from > 3 {
				f.Errorf("the history was queried %d times", n-from)
			}
		},
		"garbage for the newest entry": func(f *forgery) {
			f.do("lset", f.history, 5, "garbage")
			f.holds()
			f.newcomer(1)
		},
		"garbage published": func(f *forgery) {
			_, from := f.a.asked(f.name())
			for range 100 {
				f.publish("", "garbage", "m7:"+f.room.Epoch+":x:y", "m9999999:"+f.room.Epoch+":x:y", "p9:"+f.room.Epoch+":a,b:c",
					"L0:"+f.room.Epoch+"::x", "x0:"+f.room.Epoch+"::x", "::::", "m", tokenKind+"x")
			}
			f.holds()
			if _, n := f.a.asked(f.name()); n-from > 3 {
				f.Errorf("the history was queried %d times", n-from)
			}
		},
		"entries published again a thousand times": func(f *forgery) {
			_, from := f.a.asked(f.name())
			for range 100 {
				e := f.entries()
				for i := range e {
					f.do("publish", f.channel, renumbered(e[i], 7+i))
				}
			}
			f.publish()
			f.holds()
			if _, n := f.a.asked(f.name()); n-from > 10 {
				f.Errorf("the history was queried %d times", n-from)
			}
		},
		"another kind for all that was published": func(f *forgery) {
			ok(f, f.ann.Lock(f.Context(), true))
			ok(f, f.ann.Lock(f.Context(), false))
			eve := f.enter(f.a, "eve", "eve")
			ok(f, eve.Typing(f.Context()))
			ok(f, eve.Rename(f.Context(), "eva"))
			eve.Leave()
			f.captured("w")
			until(f.T, "eva has left", func() bool { return aliases(f.ann.State()) == "ann bob" })
			f.settle()
			f.before = noticesOf(f.ann)
			for _, e := range f.everything() {
				for _, kind := range "mcfupsLUkydowxr" {
					if kind != 'p' && e[0] != 'p' && e[0] != 'l' || kind != 'l' { // see forged leaves
						f.do("publish", f.channel, string(kind)+e[1:])
					}
				}
			}
			f.publish()
			f.holds()
		},
		"entries of an earlier room of that name": func(f *forgery) {
			old := f.entries()
			heard := f.everything()
			ok(f, f.a.Destroy(f.Context(), f.room.Ref, rooms.Seat{Alias: "ann"}))
			until(f.T, "the room has ended", func() bool { return f.ann.State().End != nil })
			f.ann.Leave()
			f.bob.Leave()
			next := newForgery(f.T, f.redis, f.a, f.b, f.name(), time.Hour)
			for i, e := range old[:3] {
				f.do("lset", f.history, i, e)
				f.do("lset", f.history, i, strings.Replace(e, f.room.Epoch, next.room.Epoch, 1))
			}
			for _, e := range heard {
				next.publish(e, strings.Replace(e, f.room.Epoch, next.room.Epoch, 1))
			}
			next.holds()
			next.newcomer(3)
		},
		"a burned message put back": func(f *forgery) {
			ok(f, f.ann.Say(f.Context(), "a secret", rooms.Saying{Burn: rooms.MinBurn}))
			until(f.T, "bob has it", func() bool { return f.bob.State().Messages == 7 })
			hidden := f.entries()[6]
			ok(f, revealNumber(f.Context(), f.bob, 7))
			fuses := f.redis.HGetAll(f.Context(), f.fuses).Val()
			carl := f.enter(f.b, "carl", "carl")
			f.do("del", f.fuses) // it burns on the servers nevertheless
			burnt := func(m *rooms.Member) bool {
				for _, e := range m.Since(0).All() {
					if e.Seq == 7 && e.Kind == rooms.Message {
						return e.Burnt && e.Text == ""
					}
				}
				return false
			}
			for _, m := range []*rooms.Member{f.ann, f.bob, carl} {
				until(f.T, "it burned", func() bool { return burnt(m) })
			}
			f.settle()
			f.do("lset", f.history, 6, hidden)
			for field, fuse := range fuses {
				f.do("hset", f.fuses, field, fuseWith(f.T, f.redis, fuse, "99999999999999, revealed, burnt"))
			}
			f.do("hincrby", f.meta, "burns", 1)
			f.publish(hidden, f.captured("f"))
			f.settle()
			f.do("hset", f.meta, "seq", 6) // makes the servers compare the whole history
			f.settle()
			f.do("hset", f.meta, "seq", 7)
			f.settle()
			for _, m := range []*rooms.Member{f.ann, f.bob, carl} {
				if !burnt(m) {
					f.Errorf("%s sees the burned message: %v", m.State().You.Alias, m.Since(0).Events)
				}
				is(f.T, revealNumber(f.Context(), m, 7), rooms.ErrNoneHidden)
			}
		},
	})
}

// revealNumber reveals the message with a number.
func revealNumber(ctx context.Context, m *rooms.Member, seq uint64) error {
	for pos, e := range m.Since(0).All() {
		if e.Kind == rooms.Message && e.Seq == seq {
			return m.Reveal(ctx, pos, nil)
		}
	}
	return rooms.ErrNoneHidden
}
