package ui

import (
	"strconv"
	"strings"
	"time"

	"wick/rooms"
)

// Crowd counts who came and went when that is too much to be told one by one.
type Crowd struct {
	Time                                                time.Time // of the last
	Joined, Left, Renamed, Away, Back, Admitted, Denied uint64
	Marked                                              uint64 // of those, how many have a name that was another's
}

// Add counts an event, and reports whether it is one that can be counted.
func (c *Crowd) Add(e rooms.Event) bool {
	n := c.of(e.Kind)
	if n == nil {
		return false
	}
	*n++
	if Doubted(e) {
		c.Marked++
	}
	c.Time = e.Time
	return true
}

func (c *Crowd) of(kind rooms.Kind) *uint64 {
	switch kind {
	case rooms.Joined:
		return &c.Joined
	case rooms.Left:
		return &c.Left
	case rooms.Renamed:
		return &c.Renamed
	case rooms.Away:
		return &c.Away
	case rooms.Back:
		return &c.Back
	case rooms.Admitted:
		return &c.Admitted
	case rooms.Denied:
		return &c.Denied
	default:
		return nil
	}
}

// Doubted reports whether somebody takes a name that was another's.
func Doubted(e rooms.Event) bool {
	return e.From.Marked && (e.Kind == rooms.Joined || e.Kind == rooms.Renamed || e.Kind == rooms.Back)
}

// Spoken is the crowd in a plain line, as Spoken is of an event.
func (c Crowd) Spoken(loc *time.Location, width int) string {
	var all []string
	for _, part := range []struct {
		n         uint64
		one, many string
	}{
		{c.Joined, "came in", "came in"},
		{c.Left, "left", "left"},
		{c.Renamed, "changed a name", "changed their names"},
		{c.Away, "lost the server", "lost the server"},
		{c.Back, "is back", "are back"},
		{c.Admitted, "was let in", "were let in"},
		{c.Denied, "was not let in", "were not let in"},
	} {
		switch {
		case part.n == 1:
			all = append(all, "1 "+part.one)
		case part.n > 1:
			all = append(all, strconv.FormatUint(part.n, 10)+" "+part.many)
		}
	}
	text := c.Time.In(loc).Format("15:04 * ") + strings.Join(all, ", ")
	if c.Marked > 0 {
		text += "; " + strconv.FormatUint(c.Marked, 10) + " under a name that was another's before: /who shows them"
	}
	return hung(text, spokenIndent, width)
}
