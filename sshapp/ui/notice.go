package ui

// NoticeMsg is a sentence to show to this session alone, as a warning.
type NoticeMsg string
