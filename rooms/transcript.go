package rooms

import (
	"slices"
	"time"
)

// presenceCap is how many joins, leaves and the like a transcript keeps beside
// its messages.
const presenceCap = 200

// Transcript is what a room remembers, or the end of it: the events at the
// positions From, From+1, … Positions count everything this process saw of the
// room, from 1. Events are shared by all readers and must not be changed.
//
// Came is when the oldest message came to this process that the member had not
// been answered before; zero where there is none. It is by this machine's clock.
type Transcript struct {
	From   uint64
	Events []Event
	Came   time.Time
}

// Next is the position after the last event.
func (t Transcript) Next() uint64 { return t.From + uint64(len(t.Events)) }

// journal is the one growing transcript of a room. Events are only appended
// and never changed, so that readers hold slices of it without a copy.
type journal struct {
	all   []Event
	from  uint64 // position of all[0]
	keep  int    // events kept at least
	slack int    // events beyond that before the oldest are dropped
}

func newJournal(history int) *journal {
	keep := history + presenceCap
	return &journal{from: 1, keep: keep, slack: keep / 4}
}

func (j *journal) append(e Event) {
	if drop := len(j.all) - j.keep; drop >= j.slack {
		// A fresh array once in a while, so that dropped events are freed.
		j.from += uint64(drop)
		j.all = slices.Clone(j.all[drop:])
	}
	j.all = append(j.all, e)
}

func (j *journal) since(pos uint64) Transcript {
	pos = min(max(pos, j.from), j.from+uint64(len(j.all)))
	return Transcript{From: pos, Events: slices.Clip(j.all[pos-j.from:])}
}

// message is the one of that number, where it is still there.
func (j *journal) message(seq uint64) (Event, bool) {
	for _, e := range slices.Backward(j.all) {
		if e.Kind == Message && e.Seq <= seq {
			return e, e.Seq == seq
		}
	}
	return Event{}, false
}

// replaced is a journal that goes on after this one's positions with other
// events: readers take all of it for new.
func (j *journal) replaced(events []Event) *journal {
	return &journal{all: events, from: j.from + uint64(len(j.all)), keep: j.keep, slack: j.slack}
}
