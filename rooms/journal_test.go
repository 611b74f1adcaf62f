package rooms

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// A journal bounds each class of events by itself, in whatever order they come,
// and what a reader holds never changes.
func TestAJournalKeepsTheNewestOfEachClass(t *testing.T) {
	for _, tt := range []struct {
		history int
		letters string // m message, d direct message, g gap, n notice; drawn at random
	}{
		{1, "m"}, {1, "mn"}, {1, "mnnnnnnnn"}, {10, "mdgn"}, {10, "n"}, {10, "g"}, {10, "gn"},
		{100, "mmmmn"}, {100, "mmdgnnnnnnnnnnnnnnnnnnnn"}, {400, "mdn"}, {400, "mnnnnn"},
	} {
		t.Run(fmt.Sprintf("%d of %s", tt.history, tt.letters), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(tt.history), uint64(len(tt.letters))))
			j := newJournal(tt.history)
			var all []Event // by position, from 1
			var seq uint64
			var held Transcript // that a reader took some time ago
			var copied []Event
			for n := range 1200 {
				e := Event{Kind: Joined, ID: fmt.Sprint(n), Text: Text(strings.Repeat("x", n%7))}
				switch tt.letters[r.IntN(len(tt.letters))] {
				case 'm':
					seq++
					e.Kind, e.Seq = Message, seq
				case 'd':
					seq++
					e.Kind, e.Seq, e.To = Message, seq, &Seat{Identity: "bob"}
				case 'g':
					e.Kind, e.Seq = Missed, 1+r.Uint64N(5)
					seq += e.Seq
				}
				j.append(e)
				all = append(all, e)
				if n%150 == 149 {
					checkJournal(t, j, all, tt.history)
					if !slices.Equal(eventsOf(held), copied) {
						t.Fatal("what a reader holds has changed")
					}
					held = j.since(r.Uint64N(j.next))
					copied = eventsOf(held)
				}
			}
		})
	}
}

// eventsOf returns a copy of the events of a transcript.
func eventsOf(t Transcript) (events []Event) {
	for _, e := range t.Events {
		events = append(events, *e)
	}
	return events
}

func checkJournal(t *testing.T, j *journal, all []Event, history int) {
	t.Helper()
	log := j.since(0)
	if log.Next() != uint64(len(all)+1) {
		t.Fatalf("the next position is %d after %d events", log.Next(), len(all))
	}
	if most := history + max(history/4, minSlack); len(log.Events) > 2*most+noticeCap+minSlack {
		t.Fatalf("%d events are kept", len(log.Events))
	}
	has := map[uint64]bool{}
	last := uint64(0)
	for pos, e := range log.All() {
		if pos <= last || e.ID != all[pos-1].ID {
			t.Fatalf("after %d, the event at %d is %v", last, pos, e)
		}
		has[pos], last = true, pos
	}
	messagesLeft, noticesLeft := history, noticeCap
	missing := uint64(0)
	for i := len(all) - 1; i >= 0; i-- {
		pos, e := uint64(i+1), all[i]
		want := false
		switch e.class() {
		case classMessage:
			want = messagesLeft > 0
			messagesLeft--
		case classNotice:
			want = noticesLeft > 0
			noticesLeft--
		}
		if want && !has[pos] {
			t.Fatalf("event %d of %d is gone: %v", pos, len(all), e)
		}
		if !has[pos] {
			missing += e.messageCount()
		}
		if _, apart := j.restricted[pos]; apart != (has[pos] && e.restricted()) {
			t.Fatalf("event %d stands apart: %v", pos, apart)
		}
	}
	if missing != j.dropped {
		t.Fatalf("%d messages are counted as dropped, want %d", j.dropped, missing)
	}
	for pos := uint64(0); pos <= log.Next()+1; pos += 1 + pos%7 {
		i, ok := log.Index(pos)
		tail, since := log.Tail(pos), j.since(pos)
		switch {
		case ok != has[pos]:
			t.Fatalf("position %d is found: %v", pos, ok)
		case ok && log.At(pos).ID != all[pos-1].ID:
			t.Fatalf("at %d is %v", pos, log.At(pos))
		case i > 0 && log.Pos(i-1) >= pos || i < len(log.Events) && log.Pos(i) < pos:
			t.Fatalf("%d is the index of %d", i, pos)
		case tail.From != since.From || tail.Next() != since.Next() || len(tail.Events) != len(log.Events)-i || !slices.Equal(tail.Positions, since.Positions):
			t.Fatalf("the tails from %d on differ", pos)
		}
	}
	text := int64(0)
	for i, e := range j.full() {
		text += int64(len(e.Text))
		if want := all[log.Pos(i)-1]; e != want {
			t.Fatalf("whole, event %d is %v, want %v", i, e, want)
		}
	}
	if text != j.text {
		t.Fatalf("%d bytes of text are counted, want %d", j.text, text)
	}
}

func TestAGapIsDroppedWithTheMessagesBeforeIt(t *testing.T) {
	j := newJournal(2)
	seq := uint64(0)
	say := func(n int) {
		for range n {
			seq++
			j.append(Event{Kind: Message, Seq: seq})
		}
	}
	miss := func(n uint64) {
		seq += n
		j.append(Event{Kind: Missed, Seq: n})
	}
	miss(1)
	say(1)
	miss(3)
	say(2)
	if pos, n := j.after(seq - 2); pos != 4 || n != 2 {
		t.Errorf("the newest two of the history begin at %d, and are %d", pos, n)
	}
	if pos, n := j.after(seq - 3); pos != 3 || n != 5 {
		t.Errorf("with the gap they begin at %d, and are %d", pos, n)
	}
	if got := j.since(0).Events; len(got) != 5 || j.dropped != 0 {
		t.Errorf("%v are kept, %d are dropped", got, j.dropped)
	}
	say(minSlack)
	miss(7)
	say(1)
	got := j.since(0).Events
	if len(got) != 5 || got[3].Kind != Missed || got[0].Seq != seq-1-7-2 {
		t.Errorf("%v are kept", got)
	}
	if want := seq - 7 - 4; j.dropped != want {
		t.Errorf("%d are dropped, want %d", j.dropped, want)
	}
}
