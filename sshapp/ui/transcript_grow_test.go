package ui

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"wick/rooms"
)

// growingLog is a room's transcript as its journal has it: events are appended to an
// array, and whatever else changes makes a new one.
type growingLog struct {
	rooms.Transcript
	r *rand.Rand
}

func (l *growingLog) add(e rooms.Event) {
	e.Time = time.Date(2026, 1, 1, 0, 0, len(l.Events)*600, 0, time.UTC)
	if e.From.Identity == "" {
		e.From = rooms.Seat{Alias: "bob", Identity: "bob"}
	}
	l.Positions = append(l.Positions, l.Next())
	l.Events = append(l.Events, &e)
}

// step changes the log as a room would, and returns what it did.
func (l *growingLog) step() string {
	n := len(l.Events)
	switch what := l.r.IntN(12); what {
	case 0, 1, 2:
		l.add(rooms.Event{Kind: rooms.Joined})
		return "joined"
	case 3:
		l.add(rooms.Event{Kind: rooms.Message, From: rooms.Seat{Alias: "me", Identity: "me"}, Text: "said by me"})
		return "own message"
	case 4:
		l.add(rooms.Event{Kind: rooms.Message, Burn: time.Minute})
		return "burning message"
	case 5:
		l.add(rooms.Event{Kind: []rooms.Kind{rooms.Withheld, rooms.Private}[l.r.IntN(2)]})
		return "withheld"
	case 6:
		if n == 0 {
			return "nothing"
		}
		l.Events = slices.Clone(l.Events)
		i := l.r.IntN(n)
		e := *l.Events[i]
		e.Text, e.Unsaid = "", e.Kind == rooms.Message
		l.Events[i] = &e
		return "unsaid"
	case 7:
		l.Events, l.Positions = slices.Clone(l.Events[n/2:]), slices.Clone(l.Positions[n/2:])
		if len(l.Positions) > 0 {
			l.From = l.Positions[0]
		}
		return "dropped"
	default:
		l.add(rooms.Event{Kind: rooms.Message, Text: rooms.Text(strings.Repeat("a word for me, ", 1+l.r.IntN(12)))})
		return "message"
	}
}

// A window that only what is new was added to looks like one that was drawn anew.
func TestAWindowThatGrowsIsTheOneDrawnAnew(t *testing.T) {
	grown := 0
	for seed := range uint64(300) {
		log := growingLog{r: rand.New(rand.NewPCG(seed, 7)), Transcript: rooms.Transcript{From: 1}}
		tr := &transcript{theme: NewTheme(termenv.ANSI256), loc: time.UTC, me: "me", alias: "me", room: newRowCache(1 << 20)}
		height, width := 8, 60
		var did []string
		for range 60 {
			switch log.r.IntN(14) {
			case 0:
				tr.tell(aside, "a note")
				did = append(did, "note")
			case 1:
				height, width = 1+log.r.IntN(12), 40+log.r.IntN(2)
				did = append(did, "resize")
			case 2:
				tr.scroll(log.r.IntN(9) - 4)
				did = append(did, "scroll")
			case 3:
				tr.forget()
				did = append(did, "clear")
			default:
				for range log.r.IntN(4) {
					did = append(did, log.step())
				}
			}
			tr.take(log.Transcript)
			anew := *tr
			anew.notes, anew.room = slices.Clone(tr.notes), newRowCache(1<<20)
			anew.window, anew.spare, anew.shown, anew.cache = nil, nil, nil, anew.room
			if len(tr.shown) == height && tr.width == width && tr.lasting && tr.isContinued() {
				grown++
			}
			got, want := tr.view(height, width), anew.view(height, width)
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d, after %v:\n%v\nwant\n%v", seed, did, got, want)
			}
			if got, want := blocksOf(tr), blocksOf(&anew); got != want {
				t.Fatalf("seed %d, after %v: blocks %v, want %v", seed, did, got, want)
			}
		}
	}
	if grown < 1000 {
		t.Errorf("only %d windows grew", grown)
	}
}

func blocksOf(t *transcript) string {
	var items []item
	for _, b := range t.window {
		items = append(items, b.item)
	}
	return fmt.Sprint(items)
}
