package slash

import (
	"slices"
	"testing"

	"wick/rooms"
)

func TestEmojiAreFoundByTheStartOfTheirNames(t *testing.T) {
	for typed, want := range map[string][]string{
		":tada":           {"🎉"},
		":tada:":          {"🎉"},
		":no_such_emoji:": nil,
		":zzzz":           nil,
	} {
		if got := emojiNamed(typed); !slices.Equal(got, want) {
			t.Errorf("%q finds %q, want %q", typed, got, want)
		}
	}
	all := emojiNamed(":")
	for i, e := range all {
		if slices.Contains(all[:i], e) {
			t.Errorf("%q is offered twice", e)
		}
	}
	for _, e := range []string{"🎉", "👍", "❤️", "👋"} {
		if rooms.CleanText(e) != e {
			t.Errorf("%q is drawn as %q", e, rooms.CleanText(e))
		}
	}
}

// A name of an emoji may be a part of a password.
func TestSendingReplacesNothing(t *testing.T) {
	for _, text := range []string{":tada:", "pw:+1:x", "a :heart: b", "`:tada:`", "/me waves :wave:", "  a \t"} {
		if got := Message(text); got != text {
			t.Errorf("%q is sent as %q", text, got)
		}
	}
}
