package ui

import (
	"io"
	"strings"
	"testing"

	"wick/sshapp/ui/uitest"
)

// A name and a text that are both written from right to left stay apart on a terminal
// that reorders them, and take the same cells on one that does not.
func TestNamesAndTextsFromRightToLeftStayApart(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		dan := w.enter(named(t, "plans"), "דן")
		w.post(dan, "שלום לכולם, מה שלומכם היום? "+strings.Repeat("אחד שתיים שלוש ", 6))
		w.post(dan, "/me נופף")
		later(frameGap)
		s.shows(" 00:00  דן"+leftToRight+"  שלום לכולם", "\n            שלוש", " 00:00  * דן"+leftToRight+" נופף")
		f := s.frame()
		checkPaintable(t, f)
		term := uitest.New(f.Width, f.Height)
		defer term.Close()
		io.WriteString(term, painted(t, f))
		if text := strings.ReplaceAll(term.Text(), leftToRight, ""); !strings.Contains(text, " 00:00  דן  שלום לכולם") || !strings.Contains(text, " 00:00  * דן נופף") {
			t.Errorf("the terminal shows\n%s", text)
		}
	})
}
