package ui

import (
	"strings"

	"wick/sshapp/wording"
)

// said is the message for a text that was typed and is no command.
func said(typed string) string {
	if strings.HasPrefix(typed, "//") && !wording.EscapesAction(typed) {
		typed = typed[1:]
	}
	return withEmoji(typed)
}

// commands tells whether a text that was typed asks for something rather than
// says it.
func commands(typed string) bool {
	_, does := wording.Meaning(typed)
	return strings.HasPrefix(typed, "/") && !strings.HasPrefix(typed, "//") && !does
}
