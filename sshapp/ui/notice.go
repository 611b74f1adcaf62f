package ui

// NoticeMsg is a sentence that this session alone is shown, as a warning.
type NoticeMsg string
