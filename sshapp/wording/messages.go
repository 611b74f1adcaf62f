package wording

import (
	"strings"
	"time"

	"wick/rooms"
)

// me begins an action, such as "/me waves". It is kept in the text of a message, so that
// each client shows the action in its own way. A text that people should read with these
// very characters has one more slash.
const me = "/me "

// Meaning returns what a message with that clean text says or, if action is true, what
// the sender does, to be shown after the name.
func Meaning(text string) (said string, action bool) {
	if rest, ok := strings.CutPrefix(text, me); ok && rest != "" {
		return rest, true
	}
	if strings.HasPrefix(text, "//") && EscapesAction(text) {
		return text[1:], false
	}
	return text, false
}

// EscapesAction reports whether a text begins like an action, with any number of
// slashes.
func EscapesAction(text string) bool {
	rest := strings.TrimLeft(text, "/")
	return rest != text && strings.HasPrefix(rest, me[1:])
}

// veil stands for a text that is hidden or gone.
const veil = "▒▒▒"

// Veiled reports whether Body returns nothing of what the sender said.
func Veiled(e rooms.Event) bool { return e.Unsaid || e.Burn > 0 && (e.Burnt || e.Text == "") }

// Body returns the text of a message as it is shown now, clean. For a burning message it
// adds when the text burns and, while the text is hidden, a hint how to see it.
func Body(e rooms.Event, loc *time.Location, hint string) string {
	switch {
	case e.Unsaid:
		return veil + " taken back"
	case e.Burn == 0:
		return e.Text.Clean()
	case e.Burnt:
		return veil + " burned"
	case e.Text == "" && e.Deadline.IsZero():
		return veil + " burns " + Span(e.Burn) + " after the first look" + hint
	case e.Text == "":
		return veil + " burns at " + e.Deadline.In(loc).Format("15:04:05") + hint
	case e.Deadline.IsZero():
		return aside(e.Text.Clean(), "(burns "+Span(e.Burn)+" after the first look)")
	default:
		return aside(e.Text.Clean(), "(burns at "+e.Deadline.In(loc).Format("15:04:05")+")")
	}
}

// aside returns a text with a remark after it. Behind several lines it stands on one of
// its own, since the last one may end a block of code.
func aside(text, remark string) string {
	if strings.Contains(text, "\n") {
		return text + "\n" + remark
	}
	return text + " " + remark
}
