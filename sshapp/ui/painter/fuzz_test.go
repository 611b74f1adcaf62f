package painter

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"wick/sshapp/ui/uitest"
)

// script turns bytes into frames.
type script struct {
	data  []byte
	frame Frame
	rows  [][]string // of tokens
}

// below reads a number below n; 0 when the bytes are used up.
func (s *script) below(n int) int {
	if len(s.data) == 0 {
		return 0
	}
	b := s.data[0]
	s.data = s.data[1:]
	return int(b) % n
}

func (s *script) row() []string {
	row := make([]string, s.below(6))
	for i := range row {
		row[i] = uitest.RowPieces[s.below(len(uitest.RowPieces))]
	}
	// Ends that are worth leaving alone when only the beginning changes.
	switch s.below(6) {
	case 0:
		row = append(row, "of all the plain words at the end")
	case 1:
		row = append(row, "\x1b[36m日本語の文章の終わり\x1b[m")
	}
	return row
}

// next is the next frame; redraw asks for painting it in full.
func (s *script) next() (f Frame, redraw bool) {
	if s.frame.Width == 0 {
		s.resize()
	}
	switch op := s.below(13); op {
	case 0:
		s.resize()
	case 1:
		redraw = true
	case 2:
		s.frame.CursorX, s.frame.CursorY = s.below(64)-2, s.below(14)-2
	case 3:
		s.frame.Title = fmt.Sprint("title ", s.below(3))
	case 4, 5, 6: // scrolled up or down, in or across the part that is said to scroll
		if len(s.rows) == 0 {
			break
		}
		top, n := s.below(len(s.rows)), 1+s.below(3)
		s.frame.Top, s.frame.Bottom = top, s.frame.Height
		if s.below(4) == 0 {
			s.frame.Top, s.frame.Bottom = s.below(14)-1, s.below(14)
		}
		for range n {
			if op == 6 {
				s.rows = slices.Insert(s.rows, top, s.row())[:len(s.rows)]
			} else {
				s.rows = append(slices.Delete(s.rows, top, top+1), s.row())
			}
		}
	case 7, 8, 9: // one token
		if len(s.rows) == 0 {
			break
		}
		row := s.rows[s.below(len(s.rows))]
		if len(row) > 0 {
			row[s.below(len(row))] = uitest.RowPieces[s.below(len(uitest.RowPieces))]
		}
	case 10: // more or fewer rows than the screen has
		s.rows = s.rows[:s.below(len(s.rows)+1)]
		for range s.below(8) {
			s.rows = append(s.rows, s.row())
		}
	default:
		for range s.below(5) {
			if len(s.rows) > 0 {
				s.rows[s.below(len(s.rows))] = s.row()
			}
		}
	}
	f = s.frame
	for _, row := range s.rows {
		f.Rows = append(f.Rows, strings.Join(row, ""))
	}
	return f, redraw
}

// resize changes one side or both; the rows stay as they are, but for those
// that are missing.
func (s *script) resize() {
	which := s.below(3)
	if which != 0 || s.frame.Width == 0 {
		s.frame.Width = 1 + s.below(60)
	}
	if which != 1 || s.frame.Height == 0 {
		s.frame.Height = 1 + s.below(12)
	}
	for len(s.rows) < s.frame.Height {
		s.rows = append(s.rows, s.row())
	}
}

func FuzzFramesPaintedOneAfterAnotherLookAsThoughPaintedInFull(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{20, 5, 2, 11, 1, 2, 12, 6, 3, 12, 25, 3, 4, 0, 5, 0, 1, 1, 5, 4, 1, 5, 0, 0})
	f.Add([]byte{0, 50, 0, 1, 8, 0, 1, 12, 1, 0, 2, 8, 44, 0})          // a column is added before words that stay
	f.Add([]byte{0, 50, 0, 3, 17, 45, 1, 3, 1, 12, 1, 0, 2, 17, 45, 3}) // what is behind a mark goes away
	f.Add([]byte("seeds of plain letters move through all of the operations, one byte after another"))
	for seed := range 48 {
		data := make([]byte, 400)
		rand.NewChaCha8([32]byte{byte(seed)}).Read(data)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		newTerminal := uitest.New
		if n := len(data); n > 0 && data[n-1]%3 > 0 { // the last byte is seldom read
			measure := [...]func(string) int{1: uitest.Runes, 2: uitest.Wide}[data[n-1]%3]
			newTerminal = func(width, height int) *uitest.Terminal { return uitest.NewWith(width, height, measure) }
		}
		paintAll(t, data, newTerminal)
	})
}

// paintAll checks the frames of a script on a terminal that measures in its own way.
func paintAll(t *testing.T, data []byte, newTerminal func(width, height int) *uitest.Terminal) {
	const most = 24 // frames
	frames := script{data: data}
	s := screen{recorded: len(data)%2 == 1}
	term, full := newTerminal(1, 1), newTerminal(1, 1)
	defer term.Close()
	defer full.Close()
	for i := 0; i < most && (i == 0 || len(frames.data) > 0); i++ {
		frame, redraw := frames.next()
		if redraw {
			s.known = false
		}
		term.Resize(frame.Width, frame.Height)
		out := s.paint(nil, frame)
		term.Write(out)
		if again := s.paint(nil, frame); len(again) != 0 {
			t.Fatalf("frame %d, shown twice, was painted twice: %q", i, again)
		}

		full.Resize(frame.Width, frame.Height)
		full.Write(new(screen).paint(nil, frame))
		if diff := uitest.Difference(term, full); diff != "" {
			t.Fatalf("frame %d: %s\nframe: %+v\nrows: %q\nwritten: %q", i, diff, frame, frame.Rows, out)
		}
	}
}
