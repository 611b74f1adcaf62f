package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"wick/rooms"
	"wick/sshapp/ui/cells"
	"wick/sshapp/ui/painter"
	"wick/sshapp/ui/uitest"
	"wick/sshapp/wording"
)

// manners are the ways in which terminals measure text.
var manners = map[string]func(width, height int) *uitest.Terminal{
	"clusters": uitest.New,
	"runes": func(width, height int) *uitest.Terminal {
		return uitest.NewWith(width, height, uitest.Runes)
	},
	"wide": func(width, height int) *uitest.Terminal {
		return uitest.NewWith(width, height, uitest.Wide)
	},
}

// onEveryTerminal runs a test with ana's chat on a terminal of each manner.
func onEveryTerminal(t *testing.T, width, height int, test func(t *testing.T, manner string, w *world, s *session, term *uitest.Terminal)) {
	t.Helper()
	for manner, newTerminal := range manners {
		t.Run(manner, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				term := newTerminal(width, height)
				defer term.Close()
				w := newWorld(t, cfgFast, nil)
				test(t, manner, w, w.chatOn(newTestTerminal(t, width, height, term), Config{Theme: NewTheme(termenv.ANSI256)}), term)
			})
		})
	}
}

// joined returns a text without blanks.
func joined(text string) string { return strings.Join(strings.Fields(text), "") }

func TestNothingIsLostOfTextsThatTerminalsMeasureDifferently(t *testing.T) {
	for _, size := range sizes[:2] {
		onEveryTerminal(t, size.w, size.h, func(t *testing.T, manner string, w *world, s *session, term *uitest.Terminal) {
			bob := w.enter(named(t, "plans"), "bob")
			for language, text := range uitest.Sentences {
				s.say("/clear")
				w.post(bob, text)
				later(frameGap)
				if shown := term.Text(); !strings.Contains(joined(shown), joined(rooms.CleanText(text))) {
					t.Errorf("%s is shown as\n%s", language, shown)
				}
			}
		})
	}
}

func TestTheCursorFollowsTextsThatTerminalsMeasureDifferently(t *testing.T) {
	for _, size := range sizes[:2] {
		onEveryTerminal(t, size.w, size.h, func(t *testing.T, manner string, w *world, s *session, term *uitest.Terminal) {
			for language, text := range uitest.Sentences {
				s.send(hit(tea.KeyCtrlU), pasted(text))
				later(frameGap)
				x, y, _ := term.Cursor()
				if f := s.frame(); x != f.CursorX || y != f.CursorY {
					t.Errorf("%s: the cursor is at %d,%d, want %d,%d", language, x, y, f.CursorX, f.CursorY)
				}
				if manner == "wide" && language == "French" {
					continue // letters of ambiguous width are not placed one by one
				}
				shown := term.Text()
				rows := term.Screen()
				typed := strings.TrimLeft(joined(strings.Join(rows[y+1-s.composed():y+1], "")), "❯↑")
				if !strings.HasSuffix(joined(text), typed) || size.h >= heightHint && typed != joined(text) {
					t.Errorf("%s is typed as\n%s", language, shown)
				}
				end := 0 // of what is typed in the row of the cursor
				for i, cell := range term.Cells()[y] {
					if strings.TrimSpace(cell.Content) != "" {
						end = i + cell.Width
					}
				}
				if manner == "runes" && language != "Korean" && language != "emoji" && end != x {
					t.Errorf("%s: the cursor is at %d, but the text ends at %d:\n%s", language, x, end, shown)
				}
				if end > x || end < x-3 {
					t.Errorf("%s: the cursor is at %d, and the text ends at %d:\n%s", language, x, end, shown)
				}
			}
		})
	}
}

// composed returns how many rows the composer has.
func (s *session) composed() (rows int) {
	s.inspect(func(m *model) { rows = len(m.screen.(*chat).composer.box.Rows) })
	return rows
}

// column returns the cell where a text begins in the row that has it.
func column(term *uitest.Terminal, text string) int {
	for y, row := range term.Screen() {
		if !strings.Contains(row, text) {
			continue
		}
		cells := term.Cells()[y]
		for x := range cells {
			rest := ""
			for _, c := range cells[x:] {
				rest += c.Content
			}
			if cells[x].Content != "" && strings.HasPrefix(rest, text) {
				return x
			}
		}
	}
	return -1
}

func TestTheClockAndTheRosterHaveTheirColumns(t *testing.T) {
	onEveryTerminal(t, 130, 30, func(t *testing.T, manner string, w *world, s *session, term *uitest.Terminal) {
		plans := named(t, "plans")
		bob := w.enter(plans, "bob")
		w.enter(plans, "หญิง")
		w.enter(plans, "zoé")
		for _, text := range uitest.Sentences {
			w.post(bob, text)
		}
		s.say("/who")
		check := func() {
			t.Helper()
			later(frameGap)
			clock := wording.Clock(s.member.Left())
			if x := column(term, clock); x != 130-1-len(clock) {
				t.Errorf("the clock is in column %d:\n%s", x, term.Text())
			}
			for _, text := range []string{"here 4/16", "ana (you)"} {
				if x := column(term, text); x != 130-rosterWidth+2 {
					t.Errorf("%q is in column %d:\n%s", text, x, term.Text())
				}
			}
			for text := range strings.FieldsSeq("● ━ 4/16 zoé หญิง") {
				if !strings.Contains(term.Text(), text) {
					t.Errorf("%q is not shown:\n%s", text, term.Text())
				}
			}
		}
		check()
		later(8 * time.Minute)
		check()
	})
}

// FuzzTerminalsShowTheSameRows checks that a text is the same on terminals that measure it
// differently. Letters of Greek and Cyrillic may be lost where they are two cells wide.
func FuzzTerminalsShowTheSameRows(f *testing.F) {
	for _, text := range uitest.Sentences {
		f.Add(text, 30)
		f.Add("`"+text+"` **"+text+"**", 13)
	}
	f.Add("\ufffd\u0e33", 0) // two cells, one or three
	f.Fuzz(func(t *testing.T, text string, width int) {
		text, width = rooms.CleanText(text), 2+abs(width)%100
		if strayMark.MatchString(text) {
			return // the emulator loses it
		}
		var shown []string
		for _, manner := range []string{"clusters", "runes", "wide"} {
			rows := textsOf(NewTheme(termenv.ANSI256).body(text, width))
			if manner == "wide" && strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.Greek, unicode.Cyrillic) }) {
				continue
			}
			term := manners[manner](width, len(rows))
			defer term.Close()
			term.Write([]byte(painted(t, painter.Frame{Width: width, Height: len(rows), Rows: rows, CursorY: -1})))
			shown = append(shown, strings.Map(func(r rune) rune {
				if cells.Joins(r) { // emulators lose some of these where nothing is before them
					return -1
				}
				return r
			}, term.Text()))
		}
		for _, other := range shown[1:] {
			if other != shown[0] {
				t.Fatalf("%+q is\n%s\non one terminal, and\n%s\non another", text, shown[0], other)
			}
		}
	})
}
