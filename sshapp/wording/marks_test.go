package wording

import (
	"slices"
	"strings"
	"testing"
)

func TestBlankLinesFoldOutsideCode(t *testing.T) {
	for text, want := range map[string][]Line{
		"":                               {{"", Prose}},
		"a\n\n\n\nb\n\nc":                {{"a", Prose}, {"", Prose}, {"b", Prose}, {"", Prose}, {"c", Prose}},
		"```go\n\n\n  x\n\n\n```\n\n\ny": {{"```go", FenceLine}, {"", CodeLine}, {"", CodeLine}, {"  x", CodeLine}, {"", CodeLine}, {"", CodeLine}, {"```", FenceLine}, {"", Prose}, {"y", Prose}},
		"```\n```\n\n\n```x":             {{"```", Prose}, {"```", Prose}, {"", Prose}, {"```x", Prose}},
		"```\n\n\nx":                     {{"```", Prose}, {"", Prose}, {"x", Prose}},
		"a ```\n\n\n```":                 {{"a ```", Prose}, {"", Prose}, {"```", Prose}},
	} {
		if got := Lines(text); !slices.Equal(got, want) {
			t.Errorf("%q has the lines %q, want %q", text, got, want)
		}
	}
}

func TestAddressesEndWhereTheSentenceGoesOn(t *testing.T) {
	for text, want := range map[string]string{
		"https://a.example":                 "https://a.example",
		"http://a.example/b?c=d&e=f#g, and": "http://a.example/b?c=d&e=f#g",
		"https://a.example/b_(c)).":         "https://a.example/b_(c)",
		"https://a.example/b)":              "https://a.example/b",
		"https://a.example/b!?\"":           "https://a.example/b",
		"https://a.example。":                "https://a.example",
		"https://a.example/漢字":              "",
		"https://gооgle.example":            "",
		"https://user@a.example:8080/":      "https://user@a.example:8080/",
		"https://":                          "",
		"https://...":                       "",
		"https:///etc":                      "",
		"javascript://x":                    "",
		"https://a.example/;\\x":            "https://a.example/",
		"https://a.example/" + strings.Repeat("x", maxAddress): "",
	} {
		if got := text[:WebAddress(text)]; got != want {
			t.Errorf("%q has the address %q, want %q", text, got, want)
		}
	}
}
