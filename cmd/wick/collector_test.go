package main

import (
	"math"
	"testing"
)

func TestTheCollectorIsPacedByWhatIsAllocated(t *testing.T) {
	const live = 100 << 20 // half of it is 50 MiB of garbage
	c := collector{limit: math.MaxInt64}
	allocated, shown := uint64(0), uint64(0)
	for i, step := range []struct {
		perSecond uint64 // MiB
		busy      bool   // afterwards
		silent    bool
	}{
		{0, false, false}, {20, false, false}, {20, false, false}, // a burst
		{4, false, false}, {20, false, false}, {20, false, false}, {20, true, false}, // every 2.5 s
		{4, true, false}, {4, true, false}, {4, true, false}, {4, true, false}, // neither often nor seldom
		{1, true, false}, {1, true, false}, {20, true, false}, {1, true, false}, {1, true, false}, {1, false, false},
		{20, false, true}, {20, false, true}, {20, false, true}, {20, false, true}, // people enter
		{20, false, false}, {20, false, false}, {20, true, false}, // and talk
		{20, true, true}, {20, true, true}, {20, false, true},
	} {
		if !step.silent {
			shown += gcTalk * uint64(gcCheck.Seconds())
		}
		allocated += step.perSecond << 20 * uint64(gcCheck.Seconds())
		want := gcCalm
		if step.busy {
			want = gcBusyMost
		}
		if got := c.next(heapUse{live: live, allocated: allocated, shown: shown}); got != want {
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
		if got := c.next(heapUse{live: 100 << 20, allocated: 1 << 30, shown: 1 << 10}); got != tt.want {
			t.Errorf("with %d MiB: %d %% of garbage, want %d", tt.limit, got, tt.want)
		}
	}
}
