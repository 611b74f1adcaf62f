package storetest

import (
	"crypto/rand"
	"time"

	"wick/rooms"
)

var litTests = []test{
	{"a key finds the rooms that it lit, on every process", testLit},
	{"a key does not find a room that has ended", testLitEnds},
}

// lightBy lights a room of a new name by a key.
func (w *world) lightBy(key string, ttl time.Duration) rooms.Room {
	w.Helper()
	return w.light(rooms.Lighting{Name: rooms.NewName(), Key: key, TTL: ttl})
}

// finds waits until the process finds these rooms by the key, the newest first.
func (w *world) finds(s rooms.Store, key string, want ...rooms.Room) {
	w.Helper()
	tick := time.NewTicker(slack / 10)
	defer tick.Stop()
	for {
		lit := s.LitBy(key)
		same := len(lit) == len(want)
		for i := range want {
			same = same && lit[i].Name == want[i].Name && 0 <= lit[i].Ago && lit[i].Ago <= patience
		}
		if same {
			return
		}
		select {
		case <-tick.C:
		case <-w.ctx.Done():
			w.Fatalf("the key finds %v, want %v", lit, want)
		}
	}
}

func testLit(w *world) {
	key, other := rand.Text(), rand.Text()
	var rs []rooms.Room
	for range rooms.MaxLit + 1 {
		rs = append([]rooms.Room{w.lightBy(key, longTTL)}, rs...)
		w.finds(w.b, key, rs[:min(len(rs), rooms.MaxLit)]...) // what is announced at once may come in any order
	}
	theirs := w.lightBy(other, longTTL)
	w.light(rooms.Lighting{Name: rooms.NewName()})
	for _, s := range []rooms.Store{w.a, w.b} {
		w.finds(s, other, theirs)
		w.finds(s, key, rs[:rooms.MaxLit]...)
		w.finds(s, "")
	}
}

func testLitEnds(w *world) {
	key := rand.Text()
	first := w.lightBy(key, longTTL)
	w.finds(w.b, key, first)
	second, last := w.lightBy(key, longTTL), w.lightBy(key, shortTTL)
	w.finds(w.a, key, second, first)
	w.finds(w.b, key, second, first)
	w.ok(w.b.Destroy(w.ctx, second.Ref, newSeat("B", "ann")))
	w.finds(w.a, key, first)
	w.finds(w.b, key, first)
	if _, err := w.a.Find(w.ctx, last.Name); err == nil {
		w.Error("a room burns after its deadline")
	}
}
