package painter

import (
	"hash/maphash"
	"strconv"

	"github.com/charmbracelet/x/ansi"
)

// Bounds of a scroll, in rows.
const (
	maxShift  = 64
	nearShift = 4 // a message or two
)

// scroll appends what moves the rows that f shows elsewhere in its scrolling
// part, if that saves painting them.
func (s *screen) scroll(buf []byte, f Frame) []byte {
	top, bottom := max(f.Top, 0), min(f.Bottom, s.height, len(f.Rows))
	if bottom-top < 2 {
		return buf
	}
	old, by := s.rows[top:bottom], shiftOf(s.rows[top:bottom], f.Rows[top:bottom])
	if by == 0 {
		return buf
	}
	if s.recorded {
		buf = blankRows(buf, top, old[:max(by, 0)]) // reverse index records nothing
	}
	buf = append(buf, "\x1b["...)
	buf = strconv.AppendInt(buf, int64(top)+1, 10)
	buf = append(buf, ';')
	buf = strconv.AppendInt(buf, int64(bottom), 10)
	buf = append(buf, 'r')
	// Index and reverse index at the margin: the Linux console has no SU and SD.
	if by > 0 {
		buf = appendMove(buf, 0, bottom-1)
		for range by {
			buf = append(buf, ansi.Index...)
		}
		copy(old, old[by:])
		clear(old[len(old)-by:])
	} else {
		buf = appendMove(buf, 0, top)
		for range -by {
			buf = append(buf, ansi.ReverseIndex...)
		}
		copy(old[-by:], old)
		clear(old[:-by])
	}
	return append(buf, "\x1b[r"...)
}

// blankRows appends what erases rows, from row y on, that are about to scroll out.
func blankRows(buf []byte, y int, rows []shownRow) []byte {
	for i, r := range rows {
		if r.clean != "" {
			buf = append(appendMove(buf, 0, y+i), ansi.EraseLineRight...)
		}
	}
	return buf
}

// hashSeed seeds the hashes that rows are compared by, since long rows often start
// alike.
var hashSeed = maphash.MakeSeed()

// shiftOf returns by how many rows the old rows moved up to become the new ones.
// It is negative for down, and 0 if scrolling would save nothing.
func shiftOf(old []shownRow, new []string) int {
	stay, best := 0, 1 // scrolling costs about as much as a row
	for i, row := range new {
		if old[i].given == row {
			stay++
			if old[i].clean != "" {
				best++
			}
		}
	}
	if stay >= len(new)-2 {
		return 0
	}
	var was, is []uint64 // hashes, made once they are worth it
	// same counts the rows that moving up by k puts right, and those of them that
	// are not blank: a blank row saves nothing.
	same := func(k int) (n, filled int) {
		for i := max(0, -k); i < len(new) && i+k < len(old); i++ {
			if (was == nil || was[i+k] == is[i]) && old[i+k].given == new[i] {
				n++
				if old[i+k].clean != "" {
					filled++
				}
			}
		}
		return n, filled
	}
	by := 0
	for k := 1; k < len(new) && k <= maxShift; k++ {
		if k > nearShift && was == nil {
			was, is = make([]uint64, len(old)), make([]uint64, len(new))
			for i := range new {
				was[i], is[i] = maphash.String(hashSeed, old[i].given), maphash.String(hashSeed, new[i])
			}
		}
		for _, k := range [...]int{k, -k} {
			n, filled := same(k)
			if filled > best {
				best, by = filled, k
			}
			if by == k && n == len(new)-max(k, -k) {
				return by // nothing moves more rows
			}
		}
	}
	return by
}
