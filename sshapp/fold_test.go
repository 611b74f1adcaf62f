package sshapp

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"wick/rooms"
)

// toldOf is what a fold tells of events, without their times, and of what it has held back at the end.
func toldOf(events ...rooms.Event) (all []string) {
	f := newFold()
	words := func(items []item) {
		for _, i := range items {
			text := eventLines(i.event, time.UTC, 200, false)
			if i.presence != nil {
				text = presenceLines(*i.presence, time.UTC, 200)
			}
			all = append(all, text[len("15:04 "):])
		}
	}
	for _, e := range events {
		words(f.take(e))
	}
	words(f.flush())
	return all
}

func TestArrivalsAndDeparturesAreFolded(t *testing.T) {
	at := time.Date(2026, 1, 2, 14, 2, 0, 0, time.UTC)
	happens := func(kind rooms.Kind, after time.Duration, who string) rooms.Event {
		at = at.Add(after)
		return rooms.Event{Kind: kind, Time: at, From: rooms.Seat{Alias: strings.TrimSuffix(who, "!"), Marked: strings.HasSuffix(who, "!")}, Text: "hi", Was: "x"}
	}
	ms := time.Millisecond
	var flood []rooms.Event
	want := []string{}
	for i := range 5 {
		flood = append(flood, happens(rooms.Joined, ms, fmt.Sprint("g", i)))
		want = append(want, fmt.Sprintf("* g%d came in", i))
	}
	flood = append(flood, happens(rooms.Joined, ms, "g5"), happens(rooms.Message, ms, "ann"), happens(rooms.Left, ms, "g1"), happens(rooms.Renamed, ms, "g2"), happens(rooms.Joined, ms, "ann!"))
	want = append(want, "ann: hi", "* ann! came in: no key, and somebody had this name before")
	for range 8 {
		flood = append(flood, happens(rooms.Joined, ms, "eve!"))
	}
	want = append(want, slices.Repeat([]string{"* eve! came in: no key, and somebody had this name before"}, 4)...)
	flood = append(flood, happens(rooms.Message, foldSpan, "bob"), happens(rooms.Left, ms, "g3"))
	want = append(want, "* 5 came in, 1 left, 1 changed their name; 4 under a name that somebody else had before: /who shows them", "bob: hi", "* g3 left")
	if got := toldOf(flood...); !slices.Equal(got, want) {
		t.Errorf("told is\n%q, want\n%q", got, want)
	}
}

func TestLastStateOfAFlippingLockIsShown(t *testing.T) {
	at := time.Unix(0, 0)
	var flips []rooms.Event
	for i := range 101 {
		kind := []rooms.Kind{rooms.Locked, rooms.Unlocked}[i%2]
		flips = append(flips, rooms.Event{Kind: kind, Time: at, From: rooms.Seat{Alias: "ann"}}, rooms.Event{Kind: rooms.Shortened, Time: at, From: rooms.Seat{Alias: "ann"}})
	}
	got := toldOf(flips...)
	if len(got) != 2*noticesAtOnce+2 {
		t.Fatalf("told is %q", got)
	}
	if last := got[len(got)-2:]; !strings.Contains(last[0], "locked the room") || !strings.Contains(last[1], "shortened") {
		t.Errorf("at last is told %q", last)
	}
}

// However fast and long people come and go, a session is told of little, and of
// every message in its place.
func TestLinesAboutAFloodAreBounded(t *testing.T) {
	f, at, lines := newFold(), time.Unix(0, 0), 0
	for i := range 20_000 {
		at = at.Add(5 * time.Millisecond)
		kind := []rooms.Kind{rooms.Joined, rooms.Left, rooms.Renamed}[i%3]
		lines += len(f.take(rooms.Event{Kind: kind, Time: at}))
		if i%1000 == 0 {
			got := f.take(rooms.Event{Kind: rooms.Message, Time: at, Seq: uint64(i)})
			if len(got) == 0 || got[len(got)-1].event.Seq != uint64(i) {
				t.Fatalf("a message is told as %+v", got)
			}
		}
	}
	if seconds := 100; lines > seconds {
		t.Errorf("in %d seconds %d lines are told of who came and went", seconds, lines)
	}
}
