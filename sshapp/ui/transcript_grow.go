package ui

import (
	"slices"

	"wick/rooms"
	"wick/sshapp/wording"
)

// In a busy room most frames differ from the one before in a message or two at the bottom
// of the window. Then the other rows move up, and nothing is asked about their items.

// continues reports whether a log has the events of an earlier one, maybe followed by others:
// a room appends to an array, and puts whatever else changes into a new one.
func continues(log, earlier *rooms.Transcript) bool {
	n := len(earlier.Events)
	return n > 0 && len(log.Events) >= n && log.From == earlier.From && &log.Events[0] == &earlier.Events[0]
}

// isContinued reports whether the log has the events of its state in the last view, maybe
// followed by others, and nothing else has changed that the window depends on.
func (t *transcript) isContinued() bool {
	was, is := t.drew, t.state()
	was.takes, was.end.pos, was.events = is.takes, is.end.pos, is.events
	return was == is && !t.scrolled && t.look == look{}
}

// grow draws what was said since the last view, if that is all that may have changed in a
// window of that height. It reports whether it did.
func (t *transcript) grow(height int) bool {
	n := t.drew.events
	if len(t.shown) != height || !t.lasting || n == 0 || !t.isContinued() {
		return false
	}
	said := t.log.Events[n:]
	if len(said) > 0 && runOf(t.log.Events[n-1]) != wording.NoRun {
		return false // it may be folded into what follows
	}
	fresh, rows := t.spare[:0], 0 // from the bottom upward, as the window
	for i := range slices.Backward(said) {
		it := item{id: t.log.Pos(n + i)}
		if !t.lasts(it) {
			return false
		}
		if t.skipped(it) {
			continue
		}
		b := t.blockOf(it, block{})
		if rows += len(b.rows); rows >= height {
			return false // nothing of the window stays
		}
		fresh = append(fresh, b)
	}
	copy(t.shown, t.shown[rows:])
	y := height - rows
	for _, b := range slices.Backward(fresh) {
		y += copy(t.shown[y:], b.rows)
	}
	t.tall += rows
	t.window = slices.Insert(t.window, 0, fresh...)
	clear(fresh)
	t.spare = fresh[:0]
	for last := len(t.window) - 1; last >= 0 && t.tall-len(t.window[last].rows) >= height; last-- {
		t.tall -= len(t.window[last].rows)
		t.window[last] = block{}
		t.window = t.window[:last]
	}
	return true
}

// lasts reports whether an item looks the same until the room replaces its event. One that
// burns, or that not everybody may see, may look different before.
func (t *transcript) lasts(it item) bool {
	if it.note {
		return true
	}
	e := t.shared(it.id)
	return e.Burn == 0 && e.Kind != rooms.Withheld && e.Kind != rooms.Private
}
