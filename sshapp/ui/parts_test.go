package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"wick/rooms"
	"wick/sshapp/wording"
)

func TestThemes(t *testing.T) {
	plain, rich := NewTheme(termenv.Ascii), NewTheme(termenv.ANSI256)
	if got := plain.alarm.paint("x") + plain.person("id", true).paint("y") + plain.wick[calm].ember.paint("z"); got != "xyz" {
		t.Errorf("the theme without colours emits %q", got)
	}
	if got := rich.accent.paint("x"); got != "\x1b[38;5;214mx\x1b[0m" {
		t.Errorf("the theme with colours emits %q", got)
	}
	if rich.person("id", false) == rich.person("id", true) {
		t.Error("one's own name is not marked")
	}
	if got := rich.person("id", false).on; got != "\x1b[38;5;75m" {
		t.Errorf("a person's colour is another on every server: %q", got)
	}
	used := map[ink]bool{}
	for i := range 100 {
		used[rich.person(fmt.Sprint("id-", i), false)] = true
	}
	if len(used) < 10 {
		t.Errorf("100 people share %d inks", len(used))
	}
	for ph := calm; ph < lastSeconds; ph++ {
		if rich.wick[ph].clock == rich.wick[ph+1].clock {
			t.Errorf("phases %d and %d look alike", ph, ph+1)
		}
	}
}

func TestWickBurnsDownFromWholeToNothing(t *testing.T) {
	s := rooms.State{Room: rooms.Room{Span: time.Hour}}
	last := 1 << 30
	for left := time.Hour; left > 0; left -= 10 * time.Second {
		row := wickRow(NewTheme(termenv.Ascii), s, left, 80)
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

func TestStatesCanBeToldApartWithoutColour(t *testing.T) {
	plain := NewTheme(termenv.Ascii)
	s := rooms.State{Room: rooms.Room{Span: time.Hour}}
	for left, want := range map[time.Duration]string{time.Minute: "last minute  01:00", 10 * time.Second: "going out  00:10"} {
		if row := wickRow(plain, s, left, 80); !strings.HasSuffix(row, want) {
			t.Errorf("at %v: %q", left, row)
		}
	}
	s.Stale = true
	if row := wickRow(plain, s, time.Minute, 80); !strings.Contains(row, "reconnecting") {
		t.Errorf("stale: %q", row)
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("a b  c - - -- d-e-f  ", 3)
	f.Add(strings.Repeat("word   ", 20)+"-", 10)
	f.Add("李雷 说 👩‍👩‍👧 e\u0301\u0301", 2)
	f.Add("one\n\ntwo\n  three", 1)
	f.Fuzz(func(t *testing.T, text string, width int) {
		width = 2 + abs(width)%200
		text = rooms.CleanText(text)
		rows := wrap(text, width)
		if len(rows) == 0 {
			t.Fatal("no rows")
		}
		for _, r := range rows {
			if w := ansi.StringWidth(r); w > width {
				t.Fatalf("a row of %d cells for %d: %q", w, width, r)
			}
		}
		if got, want := inked(strings.Join(rows, "")), inked(text); got != want {
			t.Fatalf("%q became %q", want, got)
		}
	})
}

// inked is what a text shows besides space.
func inked(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}

func TestNotesAreBounded(t *testing.T) {
	c := transcript{theme: NewTheme(termenv.Ascii), loc: time.UTC}
	for i := range 3 * maxNotes {
		c.tell(aside, fmt.Sprint("note ", i))
	}
	if len(c.notes) != maxNotes {
		t.Errorf("%d notes are kept", len(c.notes))
	}
	rows := make([]row, 2*maxNotes)
	c.draw(rows, 80)
	if last := rows[len(rows)-1]; last.text != fmt.Sprint(" │ note ", 3*maxNotes-1) {
		t.Errorf("the last row is %q", last.text)
	}
}

// A journal that drops its oldest events must not move or break a window that
// is scrolled to them.
func TestScrolledWindowOutlivesWhatTheRoomForgot(t *testing.T) {
	c := transcript{theme: NewTheme(termenv.Ascii), loc: time.UTC}
	log := func(from, n uint64) rooms.Transcript {
		tr := rooms.Transcript{From: from}
		for i := range n {
			tr.Events = append(tr.Events, rooms.Event{Kind: rooms.Message, From: rooms.Seat{Alias: "bob"}, Text: fmt.Sprint("m", from+i)})
		}
		return tr
	}
	rows := make([]row, 5)
	c.take(log(1, 50))
	c.draw(rows, 40)
	c.up(40, 5)
	c.take(log(100, 50))
	clear(rows)
	c.draw(rows, 40)
	if !strings.Contains(rows[4].text, "m149") {
		t.Errorf("the window shows %v", rows)
	}
}

func TestOnesOwnNameIsTheLastThatANarrowHeaderCutsOff(t *testing.T) {
	s := rooms.State{Roster: []rooms.Seat{{ID: "1", Alias: "firm-galaxy"}, {ID: "2", Alias: "fair-swan"}, {ID: "3", Alias: "neat-harp"}}}
	s.You, s.Room.Seats = s.Roster[2], 4
	for cells, want := range map[int]string{
		100: "neat-harp (you), firm-galaxy, fair-swan",
		20:  "neat-harp (you), firm-galaxy",
		0:   "neat-harp (you)",
	} {
		if got := roll(s, cells, func(seat rooms.Seat) string { return wording.RosterName(seat, s.You) }); got != want {
			t.Errorf("in %d cells: %q, want %q", cells, got, want)
		}
	}
}
