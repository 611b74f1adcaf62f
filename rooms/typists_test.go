package rooms_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

func TestTypingIsShownForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 50)
		ann, bob := enter(t, one, n, "ann"), enter(t, two, n, "bob")
		writing := func(m *rooms.Member, want ...string) {
			t.Helper()
			var got []string
			for _, s := range m.State().Typing {
				got = append(got, s.Alias)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s sees writing %q, want %q", m.State().You.Alias, got, want)
			}
		}
		synctest.Wait()
		for len(bob.News()) > 0 {
			<-bob.News()
		}
		ok(t, ann.Typing(t.Context()))
		later(time.Second)
		writing(bob, "ann")
		writing(ann)
		select {
		case <-bob.News():
		default:
			t.Error("bob is not woken")
		}
		// Typing again is published again, and wakes nobody.
		for range 10 {
			ok(t, ann.Typing(t.Context()))
			later(time.Second)
		}
		writing(bob, "ann")
		if len(bob.News()) > 0 {
			t.Error("bob is woken again for the same")
		}
		later(7 * time.Second) // no news
		writing(bob)
		ok(t, ann.Typing(t.Context()))
		synctest.Wait()
		post(t, ann, "there")
		synctest.Wait()
		writing(bob)

		later(rooms.TypingEvery)
		for i := range 32 {
			enter(t, one, n, fmt.Sprint("guest", i))
		}
		ok(t, ann.Typing(t.Context()))
		synctest.Wait()
		writing(bob) // in a crowd it is not shown
	})
}
