package slash

import (
	"strings"
	"testing"

	"wick/rooms"
)

func TestNamesOfEmojiBecomeEmoji(t *testing.T) {
	for text, want := range map[string]string{
		":tada: done":                        "🎉 done",
		":tada::+1:!":                        "🎉👍!",
		"(:heart:)":                          "(❤️)",
		"at 10:100:30, a:tada:b, :tada:x":    "at 10:100:30, a:tada:b, :tada:x",
		":no_such_emoji: :: : :tada":         ":no_such_emoji: :: : :tada",
		"`:tada:` ``:tada: ` `` :tada:":      "`:tada:` ``:tada: ` `` 🎉",
		"```\n:tada:\n\n:tada:\n```\n:tada:": "```\n:tada:\n\n:tada:\n```\n🎉",
		"```\n:tada:":                        "```\n🎉",
		"https://a.example/:tada:/b :tada:":  "https://a.example/:tada:/b 🎉",
		"std::vector<int>::tada:":            "std::vector<int>:🎉",
		"我:tada:":                            "我🎉",
		strings.Repeat(":", 300):             strings.Repeat(":", 300),
	} {
		if got := withEmoji(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
		if got := rooms.CleanText(want); got != want {
			t.Errorf("%q is cleaned to %q", want, got)
		}
	}
}
