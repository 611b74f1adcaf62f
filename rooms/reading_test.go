package rooms

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// newReader returns a live room with an empty journal, and a member in it who
// reads in parts.
func newReader(history int) (*liveRoom, *Member) {
	l := newLiveRoom(&Hub{cfg: HubConfig{Metrics: noMetrics{}}}, Name{})
	l.transcript.journal = newJournal(history)
	m := &Member{room: l, news: make(chan struct{}, 1)}
	l.members[m] = struct{}{}
	return l, m
}

// A reader of parts reads everything in one order, and is told how many messages were
// dropped before it could read them, however long it takes.
func TestPartsHoldEveryMessageOrCountItAsMissed(t *testing.T) {
	for _, history := range []int{1, 10, 200} {
		t.Run(fmt.Sprint(history), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(history), 1))
			l, m := newReader(history)
			next, read, said := uint64(0), uint64(0), uint64(0)
			take := func() bool {
				p := m.Read(next, 1000)
				read += p.Missed
				text := 0
				for pos, e := range p.All() {
					if pos < next {
						t.Fatalf("position %d comes after %d", pos, next)
					}
					next = pos + 1
					if e.Kind != Message {
						continue
					}
					text += len(e.Text)
					if read++; e.Seq != read {
						t.Fatalf("message %d is read as number %d", e.Seq, read)
					}
				}
				if text > 1000 && len(p.Events) > 1 || len(p.Events) > maxPartEvents {
					t.Fatalf("a part has %d events, and %d bytes", len(p.Events), text)
				}
				return len(p.Events) > 0
			}
			for range 3000 {
				switch r.IntN(6) {
				case 0:
					take()
				case 1:
					l.transcript.journal.append(Event{Kind: Joined, ID: fmt.Sprint(said)})
				default:
					said++
					l.transcript.seq = said
					l.transcript.journal.append(Event{Kind: Message, Seq: said, Text: Text(strings.Repeat("x", r.IntN(500)*r.IntN(5)))})
				}
			}
			for take() {
			}
			if read != said {
				t.Errorf("%d messages were read or missed, of %d", read, said)
			}
			if m.seen != said {
				t.Errorf("seen is %d", m.seen)
			}
		})
	}
}

// Parts show restricted messages to the same members as the whole transcript does.
func TestPartsShowDirectMessagesToTheirTwoAlone(t *testing.T) {
	l, m := newReader(10)
	m.seat.Identity = "ann"
	other := &Member{room: l}
	bob := Seat{Identity: "bob"}
	l.transcript.journal.append(Event{Kind: Message, Seq: 1, From: bob, Text: "for all"})
	l.transcript.journal.append(Event{Kind: Message, Seq: 2, From: bob, Text: "for ann", To: &Seat{Identity: "ann"}})
	l.transcript.journal.append(Event{Kind: Message, Seq: 3, From: bob, Text: "burns", Burn: MinBurn})
	for who, want := range map[*Member]string{m: "for all, for ann, ", other: "for all, , "} {
		var got []string
		for _, e := range who.Read(0, 1000).All() {
			got = append(got, string(e.Text))
		}
		if got := strings.Join(got, ", "); got != want {
			t.Errorf("in parts it is %q, want %q", got, want)
		}
		whole := who.Since(0)
		for pos, e := range who.Read(0, 1000).All() {
			if *whole.At(pos) != *e {
				t.Errorf("at %d is %v, in whole %v", pos, e, whole.At(pos))
			}
		}
	}
}

func TestAReaderBeginsAfterANumber(t *testing.T) {
	l, m := newReader(3)
	for n := range uint64(60) {
		l.transcript.seq = n + 1
		l.transcript.journal.append(Event{Kind: Message, Seq: n + 1})
	}
	p := m.Read(m.After(58), 1000)
	if len(p.Events) != 2 || p.Events[0].Seq != 59 || p.Missed != 0 {
		t.Errorf("after 58 come %v, and %d are missed", p.Events, p.Missed)
	}
	if p := m.Read(m.After(60), 1000); len(p.Events) != 0 {
		t.Errorf("after the newest come %v", p.Events)
	}
}
