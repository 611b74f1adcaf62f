package ui

import (
	"slices"
	"time"

	"wick/rooms"
)

// viewRest is how long a session must keep its width and theme before it draws with the
// cache of the room. A session that keeps resizing uses a cache of its own.
const viewRest = time.Second

// block is an item of the window with its rows.
type block struct {
	item  item
	stamp stamp
	burn  burnState
	rows  []row
}

// burnState is what the rows of a burning message depend on: whether it is hidden or
// gone, and when it burns. It is 0 for any other item.
type burnState int64

const (
	burnPending burnState = 1 << iota
	burnHidden
	burnOver
	burnBits = 3
)

// windowState is what the rows of the window depend on.
type windowState struct {
	takes    uint64 // how often the transcript was taken
	breaks   uint64 // how often it did not continue the one before
	events   int
	end      edge
	width    int
	theme    *Theme
	zone     *time.Location
	cache    *rowCache
	alias    string
	scrolled bool
	bottom   edge
	below    int
	pending  moves
	look     look
}

func (t *transcript) state() windowState {
	return windowState{t.takes, t.breaks, len(t.log.Events), t.end(), t.width, t.theme, t.loc, t.cache, t.alias, t.scrolled, t.bottom, t.below, t.pending, t.look}
}

// view returns the rows of the window, until the next call. It draws them only if they
// may have changed: most frames show a key that was typed.
func (t *transcript) view(height, width int) []row {
	t.setView(width)
	if len(t.shown) == height && t.drew == t.state() {
		return t.shown
	}
	if !t.grow(height) {
		t.shown = append(t.shown[:0], make([]row, height)...)
		t.draw(t.shown, width)
	}
	t.drew = t.state()
	return t.shown
}

// draw fills the rows of the window from the bottom up. Rows that it does not reach stay
// empty.
func (t *transcript) draw(rows []row, width int) {
	t.setView(width)
	t.settle(len(rows))
	t.bringUp(len(rows))
	if !t.fill(rows) && t.scrolled {
		// There is not enough above any more, for instance after a resize.
		t.follow()
		clear(rows)
		t.fill(rows)
	}
}

// setView chooses the cache for the width and the theme.
func (t *transcript) setView(width int) {
	changed := width != t.width
	if !changed && t.cache == t.room {
		return
	}
	now := time.Now()
	rested := now.Sub(t.viewed) >= viewRest // the first view is, too
	if changed {
		t.width, t.window, t.viewed = width, nil, now
	}
	switch {
	case rested || t.room == nil:
		t.cache = t.room
	case changed:
		t.cache = newRowCache(sessionRowBytes)
	}
}

// use sets the cache of the room. It changes when the room replaces its transcript or a
// message in it: then no cache may hold what there was.
func (t *transcript) use(room *rowCache) {
	switch {
	case t.cache == t.room:
		t.cache = room
	case room != t.room:
		t.cache = newRowCache(sessionRowBytes)
	}
	t.room = room
}

// fill draws the window, and keeps its blocks for the next frame. It returns false if
// rows stayed empty.
func (t *transcript) fill(rows []row) bool {
	at, below := t.start()
	old, next := t.window, t.spare[:0]
	t.reached, t.lasting, t.tall = false, true, 0
	y := len(rows)
	for y > 0 {
		it, e, ok := t.above(at)
		if !ok {
			break
		}
		t.lasting = t.lasting && t.lasts(it)
		if t.skipped(it) {
			at, below = e, 0
			continue
		}
		var b block
		b, old = reuse(old, it)
		b = t.blockOf(it, b)
		next = append(next, b)
		t.tall += len(b.rows)
		t.reached = t.reached || below == 0 && it == item{id: t.reading}
		last := max(len(b.rows)-below, 0)
		for _, r := range slices.Backward(b.rows[:last]) {
			if y == 0 {
				break
			}
			y--
			rows[y] = r
		}
		at, below = e, 0
	}
	clear(t.window[:cap(t.window)]) // release what left the window
	t.spare, t.window = t.window[:0], next
	return y == 0
}

