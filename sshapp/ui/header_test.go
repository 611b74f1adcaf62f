package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"wick/rooms"
	"wick/sshapp/ui/painter"
)

// wickRow returns the row of the countdown on a screen of 80 cells.
func wickRow(t *Theme, s rooms.State, left time.Duration) string {
	r := countdownRow{theme: t, span: s.Room.Span, stale: s.Stale, locked: s.Room.Locked, width: 80}
	still, moving := r.text(left)
	return still + strings.TrimPrefix(moving, painter.Column)
}

func TestWickBurnsDownFromWholeToNothing(t *testing.T) {
	s := rooms.State{Room: rooms.Room{Span: time.Hour}}
	last := 1 << 30
	for left := time.Hour; left > 0; left -= 10 * time.Second {
		row := wickRow(NewTheme(termenv.Ascii), s, left)
		lit := strings.Count(row, "━")
		if strings.Count(row, "●") != 1 || lit > last && left > time.Minute {
			t.Fatalf("at %v: %q", left, row)
		}
		last = lit
		if w := ansi.StringWidth(row); w >= 80 || w < 78 {
			t.Fatalf("at %v the row has %d cells: %q", left, w, row)
		}
	}
	if last != 0 {
		t.Errorf("%d cells are left at the end", last)
	}
}

func TestHeaderStatesDifferWithoutColour(t *testing.T) {
	plain := NewTheme(termenv.Ascii)
	s := rooms.State{Room: rooms.Room{Span: time.Hour}}
	for left, want := range map[time.Duration]string{time.Minute: "last minute  01:00", 10 * time.Second: "going out  00:10"} {
		if row := wickRow(plain, s, left); !strings.HasSuffix(row, want) {
			t.Errorf("at %v: %q", left, row)
		}
	}
	s.Stale = true
	if row := wickRow(plain, s, time.Minute); !strings.Contains(row, "reconnecting") {
		t.Errorf("stale: %q", row)
	}
}

func TestANarrowHeaderCutsOffYourOwnNameLast(t *testing.T) {
	s := rooms.State{Roster: []rooms.Seat{{ID: "1", Alias: "firm-galaxy"}, {ID: "2", Alias: "fair-swan"}, {ID: "3", Alias: "neat-harp"}}}
	s.You, s.Room.Seats = s.Roster[2], 4
	for width, want := range map[int]string{
		100: "neat-harp (you), firm-galaxy, fair-swan",
		20:  "neat-harp (you), firm-galaxy",
		15:  "neat-harp (you)",
		14:  "neat-harp",
		6:   "neat-…",
	} {
		if got := NewTheme(termenv.Ascii).rosterNames(s, width); got != want {
			t.Errorf("in %d cells: %q, want %q", width, got, want)
		}
	}
}

func TestAWideHeaderShowsYourOwnTag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		m, err := w.hub.Enter(t.Context(), w.light("plans", time.Hour, 3), keyholder("ana"))
		if err != nil {
			t.Fatal(err)
		}
		s := w.start(Config{Member: m})
		s.shows("ana (you) (" + m.State().You.KeyTag() + ")")
		s.send(tea.WindowSizeMsg{Width: 40, Height: 12})
		if head := strings.SplitN(s.screen(), "\n", 2)[0]; strings.Contains(head, m.State().You.KeyTag()) || !strings.Contains(head, "ana (you)") {
			t.Errorf("a narrow header is %q", head)
		}
	})
}
