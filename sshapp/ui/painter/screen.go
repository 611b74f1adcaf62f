package painter

import (
	"math"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"wick/sshapp/ui/cells"
)

// Bounds that hold whatever a frame says, in cells.
const (
	maxSide  = 1000 // of a side
	maxTitle = 128  // of the title
)

// Some terminals keep titles on a stack:
// https://invisible-island.net/xterm/ctlseqs/ctlseqs.html (XTWINOPS 22, 23).
const (
	pushTitle = "\x1b[22;2t"
	popTitle  = "\x1b[23;2t"
)

// takeOver takes the terminal over. Lines do not wrap meanwhile: terminals
// disagree about the width of some characters, and a row that one of them finds
// too wide must not run into the next.
const takeOver = ansi.SetModeAltScreenSaveCursor + ansi.ResetModeAutoWrap +
	ansi.SetModeBracketedPaste + ansi.HideCursor

// giveBack undoes takeOver.
const giveBack = ansi.ResetModeBracketedPaste + ansi.SetModeAutoWrap +
	ansi.ShowCursor + ansi.ResetModeAltScreenSaveCursor

// Reports of the mouse cover buttons, not motion, in the one encoding that is
// plain ASCII.
const (
	mouseOn  = ansi.SetModeMouseNormal + ansi.SetModeMouseExtSgr
	mouseOff = ansi.ResetModeMouseNormal + ansi.ResetModeMouseExtSgr
	focusOn  = ansi.SetModeFocusEvent
	focusOff = ansi.ResetModeFocusEvent
)

// clearScreen blanks the screen, whatever margins and style were left behind. Some
// terminals save a screen in their scrollback that is erased all at once: with ED 2 many
// do, with ED 0 from the first cell on GNU screen does. That is right for what stood there
// before, and wrong for what was said in a room: so eraseScreen erases the first row apart.
const (
	clearScreen = "\x1b[r" + ansi.ResetStyle + "\x1b[H" + ansi.EraseScreenBelow
	eraseScreen = "\x1b[r" + ansi.ResetStyle + "\x1b[H" + ansi.EraseLineRight + "\x1b[2H" + ansi.EraseScreenBelow + "\x1b[H"
)

// shownRow is a row as the terminal shows it.
type shownRow struct {
	given string // in the frame
	clean string // sanitized; empty for a blank row
	exact bool   // sanitized in that manner
	tail  string // what follows clean, see tickRow; given is empty then
}

// text returns what the terminal shows.
func (r *shownRow) text() string { return r.clean + r.tail }

// is reports whether the row was given so, and sanitized in that manner.
func (r *shownRow) is(given string, exact bool) bool {
	return r.given == given && r.exact == exact && r.tail == ""
}

// screen is what the terminal shows. The zero value is a terminal that was not
// taken over yet.
type screen struct {
	recorded     bool // see Config.Recorded
	entered      bool
	known        bool // rows and sizes are what the terminal shows
	width        int
	height       int
	ascii        bool // as the last frame
	rows         []shownRow
	x, y         int // of the cursor; y < 0: hidden
	title        string
	mouse, focus bool // the terminal reports them
	clock        *Clock
	still        stillPart // of the clock
	wraps        []bool    // of the last frame

	hasExpired   func() bool // of the last frame; nil: never
	wasExpired   bool        // hasExpired was true
	expiredFrame func(width, height int) Frame
}

// expireWith sets what tells that the newest frame has expired.
func (s *screen) expireWith(hasExpired func() bool) {
	if s.hasExpired = hasExpired; hasExpired == nil {
		s.wasExpired = false
	}
}

// expired reports whether the newest frame may no longer be shown. Once true, it
// stays so until a frame that never expires.
func (s *screen) expired() bool {
	s.wasExpired = s.wasExpired || s.hasExpired != nil && s.hasExpired()
	return s.wasExpired
}

