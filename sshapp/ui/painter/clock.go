package painter

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Clock is a row that the painter keeps current without another frame: a second
// that passes costs the end of one row, and no Update and no View. Between frames with
// the same Clock only Painter.Tick renews the row, so if anything but the time changes in
// it, the frame needs another Clock.
type Clock struct {
	Row int

	// Text returns the current row in two parts. As long as the first is the same,
	// it is not read again. The second has a column of its own, so it begins with
	// Column. Only the painter calls Text.
	Text func() (still, moving string)
}

// stillPart is the first part of a clock's row, and how to go on after it.
type stillPart struct {
	text  string
	width int // of the screen
	ascii bool

	read  bool    // the following is known
	whole bool    // text ends on the screen, and not within a sequence or a character
	clean string  // sanitized
	after scanner // of the row, after text
	shown scanner // of the sanitized row, after clean
}

// scan reads the text.
func (p *stillPart) scan() {
	p.after = scanner{row: p.text}
	p.clean = p.after.clean(p.width, manner{ascii: p.ascii})
	for p.shown = (scanner{row: p.clean}); p.shown.next(); {
	}
	end := scanner{row: p.text + Column}
	for end.off < len(p.text) && end.next() {
	}
	p.read = true
	p.whole = end.off == len(p.text) && utf8.ValidString(p.text) && p.shown.col < p.width
}

// tick appends what renews the clock, or replaces a frame that has expired.
func (s *screen) tick(buf []byte) []byte {
	if s.expired() {
		return s.paintExpired(buf, s.width, s.height)
	}
	if !s.known || s.clock == nil || s.clock.Row < 0 || s.clock.Row >= len(s.rows) {
		return buf
	}
	begin := len(buf)
	still, moving := s.clock.Text()
	buf = s.tickRow(buf, s.clock.Row, still, moving)
	if len(buf) > begin && s.y >= 0 {
		buf = appendMove(buf, s.x, s.y)
	}
	return buf
}

// tickRow appends what turns row y into the two parts of the clock. The first one is
// read when it has come twice, since in a short countdown it may change each time.
func (s *screen) tickRow(buf []byte, y int, still, moving string) []byte {
	p := &s.still
	if y == s.y || still == "" || !strings.HasPrefix(moving, Column) {
		return s.paintRow(buf, y, still+moving, y == s.y)
	}
	if p.text != still || p.width != s.width || p.ascii != s.ascii {
		*p = stillPart{text: still, width: s.width, ascii: s.ascii}
		return s.paintRow(buf, y, still+moving, false)
	}
	if !p.read {
		p.scan()
	}
	old, same := s.rows[y].after(p.clean)
	at := p.after
	at.row, at.off = moving, 0
	tail := at.close(at.clean(s.width, manner{ascii: s.ascii}))
	if !same || !p.whole || tail == "" {
		return s.paintRow(buf, y, still+moving, false)
	}
	s.rows[y] = shownRow{clean: p.clean, tail: tail}
	if tail == old {
		return buf
	}
	// All of it, which is hardly longer than the least part that differs.
	buf = append(appendMove(buf, p.shown.col, y), ansi.EraseLineRight...)
	buf = append(buf, p.shown.style...)
	buf = append(buf, p.shown.link...)
	return append(buf, withoutAddress(tail)...)
}

// withoutAddress returns a text without the column that it may begin with.
func withoutAddress(text string) string {
	s := scanner{row: text}
	if s.next() && s.kind == tokenColumn {
		return strings.TrimPrefix(text[s.off:], ansi.EraseLineRight)
	}
	return text
}

// after returns what follows clean in the row, and reports whether the row begins so.
func (r *shownRow) after(clean string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(r.clean, clean)
	if r.tail != "" {
		return r.tail, ok && rest == ""
	}
	return rest, ok && !r.exact
}
