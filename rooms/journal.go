package rooms

import "slices"

// presenceCap is how many joins, leaves and the like a transcript keeps beside
// its messages.
const presenceCap = 200

// journal is the one growing transcript of a room. Events are only appended
// and never changed, so that readers hold slices of it without a copy. What not
// every member sees stands apart, and what readers share holds nothing of it.
type journal struct {
	all   []Event
	from  uint64 // position of all[0]
	keep  int    // events kept at least
	slack int    // events beyond that before the oldest are dropped

	apart   map[uint64]Event // whole, by position
	changes uint64           // of apart; never the same again
}

func newJournal(history int) *journal {
	keep := history + presenceCap
	return &journal{from: 1, keep: keep, slack: keep / 4, apart: map[uint64]Event{}}
}

func (j *journal) next() uint64 { return j.from + uint64(len(j.all)) }

func (j *journal) append(e Event) {
	if drop := len(j.all) - j.keep; drop >= j.slack {
		// A fresh array once in a while, so that dropped events are freed.
		j.from += uint64(drop)
		j.all = slices.Clone(j.all[drop:])
		for pos := range j.apart {
			if pos < j.from {
				delete(j.apart, pos)
				j.changes++
			}
		}
	}
	if e.guarded() {
		j.apart[j.next()] = e
		j.changes++
	}
	j.all = append(j.all, e.public())
}

// amend replaces an event that stands apart. Readers keep what they hold.
func (j *journal) amend(pos uint64, e Event) {
	j.apart[pos] = e
	j.changes++
	j.all = slices.Clone(j.all)
	j.all[pos-j.from] = e.public()
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
		all[pos-j.from] = e
	}
	return all
}

func (j *journal) since(pos uint64) Transcript {
	pos = min(max(pos, j.from), j.next())
	return Transcript{From: pos, Events: slices.Clip(j.all[pos-j.from:])}
}

// message is the one of that number, where it is still there, as all may see it.
func (j *journal) message(seq uint64) (Event, bool) {
	for _, e := range slices.Backward(j.all) {
		if (e.Kind == Message || e.Kind == Withheld) && e.Seq <= seq {
			return e, e.Seq == seq
		}
	}
	return Event{}, false
}

// replaced is a journal that goes on after this one's positions with other
// events: readers take all of it for new.
func (j *journal) replaced(events []Event) *journal {
	r := &journal{from: j.next(), keep: j.keep, slack: j.slack, apart: map[uint64]Event{}, changes: j.changes + 1}
	for _, e := range events {
		r.append(e)
	}
	return r
}