// blockOf returns the block of an item, which is was if nothing has changed.
func (t *transcript) blockOf(it item, was block) block {
	st, burn := t.stampOf(it), t.burnOf(it)
	if was.rows != nil && was.stamp == st && was.burn == burn {
		return was
	}
	return block{it, st, burn, t.rows(it, st)}
}

// reuse returns the block of an item from those of the last window, which are in the
// same order, and the blocks after it.
func reuse(old []block, it item) (block, []block) {
	for i, b := range old {
		if b.item == it {
			return b, old[i+1:]
		}
	}
	return block{}, old
}

// burnOf returns the state of a burning message, or 0 for any other item.
func (t *transcript) burnOf(it item) burnState {
	if it.note || !t.burns(it.id) {
		return 0
	}
	e := t.log.At(it.id)
	state := burnPending
	if e.Text == "" {
		state |= burnHidden
	}
	if e.Burnt || e.Unsaid {
		state |= burnOver
	}
	if !e.Deadline.IsZero() {
		state |= burnState(e.Deadline.UnixMilli()) << burnBits
	}
	return state
}

// burns reports whether the event at a position is a message that burns, also one for
// this session's person alone.
func (t *transcript) burns(pos uint64) bool { return t.log.At(pos).Burn > 0 }

// rows returns the rows of an item, shared with the sessions that see it alike. Rows of
// a burning message are kept only in the window, since they must burn with it.
func (t *transcript) rows(it item, st stamp) []row {
	if it.note || t.burns(it.id) {
		return t.layAndNote(it, st)
	}
	k := t.key(it, st)
	if t.own(t.log.At(it.id)) {
		k.view.reader, k.view.alias = t.me, t.alias
	}
	return t.cache.get(k, func() []row { return t.layAndNote(it, st) })
}

// own reports whether this session draws the event differently from others.
func (t *transcript) own(e *rooms.Event) bool {
	return e.From.Identity == t.me || e.To != nil || e.Burn > 0 || t.isMention(e)
}

// key returns the key of an item that everybody sees alike. It also serves for the
// heights of items that some see in other colours.
func (t *transcript) key(it item, st stamp) rowKey {
	return rowKey{view{theme: t.theme, zone: t.loc.String(), width: t.width}, it.id, st}
}

// heightKey returns the key of an item's height. A direct message has one for each
// reader, since the recipient sees "you" in place of an alias.
func (t *transcript) heightKey(it item, st stamp) rowKey {
	k := t.key(it, st)
	if t.log.At(it.id).To != nil {
		k.view.reader = t.me
	}
	return k
}

// layAndNote lays an item out and keeps its height.
func (t *transcript) layAndNote(it item, st stamp) []row {
	rows := t.lay(it, st)
	switch {
	case it.note:
		own := &t.notes[it.id-t.first]
		own.width, own.rows = t.width, len(rows)
	case !t.burns(it.id):
		t.cache.noteHeight(t.heightKey(it, st), len(rows))
	}
	return rows
}

// height returns the number of rows of an item. It lays the item out only if the height
// is not known.
func (t *transcript) height(it item) int {
	if t.skipped(it) {
		return 0
	}
	st := t.stampOf(it)
	switch {
	case it.note:
		if n := t.notes[it.id-t.first]; n.width == t.width {
			return n.rows
		}
	case t.burns(it.id):
		if b, _ := reuse(t.window, it); b.rows != nil && b.burn == t.burnOf(it) && b.stamp == st {
			return len(b.rows)
		}
	default:
		if n, ok := t.cache.height(t.heightKey(it, st)); ok {
			return n
		}
		if b, _ := reuse(t.window, it); b.rows != nil && b.stamp == st {
			return len(b.rows)
		}
	}
	return len(t.rows(it, st))
}
