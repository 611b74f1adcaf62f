package sshapp

import (
	"fmt"
	"strings"
	"testing"

	"wick/rooms"
)

// past is a transcript of messages "ID/number", and of joins and what was missed
// without a number.
func past(from uint64, events ...string) rooms.Part {
	t := rooms.Part{Transcript: rooms.Transcript{From: from}, Oldest: from}
	for _, s := range events {
		var e rooms.Event
		id, number, _ := strings.Cut(s, "/")
		fmt.Sscan(number, &e.Seq)
		switch {
		case id == "missed":
			e.Kind = rooms.Missed
		case number == "":
			e.Kind, e.From.ID = rooms.Joined, id
		default:
			e.Kind, e.ID = rooms.Message, id
		}
		t.Events = append(t.Events, &e)
	}
	return t
}

// holed is the transcript without its events "".
func holed(t rooms.Part) rooms.Part {
	var h rooms.Part
	for pos, e := range t.All() {
		if e.Kind != rooms.Joined || e.From.ID != "" {
			h.Events, h.Positions = append(h.Events, e), append(h.Positions, pos)
		}
	}
	h.From, h.Oldest = h.Positions[0], h.Positions[0]
	return h
}

// missing is the transcript of a member that missed n messages.
func missing(n uint64, t rooms.Part) rooms.Part {
	t.Missed = n
	return t
}

func told(events []rooms.Event) string {
	var all []string
	for _, e := range events {
		switch e.Kind {
		case rooms.Message:
			all = append(all, fmt.Sprintf("%s/%d", e.ID, e.Seq))
		case rooms.Missed:
			all = append(all, fmt.Sprintf("missed/%d", e.Seq))
		default:
			all = append(all, e.From.ID)
		}
	}
	return strings.Join(all, " ")
}

func TestCursorReadsEverythingOnce(t *testing.T) {
	for _, tt := range []struct {
		name  string
		since uint64
		reads []rooms.Part
		want  []string
	}{
		{"as it comes", 0,
			[]rooms.Part{past(1, "a/1", "ann"), past(1, "a/1", "ann", "b/2"), past(1, "a/1", "ann", "b/2")},
			[]string{"a/1 ann", "b/2", ""}},
		{"history that begins later", 0, []rooms.Part{past(1, "e/5", "f/6")}, []string{"e/5 f/6"}},
		{"after a number", 5, []rooms.Part{past(1, "e/5", "ann", "f/6")}, []string{"ann f/6"}},
		{"after a number that is gone", 2, []rooms.Part{past(1, "ann", "e/5", "f/6")}, []string{"ann missed/2 e/5 f/6"}},
		{"too slow", 0, []rooms.Part{past(1, "a/1", "b/2"), past(9, "h/8", "i/9")}, []string{"a/1 b/2", "missed/5 h/8 i/9"}},
		{"too slow for who comes and goes", 0, []rooms.Part{past(1, "a/1"), past(9, "b/2")}, []string{"a/1", "b/2"}},
		{"missed by the server", 0, []rooms.Part{past(1, "a/1"), past(1, "a/1", "missed/3", "e/5")}, []string{"a/1", "missed/3 e/5"}},
		{"missed by the server, too", 1, []rooms.Part{past(1, "a/1", "missed/3", "e/5")}, []string{"missed/3 e/5"}},
		{"begun anew after a loss", 0,
			[]rooms.Part{
				past(1, "ann", "a/1", "b/2", "c/3"),
				past(5, "ann", "a/1", "b/2", "x/3"),
				past(5, "ann", "a/1", "b/2", "x/3", "c/4", "y/5"), // c was brought back
			},
			[]string{"ann a/1 b/2 c/3", "x/3", "y/5"}},
		{"begun anew for who is behind", 0,
			[]rooms.Part{past(1, "ann", "a/1"), past(9, "ann", "a/1", "b/2", "x/3")},
			[]string{"ann a/1", "b/2 x/3"}},
		{"begun anew twice", 0,
			[]rooms.Part{past(1, "ann", "a/1", "b/2"), past(4, "ann"), past(9, "ann", "a/1", "b/2", "c/3")},
			[]string{"ann a/1 b/2", "", "c/3"}},
		{"dropped from among others", 0, []rooms.Part{past(1, "ann", "a/1", "bob"), holed(past(1, "ann", "", "bob", "", "d/4", "cid"))}, []string{"ann a/1 bob", "missed/2 d/4 cid"}},
		{"dropped before the first was read", 0, []rooms.Part{past(1, "ann"), missing(3, past(1, "ann", "d/4"))}, []string{"ann", "missed/3 d/4"}},
		{"dropped in two goes", 0,
			[]rooms.Part{past(1, "a/1"), missing(2, past(9, "d/4")), missing(1, past(19, "f/6"))},
			[]string{"a/1", "missed/2 d/4", "missed/1 f/6"}},
		{"the end", 0, []rooms.Part{past(1, "a/1"), {Transcript: rooms.Transcript{From: 2}}}, []string{"a/1", ""}},
	} {
		r := &cursor{told: newFingerprints(10)}
		if tt.since > 0 {
			r.seq, r.begun = tt.since, true
			for pos, e := range tt.reads[0].All() {
				if e.Kind == rooms.Message && e.Seq <= tt.since {
					r.next = pos + 1
				}
			}
		}
		for i, p := range tt.reads {
			if got := told(r.take(p)); got != tt.want[i] {
				t.Errorf("%s: read %d returned %q, want %q", tt.name, i, got, tt.want[i])
			}
		}
	}
}

// However long a session reads, what it keeps of that is bounded, and knows the
// newest again.
func TestFingerprintsAreBounded(t *testing.T) {
	t.Parallel()
	f := newFingerprints(200)
	say := func(n int) rooms.Event { return rooms.Event{Kind: rooms.Message, ID: fmt.Sprint(n), Seq: uint64(n)} }
	join := func(n int) rooms.Event { return rooms.Event{Kind: rooms.Joined, Roster: uint64(n)} }
	for n := range 5000 {
		if !f.add(say(n)) || !f.add(join(n)) {
			t.Fatal("something new is known already")
		}
	}
	f.recall()
	for n := range 5000 {
		if again := n >= 5000-2*200; again && f.add(say(n)) {
			t.Errorf("message %d would be told again", n)
		}
	}
	if f.add(join(4999)) || !f.add(join(5000)) {
		t.Error("a notice is told twice, or not at all")
	}
	if held := f.held(); held > 32<<10 {
		t.Errorf("%d bytes are held", held)
	}
}
