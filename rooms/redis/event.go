package redis

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"wick/rooms"
)

var errNoEvent = fmt.Errorf("what Redis holds is no event: %w", rooms.ErrSealed)

// entry is an event as scripts publish it and as the history keeps a message, see
// event in lua/core.lua:
//
//	kind number ":" epoch ":" clear ":" envelope
type entry struct {
	kind     byte
	n        uint64
	epoch    string
	clear    string // for a message the tag of its ID; for a seat the roster's marks before and after
	envelope string
}

func parseEntry(raw string) (entry, error) {
	head, rest, ok1 := strings.Cut(raw, ":")
	epoch, rest, ok2 := strings.Cut(rest, ":")
	clear, envelope, ok3 := strings.Cut(rest, ":")
	if !ok1 || !ok2 || !ok3 || head == "" {
		return entry{}, errNoEvent
	}
	n, err := strconv.ParseUint(head[1:], 10, 63)
	if err != nil {
		return entry{}, errNoEvent
	}
	return entry{head[0], n, epoch, clear, envelope}, nil
}

// notices are the letters of the kinds of events that a notice seals.
var notices = map[byte]struct {
	kind   rooms.Kind
	sealed string
}{
	's': {rooms.Shortened, sealedShortened},
	'L': {rooms.Locked, sealedLocked},
	'U': {rooms.Unlocked, sealedUnlocked},
	'k': {rooms.Knocked, sealedKnocked},
	'y': {rooms.Admitted, sealedAdmitted},
	'd': {rooms.Denied, sealedDenied},
	'o': {rooms.Kicked, sealedKicked},
	'w': {rooms.Typing, sealedTyping},
	'q': {rooms.Probed, sealedProbed},
	'a': {rooms.Answered, sealedAnswered},
	'x': {rooms.Destroyed, sealedDestroyed},
	'r': {rooms.Looked, sealedLooked},
	'X': {rooms.Taken, sealedTaken},
}

// openEvent decodes a published event. The error is ErrSealed if no server sealed
// it, also if it has another form than an event.
func (c codec) openEvent(name rooms.Name, raw string) (rooms.Event, error) {
	p, err := parseEntry(raw)
	if err != nil {
		return rooms.Event{}, err
	}
	ref := rooms.Ref{Name: name, Epoch: p.epoch}
	var e rooms.Event
	switch p.kind {
	case 'm', 'c', 'u':
		e, err = c.openMessage(ref, p)
	case 'f':
		if e, err = c.openWords(ref, sealedRevealed, p.envelope); err == nil {
			e.Kind, e.Seq = rooms.Revealed, p.n
		}
	case 'p', 'l':
		if e, err = c.openSeat(ref, p.envelope); err == nil {
			e.Roster = p.n
			e.Before, e.Mark, _ = strings.Cut(p.clear, ",")
			if p.kind == 'l' {
				e.Kind, e.Was = rooms.Left, ""
			}
		}
	case 'D':
		var d rooms.Drop
		if d, err = c.openDrop(ref, p.envelope); err == nil {
			e = rooms.Event{Kind: rooms.Dropped, Epoch: ref.Epoch, Time: d.Time, From: d.From, Drop: &d}
		}
	case 'F', 'R':
		e, err = c.openFileEvent(ref, p)
	default:
		e, err = c.openNoticeEvent(ref, p)
	}
	if err != nil {
		return rooms.Event{}, err
	}
	return e, nil
}

// openFileEvent decodes that a file was put, or removed.
func (c codec) openFileEvent(ref rooms.Ref, p entry) (rooms.Event, error) {
	kind, sealed := rooms.FilePut, sealedFile
	if p.kind == 'R' {
		kind, sealed = rooms.FileRemoved, sealedRemoved
	}
	f, err := c.openFile(ref, sealed, p.envelope)
	return rooms.Event{Kind: kind, Epoch: ref.Epoch, Time: f.Time, From: f.From, File: &f}, err
}

// openMessage decodes a message of the history, or what replaced it.
func (c codec) openMessage(ref rooms.Ref, p entry) (rooms.Event, error) {
	sealed := map[byte]string{'m': sealedMessage, 'c': sealedBurnt, 'u': sealedUnsaid}[p.kind]
	e, err := c.openWords(ref, sealed, p.envelope)
	e.Seq = p.n
	return e, err
}

