package rooms_test

import (
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
)

func TestSleepCountsAndJitterDoesNot(t *testing.T) {
	const day = 24 * time.Hour
	offset := 3 * day // the machine slept before the process started
	asleep := rooms.Asleep(func() time.Duration { return offset })
	for _, step := range []struct {
		offset, want time.Duration
	}{
		{3 * day, 0},
		{3*day + 30*time.Millisecond, 0}, // the two clocks are not read at one instant
		{3*day - time.Second, 0},
		{3*day + time.Hour, time.Hour},
		{3*day + time.Hour + 40*time.Millisecond, time.Hour},
		{3*day + time.Hour - time.Second, time.Hour},
		{3 * day, time.Hour}, // it never goes back
		{3*day + time.Hour + 60*time.Millisecond, time.Hour + 60*time.Millisecond},
	} {
		offset = step.offset
		if got := asleep(); got != step.want {
			t.Errorf("offset %v: slept %v, want %v", step.offset, got, step.want)
		}
	}
}

func TestNowIsTheMonotonicClockWhileTheMachineIsAwake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ahead := time.Until(rooms.Now())
		for range 10_000 {
			if got := time.Until(rooms.Now()); got != ahead {
				t.Fatalf("Now is %v ahead, and was %v", got, ahead)
			}
		}
	})
}
