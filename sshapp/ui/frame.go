package ui

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

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

	// Came is when the oldest message came to this process that no frame before
	// took account of; zero: there is none. See Painter.Painted.
	Came time.Time
	// What the terminal reports as input while this frame shows: the wheel of
	// the mouse, as SGR reports of buttons; and that its window gains or loses
	// the focus. The painter asks for it, and no longer than it has the terminal.
	Mouse, Focus bool

	// Clock is a row that changes by itself, whatever Rows says of it; nil:
	// there is none.
	Clock *Clock

	// Expired reports whether nothing of the frame may be shown any more, because
	// the deadline of its room has passed; nil: it never does. The painter asks
	// right before it writes, for this process may have stood still since the
	// frame was drawn. Once it was true, the frame and all that follow it with an
	// Expired are painted as an empty screen.
	Expired func() bool

	// Rows [Top, Bottom) are where text scrolls, if anywhere: a hint that
	// makes painting cheap and never changes what is seen.
	Top, Bottom int

	budget *budget // of the session; painting the frame spends it, too
}

// Clock is a row that the painter keeps right without another frame: a second
// that passes then costs one row, and no Update and no View. Frames that show
// the same Clock leave the row to its ticks; what it shows beside the time must
// stay as it is, so a change needs another Clock.
type Clock struct {
	Row  int
	Tick <-chan struct{} // has a value when Text may have changed; nil: never
	Text func() string   // the row as it reads now; called by the painter alone
}

// row is row y with the clock as it reads now.
func (f *Frame) row(y int) string {
	switch {
	case f.Clock != nil && f.Clock.Row == y:
		return f.Clock.Text()
	case y < len(f.Rows):
		return f.Rows[y]
	default:
		return ""
	}
}

// ashes is the screen in place of a frame that has expired: nothing of the room,
// in the title neither.
func ashes(width, height int) Frame {
	const word = "burning out…"
	f := Frame{Width: width, Height: height, CursorY: -1, Title: " "}
	if cells := ansi.StringWidth(word); cells <= width && height > 0 {
		f.Rows = make([]string, height)
		f.Rows[height/2] = strings.Repeat(" ", (width-cells)/2) + word
	}
	return f
}

// older is the earlier of two times, one of which may be zero.
func older(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
