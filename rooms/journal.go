package rooms

import (
	"math"
	"slices"
)

const (
	noticeCap = 200 // notices that a journal keeps beside its messages
	minSlack  = 50  // events of a class beyond that before the oldest are dropped; or a quarter, if more
)

// class is a kind of events with a bound of its own. To drop the oldest events of
// one class drops none of another: whoever comes and goes, or takes one name
// after the other, pushes out no message.
type class uint8

const (
	messages class = iota // what the store keeps: Room.History of them
	gaps                  // Missed: they go with the messages around them
	notices               // everything else
	classes
)

func (e Event) class() class {
	switch e.Kind {
	case Message, Withheld:
		return messages
	case Missed:
		return gaps
	default:
		return notices
	}
}

// count is how many messages the event stands for.
func (e Event) count() uint64 {
	switch e.class() {
	case messages:
		return 1
	case gaps:
		return e.Seq
	default:
		return 0
	}
}

// journal is the one growing transcript of a room. Events are only appended
// and never changed, so that readers hold slices of it without a copy. It keeps
// the newest of each class: at least keep of them, and at most minSlack or a
// quarter more. What not every member sees stands apart, and what readers share
// holds nothing of it.
type journal struct {
	all []Event
	at  []uint64 // positions of all
	end uint64   // the next position

	held [classes]int
	keep [classes]int
	text int64 // bytes of the texts of all, and of apart

	came    uint64 // messages ever appended or missed
	dropped uint64 // of those, the oldest, which are not here any more

	apart   map[uint64]Event // whole, by position
	changes uint64           // of apart; never the same again
}

func newJournal(history int) *journal {
	keep := [classes]int{messages: history, gaps: history, notices: noticeCap}
	return &journal{end: 1, keep: keep, apart: map[uint64]Event{}}
}

func (j *journal) next() uint64 { return j.end }

func (j *journal) append(e Event) {
	c := e.class()
	if j.held[c]-j.keep[c] >= max(j.keep[c]/4, minSlack) {
		j.compact()
	}
	if e.guarded() {
		j.apart[j.end] = e
		j.changes++
	}
	j.all = append(j.all, e.public())
	j.at = append(j.at, j.end)
	j.end++
	j.held[c]++
	j.text += int64(len(e.Text))
	j.came += e.count()
}

// compact drops the oldest events of each class beyond its bound. It makes fresh
// arrays, so that readers keep what they hold and dropped events are freed.
func (j *journal) compact() {
	var over [classes]int
	for c := range over {
		over[c] = max(j.held[c]-j.keep[c], 0)
	}
	all, at := make([]Event, 0, len(j.all)), make([]uint64, 0, len(j.all))
	older := j.dropped > 0 || over[messages] > 0 // messages before the first that is kept are gone
	for i, e := range j.all {
		c, pos := e.class(), j.at[i]
		// What is missing among messages that are gone is of no interest.
		if over[c] > 0 || c == gaps && older {
			over[c]--
			j.held[c]--
			j.dropped += e.count()
			if whole, ok := j.apart[pos]; ok {
				e = whole
				delete(j.apart, pos)
				j.changes++
			}
			j.text -= int64(len(e.Text))
			continue
		}
		older = older && c != messages
		all, at = append(all, e), append(at, pos)
	}
	j.all, j.at = all, at
}

// amend replaces an event that stands apart. Readers keep what they hold.
func (j *journal) amend(pos uint64, e Event) {
	j.text += int64(len(e.Text) - len(j.apart[pos].Text))
	j.apart[pos] = e
	j.changes++
	j.all = slices.Clone(j.all)
	j.all[j.index(pos)] = e.public()
}

// index returns where in all the first event is that has the position or a later one.
func (j *journal) index(pos uint64) int {
	i, _ := slices.BinarySearch(j.at, pos)
	return i
}

// aside finds the message of that ID among what stands apart.
func (j *journal) aside(id string) (pos uint64, e Event, ok bool) {
	for pos, e := range j.apart {
		if e.ID == id {
			return pos, e, true
		}
	}
	return 0, Event{}, false
}

// whole is a copy of all events, with what stands apart in its place.
func (j *journal) whole() []Event {
	all := slices.Clone(j.all)
	for pos, e := range j.apart {
		all[j.index(pos)] = e
	}
	return all
}

func (j *journal) since(pos uint64) Transcript {
	t := Transcript{From: j.end}
	if i := j.index(pos); i < len(j.all) {
		t.From, t.Events, t.Positions = j.at[i], slices.Clip(j.all[i:]), slices.Clip(j.at[i:])
	}
	return t
}

// after returns the position from which on the journal has the messages numbered
// higher than seq, and how many those are. A gap before them is none of them.
func (j *journal) after(seq uint64) (pos, n uint64) {
	next := uint64(math.MaxUint64) // number of the message that follows
	for i, e := range slices.Backward(j.all) {
		switch {
		case e.class() == messages && e.Seq <= seq, e.class() == gaps && next-1 <= seq:
			return j.at[i] + 1, n
		case e.class() == messages:
			next = e.Seq
		}
		n += e.count()
	}
	return 0, n
}

// message is the one of that number, where it is still there, as all may see it.
func (j *journal) message(seq uint64) (Event, bool) {
	for _, e := range slices.Backward(j.all) {
		if e.class() == messages && e.Seq <= seq {
			return e, e.Seq == seq
		}
	}
	return Event{}, false
}

// replaced is a journal that goes on after this one's positions with other
// events: readers take all of it for new. Its messages take the places of those
// that were here, so whoever has read these has missed none of them.
func (j *journal) replaced(events []Event) *journal {
	r := &journal{end: j.end, keep: j.keep, came: j.dropped, dropped: j.dropped, apart: map[uint64]Event{}, changes: j.changes + 1}
	for _, e := range events {
		r.append(e)
	}
	return r
}
