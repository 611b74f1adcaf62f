package ui

import (
	"hash/maphash"
	"strconv"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Bounds of a frame, whatever it says.
const (
	painterSide  = 1000 // of a side, in cells
	painterTitle = 128  // of the title, in cells
	painterShift = 64   // of a scroll, in rows
	painterNear  = 4    // rows: a message or two
)

// Titles are kept on a stack in the terminal, where it has one:
// https://invisible-island.net/xterm/ctlseqs/ctlseqs.html (XTWINOPS 22, 23).
const (
	painterPushTitle = "\x1b[22;2t"
	painterPopTitle  = "\x1b[23;2t"
)

// painterEnter takes the terminal over. Lines do not wrap while we have it:
// terminals disagree about the width of some characters, and a row that one of
// them finds too wide must not run into the next.
const painterEnter = ansi.SetModeAltScreenSaveCursor + ansi.ResetModeAutoWrap +
	ansi.SetModeBracketedPaste + ansi.HideCursor

// painterLeave gives it back.
const painterLeave = ansi.ResetModeBracketedPaste + ansi.SetModeAutoWrap +
	ansi.ShowCursor + ansi.ResetModeAltScreenSaveCursor

// What a terminal reports while it is asked to: buttons (not motion), in the
// one encoding that has no bytes beyond ASCII, and the focus.
const (
	painterMouseOn  = ansi.SetModeMouseNormal + ansi.SetModeMouseExtSgr
	painterMouseOff = ansi.ResetModeMouseNormal + ansi.ResetModeMouseExtSgr
	painterFocusOn  = ansi.SetModeFocusEvent
	painterFocusOff = ansi.ResetModeFocusEvent
)

// painterErase blanks the screen, whatever margins and style were left behind.
// It erases from the top down: erased all at once (ED 2), some terminals save
// the screen in their scrollback.
const painterErase = "\x1b[r" + ansi.ResetStyle + "\x1b[H" + ansi.EraseScreenBelow

// painterRow is a row as it stands on the terminal.
type painterRow struct {
	given string // by the frame
	ink   string // of it; empty for a blank row
}

// painterScreen is what the terminal shows. The zero value is a terminal that
// was not taken over yet.
type painterScreen struct {
	entered bool
	known   bool // rows and sizes are what the terminal shows
	width   int
	height  int
	rows    []painterRow
	x, y    int // of the cursor; y < 0: hidden
	title   string
	mouse   bool // reported
	focus   bool // reported
	clock   *Clock
	expired func() bool // of the frame shown last; nil: never
	burnt   bool        // it was true
}

// expires notes when the next frame may not be shown any more.
func (s *painterScreen) expires(expired func() bool) {
	if s.expired = expired; expired == nil {
		s.burnt = false
	}
}

// over reports whether nothing of what is shown may be shown any more.
func (s *painterScreen) over() bool {
	s.burnt = s.burnt || s.expired != nil && s.expired()
	return s.burnt
}

// paint appends what turns the terminal from what it shows into f.
func (s *painterScreen) paint(buf []byte, f Frame) []byte {
	width, height := min(f.Width, painterSide), min(f.Height, painterSide)
	if width < 1 || height < 1 {
		return buf
	}
	begin := len(buf)
	full := !s.known || s.width != width || s.height != height
	if full {
		if !s.entered {
			buf = append(buf, painterEnter...)
			s.entered, s.y = true, -1
		}
		// A screen that is cleared and drawn anew would flicker. Small
		// changes arrive at once anyway, without these 16 bytes.
		buf = append(buf, ansi.SetModeSynchronizedOutput...)
		buf = append(buf, painterErase...)
		s.known, s.width, s.height = true, width, height
		s.rows = make([]painterRow, height)
	} else {
		buf = s.scroll(buf, f)
	}
	for y := range s.rows {
		if f.Clock != nil && f.Clock.Row == y && f.Clock == s.clock && !full {
			continue // right already: its ticks keep it so
		}
		buf = s.paintRow(buf, y, f.row(y))
	}
	s.clock = f.Clock
	buf = s.retitle(buf, f.Title)
	buf = painterSwitch(buf, &s.mouse, f.Mouse, painterMouseOn, painterMouseOff)
	buf = painterSwitch(buf, &s.focus, f.Focus, painterFocusOn, painterFocusOff)
	buf = s.point(buf, f, len(buf) > begin)
	if full {
		buf = append(buf, ansi.ResetModeSynchronizedOutput...)
	}
	return buf
}

// held is how many bytes the rows take.
func (s *painterScreen) held() int64 {
	n := 0
	for _, r := range s.rows {
		n += len(r.given) + len(r.ink)
	}
	return int64(n)
}

// paintRow appends what turns row y into the one given.
func (s *painterScreen) paintRow(buf []byte, y int, row string) []byte {
	if row == s.rows[y].given {
		return buf
	}
	old, ink := s.rows[y].ink, painterInk(row, s.width)
	s.rows[y] = painterRow{row, ink}
	if ink != old {
		buf = painterAppendRow(buf, y, old, ink, s.width)
	}
	return buf
}

// tick appends what sets the clock right, or empties the screen at its end.
func (s *painterScreen) tick(buf []byte) []byte {
	if s.over() {
		return s.paint(buf, ashes(s.width, s.height))
	}
	if !s.known || s.clock == nil || s.clock.Row < 0 || s.clock.Row >= len(s.rows) {
		return buf
	}
	begin := len(buf)
	buf = s.paintRow(buf, s.clock.Row, s.clock.Text())
	if len(buf) > begin && s.y >= 0 {
		buf = painterAppendMove(buf, s.x, s.y)
	}
	return buf
}

// ticks is the clock's channel; nil, which never has a value, without a clock.
func (s *painterScreen) ticks() <-chan struct{} {
	if s.clock == nil {
		return nil
	}
	return s.clock.Tick
}

// scroll moves rows that f shows elsewhere in its scrolling part, if that saves
// painting them.
func (s *painterScreen) scroll(buf []byte, f Frame) []byte {
	top, bottom := max(f.Top, 0), min(f.Bottom, s.height, len(f.Rows))
	if bottom-top < 2 {
		return buf
	}
	old, by := s.rows[top:bottom], painterScroll(s.rows[top:bottom], f.Rows[top:bottom])
	if by == 0 {
		return buf
	}
	buf = append(buf, "\x1b["...)
	buf = strconv.AppendInt(buf, int64(top)+1, 10)
	buf = append(buf, ';')
	buf = strconv.AppendInt(buf, int64(bottom), 10)
	buf = append(buf, 'r')
	// Index and reverse index at the margin: the Linux console has no SU and SD.
	if by > 0 {
		buf = painterAppendMove(buf, 0, bottom-1)
		for range by {
			buf = append(buf, ansi.Index...)
		}
		copy(old, old[by:])
		clear(old[len(old)-by:])
	} else {
		buf = painterAppendMove(buf, 0, top)
		for range -by {
			buf = append(buf, ansi.ReverseIndex...)
		}
		copy(old[-by:], old)
		clear(old[:-by])
	}
	return append(buf, "\x1b[r"...)
}

// painterSeed is of the hashes by which rows are compared: long ones often begin
// alike.
var painterSeed = maphash.MakeSeed()

// painterScroll is by how many rows the old ones moved up to become the new
// ones: negative for down, 0 where scrolling would save nothing.
func painterScroll(old []painterRow, new []string) int {
	stay, best := 0, 1 // to scroll costs about as much as a row
	for i, row := range new {
		if old[i].given == row {
			stay++
			if old[i].ink != "" {
				best++
			}
		}
	}
	if stay >= len(new)-2 {
		return 0
	}
	var was, is []uint64 // hashes, once they are worth it
	// same counts the rows that are right after moving up by k; of blank
	// ones nothing is saved.
	same := func(k int) (n, inked int) {
		for i := max(0, -k); i < len(new) && i+k < len(old); i++ {
			if (was == nil || was[i+k] == is[i]) && old[i+k].given == new[i] {
				n++
				if old[i+k].ink != "" {
					inked++
				}
			}
		}
		return n, inked
	}
	by := 0
	for k := 1; k < len(new) && k <= painterShift; k++ {
		if k > painterNear && was == nil {
			was, is = make([]uint64, len(old)), make([]uint64, len(new))
			for i := range new {
				was[i], is[i] = maphash.String(painterSeed, old[i].given), maphash.String(painterSeed, new[i])
			}
		}
		for _, k := range [...]int{k, -k} {
			n, inked := same(k)
			if inked > best {
				best, by = inked, k
			}
			if by == k && n == len(new)-max(k, -k) {
				return by // nothing moves more rows
			}
		}
	}
	return by
}

func (s *painterScreen) retitle(buf []byte, title string) []byte {
	if title == "" || title == s.title {
		return buf
	}
	if s.title == "" {
		buf = append(buf, painterPushTitle...)
	}
	s.title = title
	title = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, title)
	return append(buf, ansi.SetWindowTitle(ansi.Truncate(title, painterTitle, ""))...)
}

