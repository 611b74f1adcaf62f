package memory

import (
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
)

func TestWordsBurnUntouchedAndGiveTheirMemoryBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Config{})
		name := rooms.NewName()
		room := light(t, s, rooms.Lighting{Name: name, TTL: time.Hour, Seats: 2, History: 10})
		words := map[string]time.Duration{"long": 30 * time.Second, "short": 10 * time.Second}
		for id := range words {
			said := rooms.Words{ID: id, Text: "twenty bytes of text", Burn: time.Minute}
			if _, err := s.Append(t.Context(), room.Ref, ann, said); err != nil {
				t.Fatal(err)
			}
		}
		used := s.quota.used.Load()
		for id, left := range words {
			if _, err := s.Reveal(t.Context(), room.Ref, rooms.Seat{}, rooms.Event{ID: id}, left); err != nil {
				t.Fatal(err)
			}
		}
		for _, step := range []struct {
			pass  time.Duration
			burnt int64
		}{{10*time.Second - time.Millisecond, 0}, {time.Millisecond, 1}, {20*time.Second - time.Millisecond, 1}, {time.Millisecond, 2}} {
			pass(step.pass)
			texts := 0
			sl := s.slots[name]
			sl.mu.Lock()
			for _, e := range sl.room.history.events {
				if e.Burn > 0 && e.Text != "" {
					texts++
				}
			}
			sl.mu.Unlock()
			if texts != int(2-step.burnt) || s.quota.used.Load() != used-20*step.burnt {
				t.Errorf("%d texts are there, %d bytes freed", texts, used-s.quota.used.Load())
			}
		}
	})
}
