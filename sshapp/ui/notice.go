package ui

// noticeMsg is a sentence to show to this session alone, as a warning.
type noticeMsg string
