package rooms_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// Whoever is called for news misses none, whether it reads the channel or not, and what
// nobody was called for waits there.
func TestNewsAreToldToTheHookAndTheChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{Rate: 1000, Burst: 1000})
		n := light(t, hub, "plans", time.Hour, 8)
		ann, bob := enter(t, hub, n, "ann"), enter(t, hub, n, "bob")
		var calls atomic.Int32
		bob.OnNews(func() { calls.Add(1) }) // that bob has entered
		if calls.Swap(0) != 1 {
			t.Error("nobody was called for the news that waited")
		}
		for _, text := range []string{"one", "two", "three"} {
			post(t, ann, text)
			synctest.Wait()
			if calls.Swap(0) == 0 {
				t.Errorf("nobody was called for %q", text)
			}
		}
		bob.OnNews(nil)
		<-bob.News()
		post(t, ann, "four")
		synctest.Wait()
		if len(bob.News()) == 0 || calls.Load() > 0 {
			t.Errorf("%d news wait after %d calls", len(bob.News()), calls.Load())
		}
	})
}
