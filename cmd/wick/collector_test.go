package main

import (
	"math"
	"testing"
)

func TestTheCollectorIsPacedByWhatIsAllocated(t *testing.T) {
	const live = 100 << 20 // half of it is 50 MiB of garbage
	c := collector{limit: math.MaxInt64}
	allocated := uint64(0)
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
		allocated += step.perSecond << 20 * uint64(gcCheck.Seconds())
		want := gcCalm
		if step.busy {
			want = gcBusyMost
		}
		if got := c.next(heapUse{live: live, allocated: allocated}); got != want {
			t.Fatalf("step %d: %d %% of garbage, want %d", i, got, want)
		}
	}
}

func TestABusyServerKeepsGarbageWithinAShareOfItsMemory(t *testing.T) {
	for _, tt := range []struct {
		limit int64 // MiB
		want  int   // percent, with 100 MiB in use
	}{
		{64, gcBusyLeast}, {600, gcBusyLeast}, {800, 300}, {1800, 800}, {1 << 20, gcBusyMost},
	} {
		c := collector{limit: tt.limit << 20, busy: true}
		if got := c.next(heapUse{live: 100 << 20, allocated: 1 << 30}); got != tt.want {
			t.Errorf("with %d MiB: %d %% of garbage, want %d", tt.limit, got, tt.want)
		}
	}
}
