package ui

// maxMoves bounds the changes of direction that count within a frame.
const maxMoves = 8

// maxMove bounds a move, in rows. It is more than any transcript has.
const maxMove = 1 << 20

// moves collects what keys and the wheel scroll until the next frame. That costs next to
// nothing: where they lead is found out when the frame is drawn.
type moves struct {
	top  bool // to the top first
	n    int
	rows [maxMoves]int // then by these, in order; up is positive
}

func (m *moves) add(by int) {
	switch {
	case m.n > 0 && (m.rows[m.n-1] > 0) == (by > 0), m.n == maxMoves:
		last := &m.rows[m.n-1]
		*last = max(min(*last+by, maxMove), -maxMove)
	default:
		m.rows[m.n] = by
		m.n++
	}
}

// scroll moves the window up by a number of rows with the next frame, or down if it is
// negative.
func (t *transcript) scroll(by int) {
	if by < 0 && !t.scrolled {
		return
	}
	t.leaveEnd()
	t.pending.add(by)
}

// scrollToTop moves the window to the oldest rows with the next frame.
func (t *transcript) scrollToTop() {
	t.leaveEnd()
	t.pending = moves{top: true}
}

// leaveEnd keeps the window where it is from now on, even if messages come.
func (t *transcript) leaveEnd() {
	if !t.scrolled {
		t.seen, t.scrolled = t.log.Next(), true
		t.stand(t.end(), 0)
	}
}

// readTo returns the position after the newest event that the window has come to.
func (t *transcript) readTo() uint64 {
	if t.scrolled {
		return t.seen
	}
	return t.log.Next()
}

// settle does the pending moves for a window of that height.
func (t *transcript) settle(height int) {
	if !t.pending.top && t.pending.n == 0 {
		return
	}
	todo := t.pending
	t.pending = moves{}
	if height > 0 {
		if todo.top {
			t.top(height)
		}
		for _, by := range todo.rows[:todo.n] {
			if by > 0 {
				t.up(by, height)
			} else {
				t.down(-by)
			}
		}
	}
	t.followAtEnd()
}

func (t *transcript) end() edge {
	return edge{t.log.Next(), t.first + uint64(len(t.notes))}
}

// start returns the edge to draw upward from, and how many rows of the item above it to
// leave out. The edge moves if the room dropped the items around it.
func (t *transcript) start() (edge, int) {
	if !t.scrolled {
		return t.end(), 0
	}
	e := edge{max(t.bottom.pos, t.log.From), max(t.bottom.note, t.first)}
	it, _, some := t.above(e)
	if it != t.last {
		return e, 0
	}
	if some && t.below > 0 && !it.note && t.shared(it.id).Burnt {
		return e, min(t.below, t.height(it)-1) // it was longer until it burned
	}
	return e, t.below
}

// above returns the item before the edge, and the edge before that item.
func (t *transcript) above(e edge) (item, edge, bool) {
	i, _ := t.log.Index(e.pos)
	if e.note > t.first {
		if n := t.notes[e.note-t.first-1]; i == 0 || n.at > t.log.Pos(i-1) {
			return item{true, e.note - 1}, edge{e.pos, e.note - 1}, true
		}
	}
	if i > 0 {
		pos := t.log.Pos(i - 1)
		return item{false, pos}, edge{pos, e.note}, true
	}
	return item{}, e, false
}

// under returns the item after the edge, and the edge after that item.
func (t *transcript) under(e edge) (item, edge, bool) {
	i, _ := t.log.Index(e.pos)
	end := i == len(t.log.Events)
	if n := e.note - t.first; n < uint64(len(t.notes)) {
		if end || t.notes[n].at <= t.log.Pos(i) {
			return item{true, e.note}, edge{e.pos, e.note + 1}, true
		}
	}
	if !end {
		pos := t.log.Pos(i)
		return item{false, pos}, edge{pos + 1, e.note}, true
	}
	return item{}, e, false
}

// top moves a window of that height to the oldest rows.
func (t *transcript) top(height int) { t.topFrom(edge{t.log.From, t.first}, height) }

// topFrom moves a window of that height to the rows below at, or to the newest if there
// are too few.
func (t *transcript) topFrom(at edge, height int) {
	rows := 0
	for rows < height {
		it, next, ok := t.under(at)
		if !ok {
			t.follow()
			return
		}
		rows += t.height(it)
		at = next
	}
	t.leaveEnd()
	t.stand(at, rows-height)
}

// up scrolls back by n rows, as far as a window of that height stays full.
func (t *transcript) up(n, height int) {
	t.leaveEnd()
	bottom, below := t.start()
	// Count the rows above the bottom, as far as they matter.
	have := -below
	for e := bottom; have < n+height; {
		it, next, ok := t.above(e)
		if !ok {
			break
		}
		have += t.height(it)
		e = next
	}
	n = min(n, have-height)
	if n <= 0 {
		return
	}
	below += n
	for {
		it, next, ok := t.above(bottom)
		if !ok {
			break
		}
		rows := t.height(it)
		if below < rows {
			break
		}
		below -= rows
		bottom = next
	}
	t.stand(bottom, below)
}

// down scrolls forward by n rows, and follows again at the end.
func (t *transcript) down(n int) {
	if !t.scrolled {
		return
	}
	bottom, below := t.start()
	for below < n {
		it, next, ok := t.under(bottom)
		if !ok {
			t.follow()
			return
		}
		below += t.height(it)
		bottom = next
	}
	t.stand(bottom, below-n)
	t.followAtEnd()
}

// followAtEnd follows again if nothing is below the window.
func (t *transcript) followAtEnd() {
	if _, _, more := t.under(t.bottom); t.scrolled && !more && t.below == 0 {
		t.follow()
	}
}

// stand puts the bottom of the window on an edge, with that many rows of the item above
// the edge below the window.
func (t *transcript) stand(bottom edge, below int) {
	t.bottom, t.below = bottom, below
	t.last, _, _ = t.above(bottom)
}