// paint appends what turns the terminal from what it shows into f.
func (s *screen) paint(buf []byte, f Frame) []byte {
	width, height := min(f.Width, maxSide), min(f.Height, maxSide)
	if width < 1 || height < 1 {
		return buf
	}
	begin := len(buf)
	full := !s.known || s.width != width || s.height != height || s.rewraps(&f) || s.ascii != f.ASCII
	if full {
		erase := eraseScreen
		if !s.entered {
			buf = append(buf, takeOver...)
			s.entered, s.y, erase = true, -1, clearScreen
		}
		// Otherwise a screen that is cleared and drawn anew flickers. Small
		// changes arrive at once anyway, without these 16 bytes.
		buf = append(buf, ansi.SetModeSynchronizedOutput...)
		buf = append(buf, erase...)
		s.known, s.width, s.height, s.ascii = true, width, height, f.ASCII
		s.rows = make([]shownRow, height)
	} else {
		buf = s.scroll(buf, f)
	}
	s.wraps = f.Wraps
	for y := 0; y < len(s.rows); y++ {
		if n := f.lineRows(y, len(s.rows)); n > 1 && full {
			buf = s.paintLine(buf, y, n, &f)
			y += n - 1
			continue
		}
		if f.Clock != nil && f.Clock.Row == y && f.Clock == s.clock && !full {
			continue // its ticks keep it current
		}
		buf = s.paintRow(buf, y, f.row(y), y == f.CursorY)
	}
	s.clock = f.Clock
	buf = s.retitle(buf, f.Title)
	buf = appendSwitch(buf, &s.mouse, f.Mouse, mouseOn, mouseOff)
	buf = appendSwitch(buf, &s.focus, f.Focus, focusOn, focusOff)
	buf = s.point(buf, f, len(buf) > begin)
	if full {
		buf = append(buf, ansi.ResetModeSynchronizedOutput...)
	}
	return buf
}

// held returns how many bytes the rows take.
func (s *screen) held() int64 {
	n := 0
	for _, r := range s.rows {
		n += len(r.given) + len(r.clean) + len(r.tail)
	}
	return int64(n)
}

// paintRow appends what turns row y into the one given. The row of the cursor is exact.
func (s *screen) paintRow(buf []byte, y int, row string, exact bool) []byte {
	if s.rows[y].is(row, exact) {
		return buf
	}
	old, clean := s.rows[y].text(), sanitize(row, s.width, manner{exact, s.ascii})
	s.rows[y] = shownRow{given: row, clean: clean, exact: exact}
	if clean != old {
		buf = appendRow(buf, y, old, clean, s.width)
	}
	return buf
}

// paintExpired paints the frame that stands in for one that has expired.
func (s *screen) paintExpired(buf []byte, width, height int) []byte {
	f := s.expiredFrame(width, height)
	f.ASCII = s.ascii
	return s.paint(buf, f)
}

// retitle appends the title, without controls.
func (s *screen) retitle(buf []byte, title string) []byte {
	if title == "" || title == s.title {
		return buf
	}
	if s.title == "" {
		buf = append(buf, pushTitle...)
	}
	s.title = title
	if s.ascii {
		title = cells.ASCII(title)
	}
	title = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, title)
	return append(buf, ansi.SetWindowTitle(ansi.Truncate(title, maxTitle, ""))...)
}

// appendSwitch turns a report on or off, unless it is so already.
func appendSwitch(buf []byte, is *bool, want bool, on, off string) []byte {
	switch {
	case want && !*is:
		buf = append(buf, on...)
	case !want && *is:
		buf = append(buf, off...)
	}
	*is = want
	return buf
}

// point puts the cursor where f wants it. moved says that painting moved it.
func (s *screen) point(buf []byte, f Frame, moved bool) []byte {
	x, y := min(max(f.CursorX, 0), s.width-1), f.CursorY
	if y < 0 || y >= s.height {
		x, y = 0, -1
	}
	if y >= 0 && (moved || x != s.x || y != s.y) {
		buf = appendMove(buf, x, y)
	}
	if y < 0 && s.y >= 0 {
		buf = append(buf, ansi.HideCursor...)
	}
	if y >= 0 && s.y < 0 {
		buf = append(buf, ansi.ShowCursor...)
	}
	s.x, s.y = x, y
	return buf
}

// leave appends what erases the screen, gives the terminal back and prints the
// lines of last. With wipe it also erases the scrollback.
func (s *screen) leave(buf []byte, wipe bool, last string) []byte {
	if s.entered {
		// First, so that the next program gets no reports.
		buf = appendSwitch(buf, &s.mouse, false, "", mouseOff)
		buf = appendSwitch(buf, &s.focus, false, "", focusOff)
		buf = append(buf, eraseScreen...)
		if wipe {
			// After erasing, in case that saved the screen in the scrollback.
			buf = append(buf, ansi.EraseEntireDisplay...)
		}
		if s.title != "" {
			// Emptied first, since not every terminal has a stack of titles.
			buf = append(buf, ansi.SetWindowTitle("")...)
			buf = append(buf, popTitle...)
		}
		buf = append(buf, giveBack...)
		if wipe {
			buf = append(buf, ansi.EraseEntireDisplay...)
		}
	}
	how := manner{ascii: s.ascii}
	*s = screen{recorded: s.recorded}
	for line := range strings.Lines(last) {
		line = sanitize(strings.TrimRight(line, "\r\n"), math.MaxInt, how)
		buf = append(buf, line...)
		buf = append(buf, "\r\n"...)
	}
	return buf
}
