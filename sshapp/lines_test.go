package sshapp

import (
	"fmt"
	"strings"
	"testing"

	"wick/rooms"
)

// past is a transcript of messages "ID/number", and of joins and what was missed
// without a number.
func past(from uint64, events ...string) rooms.Transcript {
	t := rooms.Transcript{From: from}
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
		t.Events = append(t.Events, e)
	}
	return t
}

// holed is the transcript without its events "".
func holed(t rooms.Transcript) rooms.Transcript {
	var h rooms.Transcript
	for pos, e := range t.All() {
		if e.Kind != rooms.Joined || e.From.ID != "" {
			h.Events, h.Positions = append(h.Events, e), append(h.Positions, pos)
		}
	}
	h.From = h.Positions[0]
	return h
}

// missing is the transcript of a member that missed n messages.
func missing(n uint64, t rooms.Transcript) rooms.Transcript {
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

func TestAReadingHasEverythingOnce(t *testing.T) {
	for _, tt := range []struct {
		name  string
		since uint64
		reads []rooms.Transcript
		want  []string
	}{
		{"as it comes", 0,
			[]rooms.Transcript{past(1, "a/1", "ann"), past(1, "a/1", "ann", "b/2"), past(1, "a/1", "ann", "b/2")},
			[]string{"a/1 ann", "b/2", ""}},
		{"history that begins later", 0, []rooms.Transcript{past(1, "e/5", "f/6")}, []string{"e/5 f/6"}},
		{"after a number", 5, []rooms.Transcript{past(1, "e/5", "ann", "f/6")}, []string{"ann f/6"}},
		{"after a number that is gone", 2, []rooms.Transcript{past(1, "ann", "e/5", "f/6")}, []string{"ann missed/2 e/5 f/6"}},
		{"too slow", 0, []rooms.Transcript{past(1, "a/1", "b/2"), past(9, "h/8", "i/9")}, []string{"a/1 b/2", "missed/5 h/8 i/9"}},
		{"too slow for who comes and goes", 0, []rooms.Transcript{past(1, "a/1"), past(9, "b/2")}, []string{"a/1", "b/2"}},
		{"missed by the server", 0, []rooms.Transcript{past(1, "a/1"), past(1, "a/1", "missed/3", "e/5")}, []string{"a/1", "missed/3 e/5"}},
		{"missed by the server, too", 1, []rooms.Transcript{past(1, "a/1", "missed/3", "e/5")}, []string{"missed/3 e/5"}},
		{"begun anew after a loss", 0,
			[]rooms.Transcript{
				past(1, "ann", "a/1", "b/2", "c/3"),
				past(5, "ann", "a/1", "b/2", "x/3"),
				past(5, "ann", "a/1", "b/2", "x/3", "c/4", "y/5"), // c was brought back
			},
			[]string{"ann a/1 b/2 c/3", "x/3", "y/5"}},
		{"dropped from among others", 0, []rooms.Transcript{past(1, "ann", "a/1", "bob"), holed(past(1, "ann", "", "bob", "", "d/4", "cid"))}, []string{"ann a/1 bob", "missed/2 d/4 cid"}},
		{"dropped before the first was read", 0, []rooms.Transcript{past(1, "ann"), missing(3, past(1, "ann", "d/4"))}, []string{"ann", "missed/3 d/4"}},
		{"dropped in two goes", 0,
			[]rooms.Transcript{past(1, "a/1"), missing(2, past(9, "d/4")), missing(1, past(19, "f/6"))},
			[]string{"a/1", "missed/2 d/4", "missed/1 f/6"}},
		{"the end", 0, []rooms.Transcript{past(1, "a/1"), {From: 2}}, []string{"a/1", ""}},
	} {
		r := &reading{}
		if tt.since > 0 {
			r.skip(tt.reads[0], tt.since)
		}
		for i, p := range tt.reads {
			if got := told(r.take(p)); got != tt.want[i] {
				t.Errorf("%s: reading %d told %q, want %q", tt.name, i, got, tt.want[i])
			}
		}
	}
}
