package ui

import (
	"slices"
	"time"

	"wick/rooms"
)

// Bounds of the local lines that a session keeps.
const (
	maxNotes  = 50
	noteBytes = 64 << 10 // eight times what /who takes in a full room
)

// transcript draws the part of a room's transcript that is on the screen, the window. It
// holds a position in the room's own transcript, the lines that only this session sees,
// and the finished rows of the window. It has no copy of the messages.
type transcript struct {
	theme *Theme
	loc   *time.Location
	me    string // identity
	alias string // of this session's person

	width  int       // 0: nothing has been drawn in this theme
	viewed time.Time // when the width or the theme last changed
	room   *rowCache // of the room; nil: none
	cache  *rowCache // in use: that of the room, or one of this session alone

	whole rooms.Transcript // as the room has it
	log   rooms.Transcript // the part since /clear
	clear uint64           // where that starts
	notes []note
	first uint64 // number of notes[0]

	// The bottom of the window while scrolled: an edge, and how many rows of the
	// item above that edge are below the window.
	scrolled bool
	bottom   edge
	last     item // above bottom
	below    int
	seen     uint64 // position after the newest event when scrolling began
	pending  moves  // scrolling since the last frame

	window, spare []block // from the bottom upward
	tall          int     // rows of the window's blocks, also of those that are cut off
	lasting       bool    // all items of the window last, see lasts

	takes, breaks uint64      // see windowState
	shown         []row       // of the last view
	drew          windowState // for shown

	look // at a message that burns
}

// note is a text that only this session sees. It stands before the event at its
// position.
type note struct {
	at   uint64
	role role
	text string
	link string    // of all of the text; empty: none
	rule bool      // drawn across the screen
	when time.Time // not zero: drawn like an event of that time

	width, rows int // the number of rows at a width; 0: not known
}

// role says what a note is for, and so how it looks.
type role uint8

const (
	aside role = iota
	remark
	warning
)

func (t *Theme) note(r role) ink {
	return [...]ink{aside: t.dim, remark: t.accent, warning: t.alarm}[r]
}

// edge is a place between two items, given by the position of the next event and the
// number of the next note.
type edge struct{ pos, note uint64 }

// item is an event or a note in the transcript.
type item struct {
	note bool
	id   uint64 // position or number
}

// take takes the newest transcript of the room. Positions do not change, so neither does
// the window if it is scrolled.
func (t *transcript) take(log rooms.Transcript) {
	tail := log.Tail(t.clear)
	if t.takes++; !continues(&tail, &t.log) {
		t.breaks++
	}
	t.whole, t.log = log, tail
	if log.Missed > 0 {
		t.tellMissed(log.Missed)
		t.whole.Missed, t.log.Missed = 0, 0 // mentioned once
	}
}

// forget clears the window, and never again shows what is in the transcript now.
func (t *transcript) forget() {
	t.clear = t.log.Next()
	t.take(t.whole)
	t.first += uint64(len(t.notes))
	t.notes = nil
	t.window, t.spare, t.shown = nil, nil, nil
	t.follow()
}

// setTheme has everything drawn in another theme.
func (t *transcript) setTheme(theme *Theme) {
	t.theme = theme
	t.renew()
}

// setZone has all times shown in another zone.
func (t *transcript) setZone(zone *time.Location) {
	t.loc = zone
	t.renew()
}

// renew has everything laid out anew.
func (t *transcript) renew() {
	t.width, t.shown = 0, nil
	for i := range t.notes {
		t.notes[i].width = 0
	}
}

// tell adds a note after everything else. A warning that is the last note already is
// not repeated.
func (t *transcript) tell(r role, text string) {
	t.tellNote(note{role: r, text: text})
}

// tellLinked is tell for an aside that is a link.
func (t *transcript) tellLinked(text, link string) {
	t.tellNote(note{role: aside, text: text, link: link})
}

func (t *transcript) tellNote(n note) {
	t.follow()
	n.at = t.log.Next()
	if n.role == warning && len(t.notes) > 0 {
		if l := t.notes[len(t.notes)-1]; l.at == n.at && l.role == n.role && l.text == n.text {
			return
		}
	}
	t.add(n)
}

// tellMissed adds a note about messages that the room dropped before this session read
// them. All messages that the room still has are newer, so the note stands before them.
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

// markNew adds a rule before the first message after the one seen last, if there is one.
func (t *transcript) markNew(seen uint64) {
	for pos, e := range t.log.All() {
		if e.Kind == rooms.Message && e.Seq > seen {
			t.notes = append(t.notes, note{at: pos, role: remark, text: "new since you left", rule: true})
			return
		}
	}
}

// follow has the window show the newest rows from now on.
func (t *transcript) follow() { t.scrolled, t.pending = false, moves{} }

// unread counts the messages that came since the window was scrolled away.
func (t *transcript) unread() int {
	if !t.scrolled {
		return 0
	}
	n := 0
	for _, e := range t.log.Tail(t.seen).All() {
		if e.Kind == rooms.Message && !e.Unsaid {
			n++
		}
	}
	return n
}
