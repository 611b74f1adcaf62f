package ui

// NoticeMsg is a sentence that this session alone is shown, as a warning.
type NoticeMsg string

// Refusal is an error that says, in the words of a person, what this server
// does not let somebody do, and when it will.
type Refusal string

func (r Refusal) Error() string { return string(r) }
