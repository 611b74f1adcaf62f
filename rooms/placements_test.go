package rooms_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// A message that somebody publishes or stores again under another number is not
// shown twice, even if the transcript has dropped it; and the next message is not
// taken for it.
func TestACopyOfAMessageIsNotShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &forgetful{Store: memory.New(memory.Config{})}
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{Rate: 1000, Burst: 1000})
		ann := enter(t, hub, light(t, hub, "plans", time.Hour, 5), "ann")
		const many = 500
		var first rooms.Event
		for i := range many {
			post(t, ann, fmt.Sprint("word ", i))
			if i == 0 {
				synctest.Wait()
				for _, e := range ann.Since(0).All() {
					if e.Kind == rooms.Message {
						first = *e
					}
				}
			}
		}
		synctest.Wait()
		copied := first
		copied.Seq = many + 1
		store.mu.Lock()
		for _, feed := range store.feeds {
			feed.Push(copied)
		}
		store.mu.Unlock()
		synctest.Wait()
		post(t, ann, "the next")
		synctest.Wait()
		var last []string
		for _, e := range ann.Since(0).All() {
			if e.Kind == rooms.Message {
				last = append(last, string(e.Text))
			}
			if e.Kind == rooms.Message && e.Text == "word 0" {
				t.Error("the copy is shown")
			}
		}
		if len(last) == 0 || last[len(last)-1] != "the next" {
			t.Errorf("the last messages are %q", last)
		}
		if n := ann.State().Messages; n != many+1 {
			t.Errorf("%d messages are counted", n)
		}
	})
}
