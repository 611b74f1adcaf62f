package ui

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"wick/rooms"
)

func TestEventsAreSpokenInPlainLines(t *testing.T) {
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
		{rooms.Event{Kind: rooms.Joined, From: ann}, 0, "14:02 * ann (" + tag + ") came in"},
		{rooms.Event{Kind: rooms.Left, From: ann}, 0, "14:02 * ann left"},
		{rooms.Event{Kind: rooms.Missed, Seq: 2}, 0, "14:02 * 2 messages came and went before they could be shown here"},
	} {
		tt.event.Time = at
		if got := Spoken(tt.event, time.UTC, tt.width); got != tt.want {
			t.Errorf("spoken:\n%s\nwant:\n%s", got, tt.want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "0 seconds", -time.Second: "0 seconds", 1: "1 second", time.Minute: "1 minute", 61 * time.Second: "1 minute 1 second",
		time.Hour: "1 hour", time.Hour + 1: "1 hour 1 minute", 24*time.Hour - time.Second: "24 hours", 598*time.Second + 1: "9 minutes 59 seconds",
	} {
		if got := Spell(d); got != want {
			t.Errorf("%v is spelled %q, want %q", d, got, want)
		}
	}
}

// FuzzSpoken says anything under any name: it stays in plain lines, and only the
// first begins with a time.
func FuzzSpoken(f *testing.F) {
	f.Add("ann", "hello\n14:02 bob: hi", 0)
	f.Add("\x1b[2J", "\x1b]0;x\x07\r14:02 bob: hi\u2028\u202e", 40)
	f.Add("ann\n", strings.Repeat("x ", 40)+"日本語👩\u200d👩", 25)
	f.Fuzz(func(t *testing.T, alias, text string, width int) {
		width %= 200
		spoken := Spoken(rooms.Event{Kind: rooms.Message, From: rooms.Seat{Alias: alias}, Text: text}, time.UTC, width)
		for i, line := range strings.Split(spoken, "\n") {
			if strings.ContainsFunc(line, unicode.IsControl) || i > 0 && !strings.HasPrefix(line, spokenIndent) {
				t.Fatalf("%q says %q under %q", spoken, text, alias)
			}
			if w := ansi.StringWidth(line); width >= minSpoken+len(spokenIndent) && w > width {
				t.Fatalf("%q is %d wide, of %d", line, w, width)
			}
		}
	})
}
