package ui

import "strings"

// me begins what somebody does rather than says: /me waves. It is kept in the
// text of a message, for those that are no screen to show it as they like. A
// text that is to be read with those very characters has one more slash.
const me = "/me "

// meant is what a message of that clean text says, or, where does is true,
// what the sender does, to stand after the name.
func meant(text string) (said string, does bool) {
	if rest, ok := strings.CutPrefix(text, me); ok && rest != "" {
		return rest, true
	}
	if strings.HasPrefix(text, "//") && slashed(text) {
		return text[1:], false
	}
	return text, false
}

// slashed tells whether a text would, but for slashes, be read as what
// somebody does.
func slashed(text string) bool {
	rest := strings.TrimLeft(text, "/")
	return rest != text && strings.HasPrefix(rest, me[1:])
}

// said is the message for a text that was typed and is no command.
func said(typed string) string {
	if strings.HasPrefix(typed, "//") && !slashed(typed) {
		typed = typed[1:]
	}
	return withEmoji(typed)
}

// commands tells whether a text that was typed asks for something rather than
// says it.
func commands(typed string) bool {
	_, does := meant(typed)
	return strings.HasPrefix(typed, "/") && !strings.HasPrefix(typed, "//") && !does
}
