package sshapp

import (
	"slices"
	"strings"
	"testing"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/sshtest"
)

// In tmux, what was said comes out exactly: of the buffer that /copy fills, and of what
// is selected in the bare view, which capture-pane joins as a selection does.
func TestCopyingInTmux(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := join(t, addr, "new", 80, 24)
	room := ann.room()
	p := joinInTmux(t, addr, room, 40, 24)
	p.shows("Others join with")
	p.asks("set-option", "-s", "set-clipboard", "on")
	for _, text := range []string{longToken, tabbed, "漢字かな" + strings.Repeat("漢字", 40) + "-end"} {
		posts(t, addr, room, text)
		p.shows(text[len(text)-3:])
		p.Type("/copy")
		p.shows("❯ /copy")
		p.Type("\r")
		sshtest.Eventually(t, "the buffer of tmux", func() bool { return p.asks("show-buffer") == text })
		p.Type("\x1bl") // Alt-L
		want := strings.Split(rooms.CleanText(text), "\n")
		var got []string
		sshtest.Eventually(t, "the message alone", func() bool {
			rows := strings.Split(p.asks("capture-pane", "-p", "-J"), "\n")
			got = rows[:min(len(rows), len(want))]
			for i := range got {
				got[i] = strings.TrimRight(got[i], " ")
			}
			return slices.Equal(got, want)
		})
		p.Type("q")
		p.shows("Alt-L shows it alone")
	}
}
