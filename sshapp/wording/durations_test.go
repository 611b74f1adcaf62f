package wording

import (
	"testing"
	"time"

	"wick/rooms"
)

func TestClock(t *testing.T) {
	for left, want := range map[time.Duration]string{
		-time.Second:                            "00:00",
		0:                                       "00:00",
		time.Nanosecond:                         "00:01",
		time.Second:                             "00:01",
		9*time.Second + 500*time.Millisecond:    "00:10",
		time.Minute:                             "01:00",
		59*time.Minute + 59*time.Second:         "59:59",
		time.Hour:                               "60:00",
		time.Hour + time.Nanosecond:             "1:01 h",
		time.Hour + 5*time.Minute:               "1:05 h",
		23*time.Hour + 59*time.Minute + 1:       "24:00 h",
		24 * time.Hour:                          "24:00 h",
		9*time.Minute + 59*time.Second + 999999: "10:00",
	} {
		if got := Clock(left); got != want {
			t.Errorf("Clock(%v) = %q, want %q", left, got, want)
		}
	}
}

func TestSpanReadsBack(t *testing.T) {
	for d, want := range map[time.Duration]string{
		10 * time.Second: "10s", 90 * time.Second: "1m30s", time.Minute: "1m", 30 * time.Minute: "30m",
		time.Hour: "1h", 90 * time.Minute: "1h30m", 24 * time.Hour: "24h", time.Hour + time.Second: "1h0m1s",
	} {
		if got := Span(d); got != want {
			t.Errorf("Span(%v) = %q, want %q", d, got, want)
		}
		if back, err := rooms.ParseTTL(Span(d)); err != nil || back != d {
			t.Errorf("%q reads back as %v, %v", Span(d), back, err)
		}
	}
}

func TestSpellRoundsUp(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 seconds", -time.Second: "0 seconds", 1: "1 second", time.Minute: "1 minute", 61 * time.Second: "1 minute 1 second",
		time.Hour: "1 hour", time.Hour + 1: "1 hour 1 minute", 24*time.Hour - time.Second: "24 hours", 598*time.Second + 1: "9 minutes 59 seconds",
	} {
		if got := Spell(d); got != want {
			t.Errorf("%v is spelled %q, want %q", d, got, want)
		}
	}
}

func TestAQuietClockIsNeverShorterThanWhatIsLeft(t *testing.T) {
	for _, tt := range []struct {
		left, shown time.Duration
		text        string
	}{
		{0, 10 * time.Second, "within 10 s"},
		{10 * time.Second, 10 * time.Second, "within 10 s"},
		{10*time.Second + 1, 30 * time.Second, "within 30 s"},
		{30*time.Second + 1, time.Minute, "within 1 min"},
		{time.Minute, time.Minute, "within 1 min"},
		{time.Minute + 1, 2 * time.Minute, "within 2 min"},
		{time.Hour, time.Hour, "within 60 min"},
		{time.Hour + 1, time.Hour + time.Minute, "within 1:01 h"},
		{24 * time.Hour, 24 * time.Hour, "within 24:00 h"},
	} {
		if shown, text := QuietClock(tt.left); shown != tt.shown || text != tt.text {
			t.Errorf("%v is shown as %v, %q, want %v, %q", tt.left, shown, text, tt.shown, tt.text)
		}
	}
}
