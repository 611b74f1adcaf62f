package main

import "testing"

func TestTheCollectorIsPacedByWhatIsAllocated(t *testing.T) {
	const live = 100 << 20 // half of it is 50 MiB of garbage
	var c collector
	allocated := uint64(0)
	check := func(perSecond uint64) bool {
		allocated += perSecond * uint64(gcCheck.Seconds())
		return c.changes(heapUse{live: live, allocated: allocated})
	}
	for i, step := range []struct {
		perSecond uint64 // MiB
		busy      bool   // afterwards
	}{
		{0, false}, {20, false}, {20, false}, // a burst, such as people who connect
		{4, false}, {20, false}, {20, false}, {20, true}, // every 2.5 s
		{4, true}, {4, true}, {4, true}, {4, true}, // neither often nor seldom
		{1, true}, {1, true}, {20, true}, {1, true}, {1, true}, {1, false},
		{0, false},
	} {
		was := c.busy
		if changed := check(step.perSecond << 20); c.busy != step.busy || changed != (was != step.busy) {
			t.Fatalf("step %d: busy is %t, changed %t", i, c.busy, changed)
		}
	}
}
