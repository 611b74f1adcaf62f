package rooms

import (
	"strings"
	"testing"
)

// A feed whose reader is away holds a bounded number of bytes, and reports a gap.
func TestAFeedIsBoundedInBytes(t *testing.T) {
	f := NewFeed(nil)
	long := Text(strings.Repeat("x", 64<<10))
	for n := range 2 * feedMaxBytes / len(long) {
		f.Push(Event{Kind: Message, Seq: uint64(n), Text: long})
		if f.text > feedMaxBytes || f.text != len(f.events)*len(long) {
			t.Fatalf("%d bytes in %d events", f.text, len(f.events))
		}
	}
	events, gap := f.Take()
	if !gap || len(events) == 0 {
		t.Errorf("%d events are left, a gap: %v", len(events), gap)
	}
	f.Push(Event{Kind: Message, Text: long})
	if events, gap = f.Take(); gap || len(events) != 1 {
		t.Errorf("afterwards %d events come, a gap: %v", len(events), gap)
	}
}

// Somebody who waits at a door holds nothing of what is said behind it.
func TestAFeedOfSomeKindsHoldsNoOthers(t *testing.T) {
	f := NewFeed(nil)
	f.Push(Event{Kind: Message, Text: "before"})
	f.Only(Knocked, Admitted)
	for range 2 * FeedCap {
		f.Push(Event{Kind: Message, Text: "behind the door"})
	}
	f.Push(Event{Kind: Admitted})
	if events, gap := f.Take(); gap || len(events) != 1 || events[0].Kind != Admitted {
		t.Errorf("it holds %v, a gap: %v", events, gap)
	}
}
