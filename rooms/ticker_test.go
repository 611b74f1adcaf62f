package rooms_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// Ticks of one second come one at a time, so that they are not a burst.
func TestTicksComeOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		var running, most, calls atomic.Int32
		for _, room := range []string{"plans", "lunch"} {
			n := light(t, hub, room, time.Minute, 8)
			for _, alias := range []string{"ann", "bob", "cyd"} {
				enter(t, hub, n, alias).OnTick(func() {
					most.Store(max(most.Load(), running.Add(1)))
					time.Sleep(time.Millisecond)
					running.Add(-1)
					calls.Add(1)
				})
			}
		}
		time.Sleep(5500 * time.Millisecond)
		if most.Load() != 1 || calls.Load() != 5*6 {
			t.Errorf("%d ticks of six members in five seconds, %d at once", calls.Load(), most.Load())
		}
	})
}

func TestATickThatBlocksHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Minute, 32)
		free := make(chan struct{})
		var blocked, calls atomic.Int32
		start := time.Now()
		for i := range 30 {
			m := enter(t, hub, n, "ann"+string(rune('a'+i)))
			if i%3 == 0 {
				m.OnTick(func() {
					blocked.Add(1)
					<-free
				})
				continue
			}
			m.OnTick(func() {
				calls.Add(1)
				if late := time.Since(start) % time.Second; late > 50*time.Millisecond {
					t.Errorf("a tick is %v late", late)
				}
			})
		}
		time.Sleep(5500 * time.Millisecond)
		if calls.Load() != 5*20 || blocked.Load() != 5*10 {
			t.Errorf("%d ticks of twenty members in five seconds, and %d of ten that block", calls.Load(), blocked.Load())
		}
		close(free)
	})
}

func TestNobodyTicksAfterOnTickNil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		m := enter(t, hub, light(t, hub, "plans", time.Minute, 8), "ann")
		var calls atomic.Int32
		m.OnTick(func() { calls.Add(1) })
		time.Sleep(2500 * time.Millisecond)
		m.OnTick(nil)
		time.Sleep(2 * time.Second)
		if calls.Load() != 2 {
			t.Errorf("%d ticks, want 2", calls.Load())
		}
	})
}

// The second begins elsewhere once the countdown was shortened.
func TestTicksFollowTheCountdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		m := enter(t, hub, light(t, hub, "plans", time.Hour, 8), "ann")
		var calls atomic.Int32
		m.OnTick(func() {
			calls.Add(1)
			if late := (time.Second - m.Left()%time.Second) % time.Second; late > 100*time.Millisecond {
				t.Errorf("a tick is %v late", late)
			}
		})
		time.Sleep(5370 * time.Millisecond)
		if err := m.Shorten(t.Context(), time.Minute); err != nil {
			t.Error(err)
		}
		time.Sleep(49500 * time.Millisecond)
		if calls.Load() != 5+49 {
			t.Errorf("%d ticks in 5.37 s and 49.5 s, want 54", calls.Load())
		}
	})
}
