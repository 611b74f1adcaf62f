package ui

import (
	"slices"
	"time"

	"wick/rooms"
)

// Bounds of the local lines that a session keeps.
const (
	maxNotes  = 50
	noteBytes = 64 << 10 // /who in a full room takes eight
)

// transcript draws the window on what a room remembers that is on the screen.
// It holds a position in the room's own transcript, the lines that only this
// session sees, and the finished rows of the window; no copy of what was said.
type transcript struct {
	theme *Theme
	loc   *time.Location
	me    string // identity
	alias string // what this session's person is called

	width  int       // 0: nothing was drawn in this theme
	viewed time.Time // when the width or the theme changed last
	room   *rowCache // of the room; nil: none
	cache  *rowCache // in use: the room's, or one of this session alone

	whole rooms.Transcript // as the room has it
	log   rooms.Transcript // from where it was cleared
	clear uint64           // that position
	notes []note
	first uint64 // number of notes[0]

	// The bottom of the window while scrolled: an edge, and how many rows of
	// the item above it are below the window.
	scrolled bool
	bottom   edge
	last     item // above bottom
	below    int
	seen     uint64 // position after the newest event when scrolling began
	pending  moves  // what the keys since the last frame scroll

	window, spare []block // from the bottom upward
}

// note is a line that only this session sees. It stands before the event at
// its position.
type note struct {
	at   uint64
	role role
	text string
	rule bool      // drawn across the screen
	when time.Time // not zero: drawn as what happened in the room then

	width, rows int // how many rows it has at that width; 0: not known
}

// role is what a note is to its reader: the theme says how that looks.
type role uint8

const (
	aside role = iota
	remark
	warning
)

func (t *Theme) note(r role) ink {
	return [...]ink{aside: t.dim, remark: t.accent, warning: t.alarm}[r]
}

// edge is a place between two items: the position of the event and the number
// of the note that come next.
type edge struct{ pos, note uint64 }

// item is one thing in the window: an event, or a note.
type item struct {
	note bool
	id   uint64 // position or number
}

// take replaces the room's part. Positions stay, so what is scrolled to does.
func (t *transcript) take(log rooms.Transcript) {
	t.whole, t.log = log, log.Tail(t.clear)
	if log.Missed > 0 {
		t.tellMissed(log.Missed)
		t.whole.Missed, t.log.Missed = 0, 0 // told once
	}
}

// forget shows nothing any more of what is there.
func (t *transcript) forget() {
	t.clear = t.log.Next()
	t.take(t.whole)
	t.first += uint64(len(t.notes))
	t.notes = nil
	t.window, t.spare = nil, nil
	t.follow()
}

// setTheme draws everything in another theme.
func (t *transcript) setTheme(theme *Theme) {
	t.theme, t.width = theme, 0
}

// tell adds a local line after everything that is there. A warning that stands
// there already is not repeated.
func (t *transcript) tell(r role, text string) {
	t.follow()
	n := note{at: t.log.Next(), role: r, text: text}
	if r == warning && len(t.notes) > 0 {
		if l := t.notes[len(t.notes)-1]; l.at == n.at && l.role == r && l.text == text {
			return
		}
	}
	t.add(n)
}

// tellMissed adds a line where messages are missing that the room dropped before
// this session read them: all that it has now are new, and come after.
func (t *transcript) tellMissed(missed uint64) {
	n := note{at: t.log.Next(), role: remark, text: happened(rooms.Event{Kind: rooms.Missed, Seq: missed})}
	for pos, e := range t.log.All() {
		if e.Kind == rooms.Message || e.Kind == rooms.Withheld || e.Kind == rooms.Missed {
			n.at = pos
			break
		}
	}
	t.add(n)
}

func (t *transcript) add(n note) {
	t.notes = append(t.notes, n)
	bytes := 0
	for _, n := range t.notes {
		bytes += len(n.text)
	}
	drop := 0
	for ; len(t.notes)-drop > maxNotes || bytes > noteBytes && len(t.notes)-drop > 1; drop++ {
		bytes -= len(t.notes[drop].text)
	}
	t.notes = slices.Delete(t.notes, 0, drop)
	t.first += uint64(drop)
}

// markNew draws a line before the first message after the one seen last, if any.
func (t *transcript) markNew(seen uint64) {
	for pos, e := range t.log.All() {
		if e.Kind == rooms.Message && e.Seq > seen {
			t.notes = append(t.notes, note{at: pos, role: remark, text: "new since you left", rule: true})
			return
		}
	}
}

// follow shows the newest from now on.
func (t *transcript) follow() { t.scrolled, t.pending = false, moves{} }

// unread counts the messages that came since the window was scrolled away.
func (t *transcript) unread() int {
	if !t.scrolled {
		return 0
	}
	n := 0
	for _, e := range t.log.Tail(t.seen).All() {
		if e.Kind == rooms.Message {
			n++
		}
	}
	return n
}
