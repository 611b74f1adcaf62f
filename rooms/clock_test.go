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

func TestSleepIsSeenAtOnce(t *testing.T) {
	offset, reads := time.Hour, 0
	at := rooms.AsleepAt(func() time.Duration { reads++; return offset })
	now := time.Now()
	if got := at(0, now); got != 0 {
		t.Errorf("slept %v before any sleep", got)
	}
	before := reads
	for i := range 50 { // milliseconds, in which both clocks go on alike
		at(time.Duration(i)*time.Millisecond, now.Add(time.Duration(i)*time.Millisecond))
	}
	if reads != before {
		t.Errorf("the offset was read %d times while the machine was awake", reads-before)
	}
	offset += time.Minute
	wall := now.Add(time.Minute + 51*time.Millisecond)
	if got := at(51*time.Millisecond, wall); got != time.Minute {
		t.Errorf("slept %v right after a sleep of a minute", got)
	}
	// The wall clock was put back by as much meanwhile.
	offset += time.Minute
	if got := at(151*time.Millisecond, wall.Add(100*time.Millisecond)); got != 2*time.Minute {
		t.Errorf("slept %v after two sleeps of a minute", got)
	}
}
