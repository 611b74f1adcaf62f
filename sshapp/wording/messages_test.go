package wording

import (
	"testing"
	"time"

	"wick/rooms"
)

// A remark on a burning message does not change how its text is drawn.
func TestARemarkStandsBehindTheText(t *testing.T) {
	for text, want := range map[rooms.Text]string{
		"a *b* ":          "a *b* (burns 10s after the first look)",
		"```\n\tx\n```\n": "```\n        x\n```\n(burns 10s after the first look)",
	} {
		if got := Body(rooms.Event{Kind: rooms.Message, Text: text, Burn: 10 * time.Second}, time.UTC, ""); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}
