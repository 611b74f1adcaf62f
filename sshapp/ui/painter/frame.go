package painter

import "time"

// Frame is a whole screen as it should look. The zero value is no screen:
// nothing is painted for it.
//
// Rows are styled with SGR and OSC 8, and aligned with Column; any other control is
// left out. Characters have the cells that package cells gives them. Missing rows are
// blank; what exceeds Width cells or Height rows is cut off.
// The caller must not change the rows of a frame that it has shown.
type Frame struct {
	Width, Height int // of the terminal, in cells

	Rows []string // from the top

	CursorX, CursorY int // in cells, from 0; CursorY < 0: hidden

	// ASCII has the rows and the title written in ASCII, for a terminal that shows
	// nothing else: see cells.ASCII.
	ASCII bool

	Title string // of the window; empty leaves it alone

	// Received is when this process received the oldest message that no earlier
	// frame shows; zero: there is none. See Config.Painted.
	Received time.Time

	// Mark is the caller's. See Painter.Mark; 0: none.
	Mark uint64

	// Mouse and Focus have the terminal report the mouse wheel, as SGR reports
	// of buttons, and its window gaining or losing the focus. Reporting ends
	// with the next frame that does not ask for it, or with Close.
	Mouse, Focus bool

	// Clock is a row that changes by itself; Rows is ignored there. Nil: none.
	Clock *Clock

	// Expired reports whether the frame may no longer be shown; nil: it always
	// may. The painter asks right before it writes, since the process may have
	// stood still after the frame was drawn. Once it has returned true, this
	// frame and all later ones with an Expired are replaced by Config.Expired.
	Expired func() bool

	// Wraps says of each row whether its text goes on in the next one, as in a line
	// that the terminal itself has wrapped. Whoever selects such rows gets one line.
	// They are plain text, and fill the width, except where a wide character does not
	// fit. Nil: none does.
	Wraps []bool

	// Rows [Top, Bottom) are the part where text scrolls, if any. This is a
	// hint: it makes painting cheaper and never changes what is seen.
	Top, Bottom int
}

// row returns row y, with the clock as it reads now.
func (f *Frame) row(y int) string {
	switch {
	case f.Clock != nil && f.Clock.Row == y:
		still, moving := f.Clock.Text()
		return still + moving
	case y < len(f.Rows):
		return f.Rows[y]
	default:
		return ""
	}
}

// blank is a frame with nothing on it, and nothing in the title.
func blank(width, height int) Frame {
	return Frame{Width: width, Height: height, CursorY: -1, Title: " "}
}
