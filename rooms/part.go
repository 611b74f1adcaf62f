package rooms

import "time"

// Part is what a room remembers, in small: the first of the events that a reader
// has not read yet. They are copies, and hold nothing else of the room.
type Part struct {
	Transcript

	// Of all that the room remembers for the member: the position of its oldest
	// event, and the one after its newest.
	Oldest, End uint64
}

// Read is Since for readers that may be slow: it returns copies of the first
// events from position pos on, as many as hold limit bytes of text together, and
// at least one. Who keeps them keeps no more of the room than those, however
// long it takes to tell them. Missed counts as for Since, if one Read goes on
// where the last one ended. A member has one reader, which uses Read or Since.
func (m *Member) Read(pos uint64, limit int) Part { return m.live.read(m, pos, limit) }

// After returns the position from which on the room has the messages numbered
// higher than seq. A Read from there misses none of those before.
func (m *Member) After(seq uint64) uint64 {
	l := m.live
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.expired() || l.journal == nil {
		return 0
	}
	pos, n := l.journal.after(seq)
	m.read = max(m.read, l.journal.came-n)
	return pos
}

func (l *live) read(m *Member, pos uint64, limit int) Part {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.expired() || l.journal == nil {
		return Part{Transcript: Transcript{From: pos}, Oldest: pos, End: pos}
	}
	j := l.journal
	p := Part{Oldest: j.since(m.start).From, End: j.end}
	rest := j.since(max(pos, m.start))
	p.From = rest.From
	p.Missed = max(j.dropped, m.read) - m.read
	m.read += p.Missed
	n := 0
	for size := 0; n < min(len(rest.Events), partEvents); n++ {
		at, e := rest.Positions[n], rest.Events[n]
		if whole, ok := j.apart[at]; ok {
			if seen, other := whole.seenBy(m); other {
				e = seen
			}
		}
		if size += len(e.Text); n > 0 && size > limit {
			break
		}
		p.Events, p.Positions = append(p.Events, e), append(p.Positions, at)
		m.read = min(m.read+e.count(), j.came)
		if e.class() == messages {
			m.seen = e.Seq
		}
	}
	if n == len(rest.Events) { // all is read
		m.seen = l.seq
		p.Came = l.delivered(m)
	}
	return p
}

// partEvents bounds the events of a Part: those that are no message have no text.
const partEvents = 32

// delivered tells the meter of the messages that the member has read by now, and
// returns when the oldest of them came. The caller holds mu.
func (l *live) delivered(m *Member) time.Time {
	if m.unread == 0 {
		return time.Time{}
	}
	l.hub.cfg.Meter.Delivered(m.unread)
	m.unread = 0
	return m.came
}