// painterSwitch turns a report on or off, where it is not that already.
func painterSwitch(buf []byte, is *bool, want bool, on, off string) []byte {
	switch {
	case want && !*is:
		buf = append(buf, on...)
	case !want && *is:
		buf = append(buf, off...)
	}
	*is = want
	return buf
}

// point puts the cursor where f wants it; moved tells that painting moved it.
func (s *painterScreen) point(buf []byte, f Frame, moved bool) []byte {
	x, y := min(max(f.CursorX, 0), s.width-1), f.CursorY
	if y < 0 || y >= s.height {
		x, y = 0, -1
	}
	if y >= 0 && (moved || x != s.x || y != s.y) {
		buf = painterAppendMove(buf, x, y)
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

// leave appends what erases the screen and gives the terminal back, and the
// last words. With wipe the scrollback is erased too.
func (s *painterScreen) leave(buf []byte, wipe bool, last string) []byte {
	if s.entered {
		// First, so that nothing is reported to what takes over.
		buf = painterSwitch(buf, &s.mouse, false, "", painterMouseOff)
		buf = painterSwitch(buf, &s.focus, false, "", painterFocusOff)
		buf = append(buf, painterErase...)
		if wipe {
			// After erasing, in case that saved the screen to the scrollback.
			buf = append(buf, ansi.EraseEntireDisplay...)
		}
		if s.title != "" {
			// Emptied first: not every terminal has a stack to take the old one from.
			buf = append(buf, ansi.SetWindowTitle("")...)
			buf = append(buf, painterPopTitle...)
		}
		buf = append(buf, painterLeave...)
		if wipe {
			buf = append(buf, ansi.EraseEntireDisplay...)
		}
	}
	width := s.width
	*s = painterScreen{}
	for line := range strings.Lines(last) {
		line = painterLine(strings.TrimRight(line, "\r\n"))
		rows := []string{line}
		if width > 0 { // the terminal alone would break it anywhere
			rows = wrap(line, width)
		}
		for _, row := range rows {
			buf = append(buf, row...)
			buf = append(buf, "\r\n"...)
		}
	}
	return buf
}
