package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"wick/rooms"
	"wick/sshapp/ui/painter"
)

func TestANewDayIsMarked(t *testing.T) {
	noon := time.Date(2026, 11, 23, 22, 30, 0, 0, time.UTC)
	c := transcript{theme: NewTheme(termenv.Ascii), loc: time.FixedZone("", 3600)}
	var log rooms.Transcript
	log.From = 7
	for i := range 4 {
		log.Events = append(log.Events, &rooms.Event{Kind: rooms.Message, Time: noon.Add(time.Duration(i) * 20 * time.Minute), From: rooms.Seat{Alias: "bob"}, Text: "hello"})
	}
	rows := make([]row, 6)
	want := []string{"", " 23:30  bob  hello", " 23:50  bob  hello", "─── Tuesday, 24 November ───────────────", " 00:10  bob  hello", " 00:30  bob  hello"}
	c.take(log)
	c.draw(rows, 40)
	for i, r := range rows {
		if r.text != want[i] {
			t.Errorf("row %d is %q, want %q", i, r.text, want[i])
		}
	}
	// The rule stays when the days before are cleared, and scrolls like other rows.
	c.clear = 9
	c.take(log)
	clear(rows)
	c.draw(rows, 40)
	if rows[2].text != "" || rows[3].text != want[3] {
		t.Errorf("cleared, the rows are %v", rows)
	}
	c.clear = 0
	c.take(log)
	c.up(maxMove, 2)
	rows = make([]row, 2)
	c.draw(rows, 40)
	if rows[0].text != want[1] {
		t.Errorf("scrolled to the top, the rows are %v", rows)
	}
}

func TestAnActionCannotForgeALine(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob := w.enter(named(t, "plans"), "bob")
		w.post(bob, "/me left\n 00:00  ana  I agree\n* ana agrees")
		later(frameGap)
		s.shows("▌00:00  * bob left\n               00:00  ana  I agree\n              * ana agrees\n")
	})
}

func TestHostileTextStaysText(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob := w.enter(named(t, "plans"), "bob")
		w.post(bob, "\x1b]0;owned\x07\x1b[2Jhi\u202eevil\n 00:00  ana  I agree")
		later(frameGap)
		f := s.frame()
		checkPaintable(t, f)
		for _, r := range f.Rows {
			r = strings.ReplaceAll(r, painter.Column, "")
			if strings.ContainsAny(r, "\x1b\x07\u202e") { // the theme has no colours
				t.Errorf("a control came through: %q", r)
			}
			if strings.HasPrefix(r, " 00:00  ana") {
				t.Errorf("a line passes for ana's: %q", r)
			}
		}
		s.shows("I agree")
	})
}

// A name that does not fit into a row is broken, so that a direct message always says that
// it is one.
func TestANarrowScreenShowsWholeNames(t *testing.T) {
	from, to := rooms.Seat{Alias: "a-name-of-24-characters-", Identity: "1"}, rooms.Seat{Alias: "another-of-24-characters", Identity: "2"}
	direct := rooms.Event{Kind: rooms.Message, Time: time.Unix(0, 0), From: from, To: &to, Text: "hi"}
	for me, want := range map[string]string{"1": from.Alias + "→" + to.Alias + "(direct)hi", "2": from.Alias + "→you(direct)hi"} {
		for width := 18; width < 80; width++ {
			c := transcript{theme: NewTheme(termenv.Ascii), loc: time.UTC, width: width, me: me}
			rows := c.layMessage(&direct)
			got := strings.TrimLeft(joined(strings.Join(textsOf(rows), "")), "▌")
			if got != "00:00"+want {
				t.Errorf("in %d cells: %q", width, textsOf(rows))
			}
			for i, r := range rows {
				if r.cells > width || i > 0 && !strings.HasPrefix(r.text, strings.Repeat(" ", clockIndent)) {
					t.Errorf("in %d cells, row %d is %q", width, i, r.text)
				}
			}
		}
	}
}
