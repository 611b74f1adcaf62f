package ui

import (
	"strings"
	"testing"

	"wick/rooms"
)

func TestANameIsFoundOnlyAsAWholeWord(t *testing.T) {
	for _, tt := range []struct {
		text, alias string
		want        bool
	}{
		{"amber-otter", "amber-otter", true},
		{"hi Amber-OTTER, how are you?", "amber-otter", true},
		{"@amber-otter: see", "amber-otter", true},
		{"ask amber-otter.", "amber-otter", true},
		{"(amber-otter)", "amber-otter", true},
		{"amber-otter's", "amber-otter", true},
		{"one\namber-otter\ntwo", "amber-otter", true},
		{"amber-otters", "amber-otter", false},
		{"amber-otter-2", "amber-otter", false},
		{"big-amber-otter", "amber-otter", false},
		{"amber-otter.example.org", "amber-otter", false},
		{"mail.ann", "ann", false},
		{"joanna and annabel", "ann", false},
		{"joanna and ann", "ann", true},
		{"ann-marie, ann", "ann", true},
		{"- ann", "ann", true},
		{"...ann...", "ann", true},
		{"ann_", "ann", false},
		{"ÉLAN élan", "Élan", true},
		{"李雷 你好", "李雷", true},
		{"李雷雷", "李雷", false},
		{"a\u200bn\u2060n", "ann", true}, // as it is drawn
		{"\u202eann", "ann", true},
		{"", "ann", false},
		{"ann", "", false},
		{"an", "ann", false},
		{"elvin", "elvi\u212a", false},
		{"elvik", "elvi\u212a", true},
	} {
		if got := mentions(rooms.Text(tt.text), tt.alias); got != tt.want {
			t.Errorf("%q in %q: %v", tt.alias, tt.text, got)
		}
	}
}

func TestHighlightingChangesNoText(t *testing.T) {
	i := ink{"<", ">"}
	if got := highlight(i, "Ann, ann-marie and ann", "ann"); got != "<Ann>, ann-marie and <ann>" {
		t.Errorf("got %q", got)
	}
}

func FuzzNamesAreFoundWhereTheyAre(f *testing.F) {
	f.Add("hi ann, and Ann", "ann")
	f.Add("\xff\xfe", "\xff")
	f.Add("ſ S ß", "s")
	f.Add("a Kelvin", "\u212a")
	f.Add("an ANN`s @nn", "ann")
	f.Fuzz(func(t *testing.T, text, alias string) {
		from, to := placeOf(text, alias)
		if isASCII(text) && mentions(rooms.Text(text), alias) != (from >= 0) {
			t.Errorf("%q is in %q at %d, and found to be there or not by other means", alias, text, from)
		}
		if from < 0 {
			return
		}
		if from >= to || to > len(text) || !strings.EqualFold(text[from:to], alias) && foldedPrefix(text[from:to], alias) != to-from {
			t.Errorf("%q in %q is at %d to %d", alias, text, from, to)
		}
		plain := highlight(ink{"", ""}, text, alias)
		if plain != text {
			t.Errorf("%q became %q", text, plain)
		}
	})
}

func TestOnlyMessagesForThePersonCall(t *testing.T) {
	you := rooms.Seat{Identity: "me", Alias: "ann"}
	bob := rooms.Seat{Identity: "bob", Alias: "bob"}
	for _, tt := range []struct {
		what string
		e    rooms.Event
		want bool
	}{
		{"my name", rooms.Event{Kind: rooms.Message, From: bob, Text: "hi ann"}, true},
		{"direct words", rooms.Event{Kind: rooms.Message, From: bob, To: &you, Text: "hi"}, true},
		{"my own words", rooms.Event{Kind: rooms.Message, From: you, To: &bob, Text: "I, ann"}, false},
		{"what is not for me", rooms.Event{Kind: rooms.Withheld}, false},
		{"what has burned", rooms.Event{Kind: rooms.Message, From: bob, Burnt: true, Burn: 1, To: &you}, false},
		{"somebody of my name", rooms.Event{Kind: rooms.Joined, From: bob}, false},
	} {
		if got := isMention(&tt.e, you); got != tt.want {
			t.Errorf("%s: %v", tt.what, got)
		}
	}
}
