package rooms

import "time"

// maxPartEvents bounds the events of a Part, as notices have no text.
const maxPartEvents = 32

// Part is the beginning of what a reader has not read yet. Its events are copies, and
// hold nothing else of the room. They have no Text of messages that burn, whoever said
// or revealed them: what such a reader has passed on cannot be taken back.
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
	if !l.readable() {
		return Part{Transcript: Transcript{From: pos}, Oldest: pos, End: pos}
	}
	p, complete := l.transcript.read(m, pos, limit)
	if complete {
		p.Came = l.countDelivered(m)
	}
	return p
}

// read is Member.Read, and reports whether the part is all that there is.
func (t *transcript) read(m *Member, pos uint64, limit int) (p Part, complete bool) {
	j := t.journal
	p = Part{Oldest: j.since(m.start).From, End: j.next}
	rest := j.since(max(pos, m.start))
	p.From = rest.From
	p.Missed = max(j.dropped, m.read) - m.read
	m.read += p.Missed
	n := 0
	for size := 0; n < min(len(rest.Events), maxPartEvents); n++ {
		at, e := rest.Positions[n], rest.Events[n]
		if full, ok := j.restricted[at]; ok {
			if view, differs := full.viewFor(m); differs {
				e = &view
			}
		}
		if e.Burn > 0 && e.Text != "" {
			hidden := *e
			hidden.Text, e = "", &hidden
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
	if complete = n == len(rest.Events); complete {
		m.seen = t.seq
	}
	return p, complete
}

// Since returns what the room's transcript has from position pos on. Since(0) is
// all that the room remembers, from the oldest message that the store kept when
// the member entered. It is empty after the end. Events that all members see are
// not copied.
func (m *Member) Since(pos uint64) Transcript {
	l := m.room
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.readable() {
		return Transcript{From: pos}
	}
	t := l.transcript.since(m, pos)
	t.Came = l.countDelivered(m)
	return t
}

// since is Member.Since.
func (t *transcript) since(m *Member, pos uint64) Transcript {
	j := t.journal
	view := j.since(max(pos, m.start))
	view.Missed = max(j.dropped, m.read) - m.read
	view.views = t.viewsFor(m)
	m.read, m.seen = j.total, t.seq
	return view
}

// After returns the position from which on the room has the messages numbered
// higher than seq. A Read from there does not count those before as missed.
func (m *Member) After(seq uint64) uint64 {
	l := m.room
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.readable() {
		return 0
	}
	return l.transcript.seek(m, seq)
}

// seek is Member.After.
func (t *transcript) seek(m *Member, seq uint64) uint64 {
	pos, n := t.journal.after(seq)
	m.read = max(m.read, t.journal.total-n)
	return pos
}

// startAfter has a newcomer see the messages numbered higher than seq.
func (t *transcript) startAfter(m *Member, seq uint64) {
	var n uint64
	m.start, n = t.journal.after(seq)
	m.read = t.journal.total - n
}

// readable reports whether there is a transcript to read. The caller holds mu.
func (l *liveRoom) readable() bool { return !l.checkDeadline() && l.transcript.journal != nil }

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
