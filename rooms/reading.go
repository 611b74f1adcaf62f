package rooms

import "time"

// maxPartEvents bounds the events of a Part, as notices have no text.
const maxPartEvents = 32

// Part is the beginning of what a reader has not read yet. Its events are copies, and
// hold nothing else of the room.
type Part struct {
	Transcript

	// Of all that the room remembers for the member: the position of its oldest
	// event, and the one after its newest.
	Oldest, End uint64
}

// Read is Since for readers that may be slow: it returns copies of the first
// events from position pos on, as many as hold limit bytes of text together, and
// at least one. A reader that keeps them keeps no more of the room, however long
// it takes to pass them on. Missed counts as for Since, if one Read goes on where
// the last one ended. A member has one reader, which uses Read or Since.
func (m *Member) Read(pos uint64, limit int) Part {
	l := m.room
	l.mu.Lock()
	defer l.mu.Unlock()
	j := l.transcript.journal
	if l.checkDeadline() || j == nil {
		return Part{Transcript: Transcript{From: pos}, Oldest: pos, End: pos}
	}
	p := Part{Oldest: j.since(m.start).From, End: j.next}
	rest := j.since(max(pos, m.start))
	p.From = rest.From
	p.Missed = max(j.dropped, m.read) - m.read
	m.read += p.Missed
	n := 0
	for size := 0; n < min(len(rest.Events), maxPartEvents); n++ {
		at, e := rest.Positions[n], rest.Events[n]
		if full, ok := j.restricted[at]; ok {
			if view, differs := full.viewFor(m); differs {
				e = view
			}
		}
		if size += len(e.Text); n > 0 && size > limit {
			break
		}
		p.Events, p.Positions = append(p.Events, e), append(p.Positions, at)
		m.read = min(m.read+e.messageCount(), j.total)
		if e.class() == classMessage {
			m.seen = e.Seq
		}
	}
	if n == len(rest.Events) { // everything is read
		m.seen = l.transcript.seq
		p.Came = l.countDelivered(m)
	}
	return p
}

// Since returns what the room's transcript has from position pos on. Since(0) is
// all that the room remembers, from the oldest message that the store kept when
// the member entered. It is empty after the end. Events that all members see are
// not copied.
func (m *Member) Since(pos uint64) Transcript {
	l := m.room
	l.mu.Lock()
	defer l.mu.Unlock()
	j := l.transcript.journal
	if l.checkDeadline() || j == nil {
		return Transcript{From: pos}
	}
	t := j.since(max(pos, m.start))
	t.Missed = max(j.dropped, m.read) - m.read
	m.read = j.total
	t.Came = l.countDelivered(m)
	m.seen = l.transcript.seq
	t.views = l.viewsFor(m)
	return t
}

// After returns the position from which on the room has the messages numbered
// higher than seq. A Read from there does not count those before as missed.
func (m *Member) After(seq uint64) uint64 {
	l := m.room
	l.mu.Lock()
	defer l.mu.Unlock()
	j := l.transcript.journal
	if l.checkDeadline() || j == nil {
		return 0
	}
	pos, n := j.after(seq)
	m.read = max(m.read, j.total-n)
	return pos
}

// countDelivered counts the messages that the member has read by now, and returns
// when the oldest of them arrived. The caller holds mu.
func (l *liveRoom) countDelivered(m *Member) time.Time {
	if m.unread == 0 {
		return time.Time{}
	}
	l.hub.cfg.Metrics.Delivered(m.unread)
	m.unread = 0
	return m.arrived
}
