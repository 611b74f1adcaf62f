package ui

import (
	"fmt"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"wick/rooms"
	"wick/sshapp/wording"
)

// Clipboard says how a terminal takes what is copied: by OSC 52, which most terminals
// know or ignore.
type Clipboard uint8

// The kinds of clipboards.
const (
	DirectClipboard Clipboard = iota // the terminal's own
	TmuxClipboard                    // of tmux and, if tmux lets it through, of the terminal around it
	ScreenClipboard                  // of the terminal around GNU screen
	NoClipboard
)

// maxCopied bounds the control sequences that copy a text, in bytes. The painter drops
// more than 64 KiB, and terminals take no more than 74 to 100 kB.
const maxCopied = 60 << 10

// screenChunk is how many bytes of a sequence GNU screen passes on at once; older ones
// print what is longer.
const screenChunk = 240

// sequence returns the control sequences that copy a text; empty if there are none.
func (c Clipboard) sequence(text string) string {
	switch seq := ansi.SetSystemClipboard(text); c {
	case DirectClipboard:
		return seq
	case TmuxClipboard:
		// The first is for set-clipboard, the second for allow-passthrough: tmux drops
		// what it does not allow.
		return seq + ansi.TmuxPassthrough(seq)
	case ScreenClipboard:
		return ansi.ScreenPassthrough(seq, screenChunk)
	default:
		return ""
	}
}

// copyMessage copies the n-th newest message exactly, or shows it alone if the terminal
// does not take it.
func (c *chat) copyMessage(typed string, n int) {
	pos, have := c.log.nthText(n)
	switch {
	case have == 0:
		c.warn("There is no message to copy yet.")
		return
	case have < n:
		c.refuse(typed, "Only "+wording.Count(uint64(have), "message")+" can be copied here.")
		return
	}
	e := c.log.log.At(pos)
	text := string(e.Text)
	seq := c.env.Clipboard.sequence(text)
	if seq == "" || len(seq) > maxCopied {
		c.bare = &bareView{pos: pos}
		return
	}
	c.env.emit(seq)
	told := fmt.Sprintf("Copied, if your terminal allows it: %s. Alt-L shows it alone.", wording.Count(uint64(utf8.RuneCountInString(text)), "character"))
	if e.Burn > 0 {
		told += " It burns here, but not in your clipboard."
	}
	c.tell(told)
}

// hasText reports whether an event is a message whose text this session may show now.
func hasText(e *rooms.Event) bool { return e.Kind == rooms.Message && !e.Burnt && e.Text != "" }
