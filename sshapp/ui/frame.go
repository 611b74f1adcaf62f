package ui

// Frame is a whole screen as it should look. The zero value is no screen:
// nothing is painted for it.
//
// Rows are styled with SGR and OSC 8 only; every other control is left out
// when they are painted. Rows that are missing are blank; what is more than
// Width cells or Height rows is cut off. Who gives a frame away must not change
// its rows afterwards.
type Frame struct {
	Width, Height int // of the terminal, in cells

	Rows []string // from the top

	CursorX, CursorY int // in cells, from 0; CursorY < 0: hidden

	Title string // of the window; empty leaves it alone

	// Rows [Top, Bottom) are where text scrolls, if anywhere: a hint that
	// makes painting cheap and never changes what is seen.
	Top, Bottom int
}
