package redis

import (
	"slices"
	"strings"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

// A replica takes over that has not heard that messages were taken back, and has lost a
// third one. The servers that knew tell it again, and no newcomer gets the texts.
func TestWhatWasTakenBackStaysSoAfterAFailover(t *testing.T) {
	t.Parallel()
	pair := redistest.StartSentinel(t)
	a, b, later := startWick(t, pair.URL()), startWick(t, pair.URL()), startWick(t, pair.URL())
	room, err := a.Light(t.Context(), rooms.Lighting{Name: rooms.NewName(), TTL: time.Hour, Seats: 8, History: 50})
	ok(t, err)
	enter := func(s wickServer, alias string) *rooms.Member {
		t.Helper()
		m, err := s.hub.Enter(t.Context(), room.Name, rooms.Guest{Alias: alias, Identity: alias})
		ok(t, err)
		t.Cleanup(m.Leave)
		return m
	}
	ann, bob := enter(a, "ann"), enter(b, "bob")
	ok(t, ann.Post(t.Context(), "secret one"))
	ok(t, ann.Say(t.Context(), "secret two", rooms.Saying{Burn: time.Hour}))
	for range 20 {
		ok(t, bob.Post(t.Context(), "hi"))
	}
	until(t, "ann has them", func() bool { return ann.State().Messages == 22 })
	pair.Sync()
	was := pair.Primary()
	was.HoldReplicas()
	ok(t, ann.Post(t.Context(), "secret three"))
	for range 3 {
		_, err := ann.Unsay(t.Context(), 1)
		ok(t, err)
	}
	until(t, "bob is told", func() bool { return len(told(bob)) == 3 })
	was.Kill()
	pair.AwaitFailover(was)
	texts := func() (all []string) {
		events, err := later.Since(t.Context(), room.Ref, 0)
		if err != nil {
			return []string{err.Error()}
		}
		for _, e := range events {
			all = append(all, string(e.Text))
		}
		return all
	}
	var held []string
	until(t, "the new primary has none of the texts", func() bool {
		held = texts()
		return len(held) == 23 && !slices.ContainsFunc(held, func(text string) bool { return strings.Contains(text, "secret") })
	})
	for _, m := range []*rooms.Member{ann, bob, enter(later, "cat")} {
		until(t, m.State().You.Alias+" has the places of all three", func() bool {
			lines, missed := transcript(m)
			all := strings.Join(lines, "\n")
			if strings.Contains(all, "secret") {
				t.Fatalf("%s sees %q", m.State().You.Alias, lines)
			}
			return strings.Count(all, "ann: ") == 3 && missed == 0
		})
	}
}
