package redis

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"wick/rooms"
)

// told returns what a member is told of looks and of messages that were taken back.
func told(m *rooms.Member) (all []string) {
	for _, e := range m.Since(0).All() {
		switch e.Kind {
		case rooms.Looked:
			all = append(all, fmt.Sprint(e.From.Alias, " looked at ", e.Seq))
		case rooms.Unsaid:
			all = append(all, fmt.Sprint(e.From.Alias, " took back ", e.Seq))
		}
	}
	return all
}

func TestAForgerNeitherTakesBackNorBringsBack(t *testing.T) {
	// unsay has ann take back what she says, and returns its entry and the one that
	// replaced it.
	unsay := func(f *forgery) (said, unsaid string) {
		ok(f, f.ann.Post(f.Context(), "a secret"))
		until(f.T, "bob has it", func() bool { return f.bob.State().Messages == 7 })
		said = f.entries()[6]
		_, err := f.ann.Unsay(f.Context(), 1)
		ok(f, err)
		unsaid = f.captured("u")
		f.said = append(f.said, "ann: ")
		until(f.T, "bob is told", func() bool { return len(told(f.bob)) == 1 })
		f.before = noticesOf(f.ann)
		return said, unsaid
	}
	forgers(t, map[string]func(f *forgery){
		"put back": func(f *forgery) {
			said, _ := unsay(f)
			carl := f.enter(f.b, "carl", "carl")
			f.do("lset", f.history, 6, said)
			f.do("hincrby", f.meta, "burns", 1)
			f.publish(said)
			// The servers notice that Redis has the text again, and have it replaced.
			until(f.T, "Redis has it no more", func() bool { return strings.HasPrefix(f.entries()[6], "u7:") })
			f.do("hset", f.meta, "seq", 6) // makes the servers compare the whole history
			f.settle()
			f.do("hset", f.meta, "seq", 7)
			f.settle()
			for _, m := range []*rooms.Member{f.ann, f.bob, carl} {
				if lines, missed := transcript(m); !slices.Equal(lines, f.said) || missed > 0 {
					f.Errorf("%s sees %q and %d missed", m.State().You.Alias, lines, missed)
				}
			}
			carl.Leave()
		},
		"published again": func(f *forgery) {
			said, unsaid := unsay(f)
			for n := range 9 {
				f.publish(renumbered(unsaid, n), renumbered(said, n))
			}
			f.holds()
			f.newcomer(0)
		},
		"for another message": func(f *forgery) {
			_, unsaid := unsay(f)
			f.do("lset", f.history, 2, renumbered(unsaid, 3))
			f.publish(renumbered(unsaid, 3))
			f.holds()
			f.newcomer(1) // one of the two is not a message
		},
		"made of what there is": func(f *forgery) {
			for i, e := range f.entries() {
				f.publish("u" + e[1:])
				f.do("lset", f.history, i, "u"+e[1:])
			}
			f.do("hincrby", f.meta, "burns", 1)
			f.holds()
		},
	})
}

func TestAForgerInventsNoLooks(t *testing.T) {
	forgers(t, map[string]func(f *forgery){
		"of another message": func(f *forgery) {
			for range 2 {
				ok(f, f.ann.Say(f.Context(), "a secret", rooms.Saying{Burn: time.Hour}))
			}
			until(f.T, "bob has them", func() bool { return f.bob.State().Messages == 8 })
			ok(f, revealNumber(f.Context(), f.bob, 7))
			looked := f.captured("r")
			fuse := f.redis.HGet(f.Context(), f.fuses, "7").Val()
			f.do("hset", f.fuses, "8", fuse)
			f.do("hincrby", f.meta, "burns", 1)
			f.publish(looked, renumbered(looked, 8), renumbered(looked, 1))
			f.settle()
			want := []string{"bob looked at 7"}
			again := f.enter(f.b, "ann", "owner")
			for _, m := range []*rooms.Member{f.ann, again} {
				if got := told(m); !slices.Equal(got, want) {
					f.Errorf("ann is told %q, want %q", got, want)
				}
			}
			again.Leave()
		},
		"in a fuse": func(f *forgery) {
			ok(f, f.ann.Say(f.Context(), "a secret", rooms.Saying{Burn: time.Hour}))
			until(f.T, "bob has it", func() bool { return f.bob.State().Messages == 7 })
			ok(f, revealNumber(f.Context(), f.bob, 7))
			fuse := f.redis.HGet(f.Context(), f.fuses, "7").Val()
			for _, looks := range []string{"{'x', 'y', 'z'}", "{1, 2, 3, {}}", "{[7] = looks[2], [8] = looks[2]}", "{looks[1], looks[2], 'other', looks[2]}", "'x'", "nil"} {
				forged, err := f.redis.Eval(f.Context(), "local ends, revealed, burnt, looks = cmsgpack.unpack(ARGV[1]) return cmsgpack.pack(ends, revealed, burnt, "+looks+")", nil, fuse).Text()
				ok(f, err)
				f.do("hset", f.fuses, "7", forged)
				f.do("hincrby", f.meta, "burns", 1)
				f.settle()
				if got := told(f.ann); !slices.Equal(got, []string{"bob looked at 7"}) {
					f.Errorf("with looks %s ann is told %q", looks, got)
				}
				if f.do("hset", f.fuses, "7", fuse); f.ann.State().End != nil {
					f.Fatalf("with looks %s the room has ended", looks)
				}
			}
		},
	})
}
