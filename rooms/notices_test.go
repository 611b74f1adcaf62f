package rooms_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"wick/rooms"
	"wick/rooms/memory"
)

// numbered returns the messages of a transcript as number: text.
func numbered(log rooms.Transcript) []string {
	var all []string
	for _, e := range log.All() {
		if e.Kind == rooms.Message {
			all = append(all, fmt.Sprintf("%d: %s", e.Seq, e.Text))
		}
	}
	return all
}

// However much else happens in a room, a newcomer gets every message that the
// store keeps, from a server that saw all of it and from one that saw nothing.
func TestNoticesPushOutNoMessages(t *testing.T) {
	for what, disturb := range map[string]func(t *testing.T, hub *rooms.Hub, n rooms.Name, ann *rooms.Member){
		"renames": func(t *testing.T, _ *rooms.Hub, _ rooms.Name, ann *rooms.Member) {
			for i := range 700 {
				ok(t, ann.Rename(t.Context(), fmt.Sprint("ann-", i%4)))
			}
		},
		"joins and leaves": func(t *testing.T, hub *rooms.Hub, n rooms.Name, _ *rooms.Member) {
			for i := range 420 {
				enter(t, hub, n, fmt.Sprint("guest-", i)).Leave()
			}
		},
		"shortenings": func(t *testing.T, _ *rooms.Hub, _ rooms.Name, ann *rooms.Member) {
			for i := range 700 {
				ok(t, ann.Shorten(t.Context(), time.Hour-time.Duration(i+1)*time.Second))
			}
		},
		"a lock that is turned": func(t *testing.T, _ *rooms.Hub, _ rooms.Name, ann *rooms.Member) {
			for i := range 700 {
				ok(t, ann.Lock(t.Context(), i%2 == 0))
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			for _, messages := range []int{5, 130} {
				synctest.Test(t, func(t *testing.T) {
					store := memory.New(memory.Config{})
					defer store.Close()
					hub, other := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
					n := name(t, "plans")
					_, err := hub.Light(t.Context(), rooms.Lighting{Name: n, TTL: time.Hour, Seats: 9, History: 100, Owner: "id-ann"})
					ok(t, err)
					ann := enter(t, hub, n, "ann")
					var want []string
					for i := range messages {
						text := fmt.Sprint("message ", i)
						post(t, ann, text)
						want = append(want, fmt.Sprintf("%d: %s", i+1, text))
					}
					want = want[max(len(want)-100, 0):]
					disturb(t, hub, n, ann)
					synctest.Wait()
					here, there := enter(t, hub, n, "here").Since(0), enter(t, other, n, "there").Since(0)
					if got := numbered(here); !slices.Equal(got, want) {
						t.Errorf("of %d messages a newcomer gets %d:\n%s", messages, len(got), strings.Join(got, "\n"))
					}
					if got := numbered(there); !slices.Equal(got, want) {
						t.Errorf("of %d messages a newcomer to another server gets %d:\n%s", messages, len(got), strings.Join(got, "\n"))
					}
					if here.Missed != 0 || there.Missed != 0 {
						t.Errorf("newcomers have missed %d and %d messages", here.Missed, there.Missed)
					}
				})
			}
		})
	}
}

func TestAReaderIsToldHowManyMessagesWereDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{Rate: rate.Inf})
		n := light(t, hub, "plans", time.Hour, 9) // keeps 100 messages
		ann, slow, quick := enter(t, hub, n, "ann"), enter(t, hub, n, "slow"), enter(t, hub, n, "quick")
		said := uint64(0)
		say := func(count int) {
			for range count {
				said++
				post(t, ann, fmt.Sprint(said))
				synctest.Wait()
				if missed := quick.Since(0).Missed; missed != 0 {
					t.Fatalf("after message %d somebody who reads on has missed %d", said, missed)
				}
			}
		}
		read := uint64(0) // by slow
		for _, count := range []int{0, 90, 500, 0, 1, 101, 1000} {
			say(count)
			log := slow.Since(0)
			messages := slices.DeleteFunc(slices.Clone(log.Events), func(e *rooms.Event) bool { return e.Kind != rooms.Message })
			var missed uint64
			if len(messages) > 0 {
				missed = max(messages[0].Seq, read+1) - read - 1
			}
			if log.Missed != missed {
				t.Errorf("of %d messages it is told of %d that it missed, want %d", count, log.Missed, missed)
			}
			if count >= 500 && missed == 0 {
				t.Errorf("nothing of %d messages was dropped", count)
			}
			read = said
		}
		if late := enter(t, hub, n, "late").Since(0); late.Missed != 0 || len(numbered(late)) != 100 {
			t.Errorf("a newcomer gets %d messages, and has missed %d", len(numbered(late)), late.Missed)
		}
		// For the newcomer, dropped messages count from the entry on.
		last := enter(t, hub, n, "last")
		say(150)
		if log := last.Since(0); log.Missed+uint64(len(numbered(log))) != 250 {
			t.Errorf("of 250 messages it gets %d, and is told of %d that it missed", len(numbered(log)), log.Missed)
		}
	})
}