// openNoticeEvent decodes an event that a notice seals.
func (c codec) openNoticeEvent(ref rooms.Ref, p entry) (rooms.Event, error) {
	is, ok := notices[p.kind]
	if !ok {
		return rooms.Event{}, errNoEvent
	}
	n, err := c.openNotice(ref, is.sealed, p.envelope)
	if err != nil {
		return rooms.Event{}, err
	}
	e := rooms.Event{Kind: is.kind, Epoch: ref.Epoch, Time: n.at}
	switch is.kind {
	case rooms.Shortened:
		e.From.Alias, e.Deadline = n.by, time.UnixMilli(int64(n.n))
	case rooms.Locked, rooms.Unlocked:
		e.From.Alias, e.Lock = n.by, n.n
	case rooms.Destroyed:
		e.From.Alias, e.Seq, e.Deadline = n.by, p.n, time.UnixMilli(int64(n.n))
	case rooms.Looked:
		e.From, e.ID, e.Seq = n.seat, n.by, p.n
	case rooms.Taken:
		e.From, e.Seq, e.Deadline = n.seat, p.n, time.UnixMilli(int64(n.n))
	default:
		e.From, e.By = n.seat, n.by
	}
	return e, nil
}

// openHistory decodes the newest entries of the history, of which the last one has
// the given number, and the fuses: for each, the number of its message, a letter, and
// the envelope of its revealing ("f") or of a look ("r"). An entry that no server
// sealed, that has another number than its place, or that is there twice, becomes an
// Unreadable message.
func (c codec) openHistory(ref rooms.Ref, newest uint64, entries, fuses []string, at time.Time) []rooms.Event {
	lit := make(map[string]fuse, len(fuses)/3)
	for i := 0; i+2 < len(fuses); i += 3 {
		f := lit[fuses[i]]
		if fuses[i+1] == "f" {
			f.revealed = fuses[i+2]
		} else {
			f.looks = append(f.looks, fuses[i+2])
		}
		lit[fuses[i]] = f
	}
	events := make([]rooms.Event, 0, len(entries))
	seen := make(map[string]bool, len(entries))
	for i, raw := range entries {
		seq := newest - uint64(len(entries)-1-i)
		e, err := c.openEntry(ref, raw, lit)
		if err != nil || e.Seq != seq || seen[e.ID] {
			e = rooms.Event{Kind: rooms.Unreadable, Epoch: ref.Epoch, Seq: seq, Time: at}
		}
		seen[e.ID] = e.ID != ""
		events = append(events, e)
	}
	return events
}

// fuse has the envelopes that belong to a message that burns.
type fuse struct {
	revealed string // empty: it does not burn yet, or not any more
	looks    []string
}

// openEntry decodes an entry of the history. lit has the fuses by the numbers of their
// messages.
func (c codec) openEntry(ref rooms.Ref, raw string, lit map[string]fuse) (rooms.Event, error) {
	p, err := parseEntry(raw)
	if err != nil {
		return rooms.Event{}, err
	}
	if p.epoch != ref.Epoch || p.kind != 'm' && p.kind != 'c' && p.kind != 'u' {
		return rooms.Event{}, errNoEvent
	}
	e, err := c.openMessage(ref, p)
	if err != nil || e.Burn == 0 {
		return e, err
	}
	f := lit[number(p.n)]
	if looks := c.openLooks(ref, e.ID, f.looks); looks != nil {
		e.Looks = &looks
	}
	if f.revealed != "" && p.kind == 'm' {
		if revealed, err := c.openWords(ref, sealedRevealed, f.revealed); err == nil && revealed.ID == e.ID {
			e.Deadline = revealed.Deadline
		}
	}
	return e, nil
}

// openLooks returns those of the looks that are at the message with the ID, each
// person's once.
func (c codec) openLooks(ref rooms.Ref, id string, sealed []string) (looks []rooms.Look) {
	seen := map[string]bool{}
	for _, envelope := range sealed {
		n, err := c.openNotice(ref, sealedLooked, envelope)
		if err == nil && n.by == id && !seen[n.seat.Identity] && len(looks) < rooms.MaxLooks {
			seen[n.seat.Identity] = true
			looks = append(looks, rooms.Look{By: n.seat, Time: n.at})
		}
	}
	return looks
}
