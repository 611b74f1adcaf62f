package rooms_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

func TestNewsComeOneCallAtATimeAndNoneIsMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{Rate: 1000, Burst: 1000})
		n := light(t, hub, "plans", time.Hour, 8)
		ann, bob := enter(t, hub, n, "ann"), enter(t, hub, n, "bob")
		var running, calls atomic.Int32
		var read atomic.Uint64
		bob.OnNews(func() {
			if running.Add(1) > 1 {
				t.Error("two calls at once")
			}
			time.Sleep(time.Second) // a slow reader
			read.Store(bob.State().Messages)
			calls.Add(1)
			running.Add(-1)
		})
		for i := range 100 {
			post(t, ann, fmt.Sprint(i))
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(3 * time.Second)
		if read.Load() != 100 || calls.Load() > 13 {
			t.Errorf("%d of 100 messages were read in %d calls", read.Load(), calls.Load())
		}
	})
}

// What nobody was called for waits for the channel, and what waits there for a call.
func TestNewsOutlastAChangeOfReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		ann := enter(t, hub, light(t, hub, "plans", time.Hour, 8), "ann")
		free, calls := make(chan struct{}), 0
		ann.OnNews(func() { // of having entered
			calls++
			<-free
		})
		synctest.Wait()
		post(t, ann, "hello")
		ann.OnNews(nil)
		close(free)
		<-ann.News()
		post(t, ann, "hello again")
		synctest.Wait()
		ann.OnNews(func() { calls++ })
		synctest.Wait()
		if calls != 2 || len(ann.News()) > 0 {
			t.Errorf("%d calls, want 2; %d news wait", calls, len(ann.News()))
		}
	})
}
