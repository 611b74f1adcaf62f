package wording

import (
	"strings"
	"testing"
)

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
