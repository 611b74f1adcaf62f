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
	case 'm', 'c':
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
	default:
		e, err = c.openNoticeEvent(ref, p)
	}
	if err != nil {
		return rooms.Event{}, err
	}
	return e, nil
}

// openMessage decodes a message of the history, or what replaced it.
func (c codec) openMessage(ref rooms.Ref, p entry) (rooms.Event, error) {
	sealed := map[byte]string{'m': sealedMessage, 'c': sealedBurnt}[p.kind]
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
	default:
		e.From, e.By = n.seat, n.by
	}
	return e, nil
}

// openHistory decodes the newest entries of the history, of which the last one has
// the given number, and the fuses: for each, the number of its message and the
// envelope of its revealing. An entry that no server sealed, that has another
// number than its place, or that is there twice, becomes an Unreadable message.
func (c codec) openHistory(ref rooms.Ref, newest uint64, entries, fuses []string, at time.Time) []rooms.Event {
	lit := make(map[string]string, len(fuses)/2)
	for i := 0; i+1 < len(fuses); i += 2 {
		lit[fuses[i]] = fuses[i+1]
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

// openEntry decodes an entry of the history. lit has the envelopes of fuses by
// the numbers of their messages.
func (c codec) openEntry(ref rooms.Ref, raw string, lit map[string]string) (rooms.Event, error) {
	p, err := parseEntry(raw)
	if err != nil {
		return rooms.Event{}, err
	}
	if p.epoch != ref.Epoch || p.kind != 'm' && p.kind != 'c' {
		return rooms.Event{}, errNoEvent
	}
	e, err := c.openMessage(ref, p)
	if err != nil || e.Burn == 0 || e.Burnt {
		return e, err
	}
	if envelope := lit[number(p.n)]; envelope != "" {
		if revealed, err := c.openWords(ref, sealedRevealed, envelope); err == nil && revealed.ID == e.ID {
			e.Deadline = revealed.Deadline
		}
	}
	return e, nil
}
