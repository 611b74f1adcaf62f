package painter

import (
	"strings"
	"testing"
	"time"
)

// burntOut is what these tests show in place of an expired frame.
func burntOut(width, height int) Frame {
	return Frame{Width: width, Height: height, Rows: []string{"burnt out"}, CursorY: -1, Title: " "}
}

func TestAClockThatTicksAfterTheFrameExpiredEmptiesTheScreen(t *testing.T) {
	left := time.Second
	f := Frame{
		Width: 20, Height: 3, Rows: []string{"plans", "", "aubergine"}, Title: "plans · wick", CursorY: -1,
		Clock:   &Clock{Row: 1, Text: func() (still, moving string) { return "00:01", "" }},
		Expired: func() bool { return left == 0 },
	}
	s := &screen{expiredFrame: burntOut}
	(&pending{frame: f, shown: true}).paint(nil, s)
	left = 0
	if got := string(s.tick(nil)); strings.Contains(got, "00:01") || !strings.Contains(got, "burnt out") {
		t.Errorf("painted %q", got)
	}
	for y, r := range s.rows {
		if y != 0 && r.clean != "" {
			t.Errorf("row %d shows %q", y, r.clean)
		}
	}
	left = time.Second // the store takes the deadline for a little later
	if got := string((&pending{frame: f, shown: true}).paint(nil, s)); got != "" {
		t.Errorf("painted again: %q", got)
	}
	next := Frame{Width: 20, Height: 3, Rows: []string{"lobby"}, CursorY: -1}
	if got := string((&pending{frame: next, shown: true}).paint(nil, s)); !strings.Contains(got, "lobby") {
		t.Errorf("another screen is painted %q", got)
	}
}

func TestAnExpiredFrameIsBlankByDefaultAndSoAreItsControls(t *testing.T) {
	s := &screen{expiredFrame: blank}
	f := Frame{Width: 20, Height: 3, Rows: []string{"aubergine"}, Title: "plans", Expired: func() bool { return true }}
	got := string((&pending{frame: f, shown: true, controls: []string{"\a"}}).paint(nil, s))
	if strings.Contains(got, "aubergine") || strings.Contains(got, "plans") || strings.Contains(got, "0;\a") {
		t.Errorf("painted %q", got)
	}
}
