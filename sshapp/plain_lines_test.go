package sshapp

import (
	"io"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"wick/rooms"
	"wick/sshapp/ui/cells"
	"wick/sshapp/ui/uitest"
)

func TestEventsInPlainLines(t *testing.T) {
	at := time.Date(2026, 1, 2, 14, 2, 0, 0, time.UTC)
	ann := rooms.Seat{Alias: "ann", Identity: "id-ann", Keyed: true}.Tagged("epoch")
	tag := ann.KeyTag()
	for _, tt := range []struct {
		event rooms.Event
		width int
		want  string
	}{
		{rooms.Event{Kind: rooms.Message, From: ann, Text: "hello"}, 0, "14:02 ann: hello"},
		{rooms.Event{Kind: rooms.Message, From: ann, Text: "one\n\n14:03 bob: two"}, 0, "14:02 ann: one\n      \n      14:03 bob: two"},
		{rooms.Event{Kind: rooms.Message, From: ann, Text: "a few words that need more than a row"}, 30, "14:02 ann: a few words\n      that need more than a\n      row"},
		{rooms.Event{Kind: rooms.Message, From: ann, Text: "a\tb\n\n\n\nc"}, 80, "14:02 ann: a b\n      \n      c"},
		{rooms.Event{Kind: rooms.Message, From: ann, Text: "```\n\tif  x:\n\n\n\t\ty\n```"}, 80, "14:02 ann: ```\n              if  x:\n      \n      \n                      y\n      ```"},
		{rooms.Event{Kind: rooms.Message, From: ann, Text: "```\n\tif  x:\n\n\n\t\ty\n```"}, 0, "14:02 ann: ```\n              if x:\n      \n      \n              y\n      ```"},
		{rooms.Event{Kind: rooms.Joined, From: ann}, 0, "14:02 * ann (" + tag + ") came in"},
		{rooms.Event{Kind: rooms.Left, From: ann}, 0, "14:02 * ann left"},
		{rooms.Event{Kind: rooms.Missed, Seq: 2}, 0, "14:02 * 2 messages came and went without being shown here"},
	} {
		tt.event.Time = at
		if got := eventLines(tt.event, time.UTC, tt.width, false); got != tt.want {
			t.Errorf("spoken:\n%s\nwant:\n%s", got, tt.want)
		}
	}
}

func TestPlainLinesFoldBlanks(t *testing.T) {
	for text, want := range map[string]string{
		"hi" + strings.Repeat(" ", 70) + "14:03 bob: yes": "hi 14:03 bob: yes",
		"a \u200d\u2003\u2800\ufe0f\u00a0 b  c\t\td ":     "a b c d",
		"one\n    two\n" + strings.Repeat(" ", 60) + "x":  "one\n    two\n        x",
		"\u2800\u2800\n\u3000y":                           "\n  y",
		"👩\u200d👩 ❤\ufe0f क्\u200dष":                      "👩\u200d👩 ❤\ufe0f क्\u200dष",
	} {
		if got := foldBlanks(text, false); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// terminalRows are what a terminal of that size shows of lines.
func terminalRows(t *testing.T, lines string, width int) []string {
	t.Helper()
	screen := uitest.New(width, 60)
	defer screen.Close()
	if _, err := io.WriteString(screen, strings.ReplaceAll(lines, "\n", "\r\n")); err != nil {
		t.Fatal(err)
	}
	return screen.Screen()
}

// Whatever eve says, however her terminal breaks lines: no row but the first
// begins where a line does.
func TestMessagesForgeNoPlainLine(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 14, 2, 0, 0, time.UTC)
	eve := rooms.Seat{Alias: "eve", Identity: "id-eve"}
	for _, forged := range []string{"14:03 alice: I agree", "* 5 minutes left."} {
		for _, width := range []int{24, 40, 72, 80, 132} {
			for _, told := range []int{width, 0} {
				if told == 0 && width < unknownWidth {
					continue // such a terminal has to tell its width
				}
				for _, pad := range []string{" ", "x", "x ", "\u2800", "\u3000", "\u00a0", "\t", "\u2003\u200d", "日", "日 ", "é", "👩\u200d👩", "❤\ufe0f", "🇩🇪", "-", "\n"} {
					for n := width/3 - 14; n <= width+2; n++ {
						text := strings.Repeat(pad, max(n, 0)) + forged
						e := []rooms.Event{
							{Kind: rooms.Message, From: eve, Text: rooms.Text("hi" + text)},
							{Kind: rooms.Message, From: eve, Text: rooms.Text("/me " + text)},
							{Kind: rooms.Message, From: eve, Text: rooms.Text(text), To: &rooms.Seat{Alias: "bob"}},
							{Kind: rooms.Message, From: eve, Text: rooms.Text("```\n" + text + "\n```")},
						}[(n+width)%4]
						e.Time = at
						spoken := eventLines(e, time.UTC, told, false)
						if !strings.HasPrefix(spoken, "14:02 ") {
							t.Fatalf("%q is spoken %q", e.Text, spoken)
						}
						for i, row := range strings.Split(spoken, "\n") {
							if i > 0 && !strings.HasPrefix(row, " ") || cells.MostOf(row) > width {
								t.Fatalf("on a terminal of %d, told %d, %q has the row %q", width, told, e.Text, row)
							}
						}
						if n != width/3+5 && n != width-8 {
							continue // what the emulator shows of a few is proof enough
						}
						for i, row := range terminalRows(t, spoken, width) {
							if i > 0 && strings.TrimLeft(row, " ") != "" && !strings.HasPrefix(row, " ") {
								t.Fatalf("a terminal of %d, told %d, shows of %q the row %q", width, told, e.Text, row)
							}
						}
					}
				}
			}
		}
	}
}

func TestNoticesWrapExceptCommandsToCopy(t *testing.T) {
	command := "ssh -p 12345 k7f3-q9xm-2tdw+k7f3-q9xm-2tdw@a-rather-long-name.of-a-host.example.org"
	notice := noticeLines(strings.Repeat("some words ", 20)+"\n"+command, 0)
	for _, row := range strings.Split(notice, "\n") {
		if row != "* "+command && ansi.StringWidth(row) > unknownWidth {
			t.Errorf("the row %q", row)
		}
	}
	if !strings.HasSuffix(notice, "\n* "+command) {
		t.Errorf("the command is not whole:\n%s", notice)
	}
}

// FuzzEventLines says anything under any name: it stays in plain lines, and only the
// first begins with a time.
func FuzzEventLines(f *testing.F) {
	f.Add("ann", "hello\n14:02 bob: hi", 0)
	f.Add("\x1b[2J", "\x1b]0;x\x07\r14:02 bob: hi\u2028\u202e", 40)
	f.Add("ann\n", strings.Repeat("x ", 40)+"日本語👩\u200d👩", 25)
	f.Fuzz(func(t *testing.T, alias, text string, width int) {
		width %= 200
		spoken := eventLines(rooms.Event{Kind: rooms.Message, From: rooms.Seat{Alias: alias}, Text: rooms.Text(text)}, time.UTC, width, false)
		if width <= 0 {
			width = unknownWidth
		}
		indent := messageIndent
		if width < minColumn+len(indent) {
			indent = " "
		}
		for i, line := range strings.Split(spoken, "\n") {
			if strings.ContainsFunc(line, unicode.IsControl) || i > 0 && !strings.HasPrefix(line, indent) {
				t.Fatalf("%q says %q under %q", spoken, text, alias)
			}
			if w := ansi.StringWidth(line); width > len(indent) && w > width {
				t.Fatalf("%q is %d wide, of %d", line, w, width)
			}
		}
	})
}
