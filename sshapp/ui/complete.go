package ui

// candidates returns what the beginning of a word may become; before is the text
// before it.
func (c *chat) candidates(before, typed string) []string {
	return c.completer.Candidates(c.room(), before, typed)
}
