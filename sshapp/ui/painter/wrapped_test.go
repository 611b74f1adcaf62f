package painter

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// lineFrame shows a text of one line in rows of that width.
func lineFrame(text string, width int) Frame {
	f := Frame{Width: width, Height: 6, CursorY: -1, Rows: strings.Split(ansi.Hardwrap(text, width, true), "\n")}
	f.Wraps = make([]bool, len(f.Rows))
	for y := range len(f.Rows) - 1 {
		f.Wraps[y] = true
	}
	return f
}

// What the terminal itself has to wrap is written in one go, with all its blanks.
func TestALineOfSeveralRowsIsWrittenInOneGo(t *testing.T) {
	for name, text := range map[string]string{
		"a token":             "abc-def-ghi-jkl-mno-pqr",
		"a blank at the edge": "abcdefghi jklmnop   qrs",
		"wide characters":     "abc漢字漢字漢字漢字",
	} {
		t.Run(name, func(t *testing.T) {
			var s screen
			if out := string(s.paint(nil, lineFrame(text, 10))); !strings.Contains(out, ansi.SetModeAutoWrap+text+ansi.ResetModeAutoWrap) {
				t.Errorf("the terminal gets %q", out)
			}
			if out := s.paint(nil, lineFrame(text, 10)); len(out) > 0 {
				t.Errorf("painted again, it gets %q", out)
			}
		})
	}
}

// Where terminals may disagree about the width, every row has a place of its own.
func TestALineOfDisputedWidthIsWrittenRowByRow(t *testing.T) {
	var s screen
	out := string(s.paint(nil, lineFrame("abcdefghi👩\u200d👩\u200d👧jklmnop", 10)))
	if strings.Contains(out, ansi.SetModeAutoWrap) || !strings.Contains(out, "\x1b[2H") {
		t.Errorf("the terminal gets %q", out)
	}
}

// A terminal knows which rows were one line until they are erased. So it is told before
// other rows come, and also if only some of a line changes.
func TestLinesOfSeveralRowsAreErasedBeforeOthers(t *testing.T) {
	line := "abc-def-ghi-jkl-mno-pqr"
	rows := lineFrame(line, 10)
	rows.Wraps = nil
	for name, next := range map[string]Frame{"other text": lineFrame("abc-def-ghi-jkl-mno-PQR", 10), "rows": rows, "nothing": {Width: 10, Height: 6, CursorY: -1}} {
		var s screen
		s.paint(nil, lineFrame(line, 10))
		if out := string(s.paint(nil, next)); !strings.Contains(out, ansi.EraseScreenBelow) {
			t.Errorf("%s after it: %q", name, out)
		}
	}
}
