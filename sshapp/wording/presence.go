package wording

import (
	"strconv"
	"strings"
	"time"

	"wick/rooms"
)

// Presence counts the events of a PresenceRun that are too many to be told one by
// one. The zero value is ready.
type Presence struct {
	Time                                                time.Time // of the last
	Joined, Left, Renamed, Away, Back, Admitted, Denied uint64
	Marked                                              uint64 // events among them that are Doubtful
}

// Add counts an event, and reports whether it is one that can be counted.
func (p *Presence) Add(e rooms.Event) bool {
	n := p.counter(e.Kind)
	if n == nil {
		return false
	}
	*n++
	if Doubtful(e) {
		p.Marked++
	}
	p.Time = e.Time
	return true
}

func (p *Presence) counter(kind rooms.Kind) *uint64 {
	switch kind {
	case rooms.Joined:
		return &p.Joined
	case rooms.Left:
		return &p.Left
	case rooms.Renamed:
		return &p.Renamed
	case rooms.Away:
		return &p.Away
	case rooms.Back:
		return &p.Back
	case rooms.Admitted:
		return &p.Admitted
	case rooms.Denied:
		return &p.Denied
	default:
		return nil
	}
}

// presencePart is one of the counts in words.
type presencePart struct {
	n               uint64
	sign, one, many string
}

func (p *Presence) parts() []presencePart {
	return []presencePart{
		{p.Joined, "→", "came in", "came in"},
		{p.Left, "←", "left", "left"},
		{p.Renamed, "~", "changed their name", "changed their names"},
		{p.Away, "…", "lost the connection", "lost the connection"},
		{p.Back, "→", "is back", "are back"},
		{p.Admitted, "■", "was let in", "were let in"},
		{p.Denied, "■", "was not let in", "were not let in"},
	}
}

// sign returns the sign of the first part of String.
func (p *Presence) sign() string {
	for _, part := range p.parts() {
		if part.n > 0 {
			return part.sign
		}
	}
	return ""
}

// String returns the counts in words, such as "3 came in, 1 left".
func (p Presence) String() string {
	var all []string
	for _, part := range p.parts() {
		switch {
		case part.n == 1:
			all = append(all, "1 "+part.one)
		case part.n > 1:
			all = append(all, strconv.FormatUint(part.n, 10)+" "+part.many)
		}
	}
	text := strings.Join(all, ", ")
	if p.Marked > 0 {
		text += "; " + strconv.FormatUint(p.Marked, 10) + " under a name that somebody else had before: /who shows them"
	}
	return text
}
