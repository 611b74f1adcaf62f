package slash

import (
	"slices"
	"strings"
	"testing"

	"wick/rooms"
)

// A direct message, or a text that looks like one, is never said to everybody.
func TestWhatLooksLikeACommandIsNoMessage(t *testing.T) {
	tells := map[string]string{}
	for _, lead := range []string{"", " ", "\t", "\n", "\u3000", "\u00a0", "\u200b", "\ufeff", "\u202e", "\u2066", "\u2060", "\u00ad", "\ufe0f", "\u2800", "\u3164", "\u0301", " \u200b\u3000"} {
		for _, name := range []string{"/msg", "／msg", "/Msg", "/MSG", "／ＭＳＧ"} {
			tells[lead+name+" ann pw"] = "/msg"
		}
	}
	for _, blank := range []string{"\u00a0", "\u3000", "\t", "\u2003"} {
		tells["/msg"+blank+"ann"+blank+"pw"] = "/msg"
	}
	for typed, want := range tells {
		if p := parse(typed); p.command != want || p.message != "" || p.mistyped {
			t.Errorf("%q is read as %+v", typed, p)
		}
		if name, text := firstWord(parse(typed).argument); name != "ann" || text != "pw" {
			t.Errorf("%q is for %q: %q", typed, name, text)
		}
	}
	r := enter(t, Screen)
	for _, typed := range []string{
		"/ msg ann pw", "/\u3000msg ann pw", "/\u200bmsg ann pw", "/mgs ann pw", "/msg\u200b ann pw", "/msg\u2800ann pw", "/", "／",
		`\msg ann pw`, `＼MSG ann pw`, "、msg ann pw", "・msg ann pw", "∕msg ann pw", `  \msg ann pw`, "/msg\nann pw", "/leave\nthe room",
	} {
		if !IsCommand(typed) || Message(typed) != "" {
			t.Errorf("%q is said as %q", typed, Message(typed))
			continue
		}
		if result := Run(typed, r); result.Problem == "" || result.Action != nil || result.Leave {
			t.Errorf("%q is not refused: %+v", typed, result)
		}
	}
}

func TestSlashesThatAreDoubledAreText(t *testing.T) {
	for typed, want := range map[string]string{
		"hello":          "hello",
		"  hello":        "  hello",
		"//text":         "/text",
		"／／text":         "／text",
		"/／text":         "／text",
		" //text":        " /text",
		"///":            "//",
		"//msg ann":      "/msg ann",
		`\section{msg}`:  `\section{msg}`,
		"、and":           "、and",
		"/me waves":      "/me waves",
		" ／ME waves  ":   "/me waves  ",
		"/me\u3000waves": "/me waves",
		"//me waves":     "//me waves", // shown with one slash
		"///me waves":    "///me waves",
		"／／me waves":     "／me waves",
	} {
		if IsCommand(typed) || Message(typed) != want {
			t.Errorf("%q is said as %q, want %q", typed, Message(typed), want)
		}
	}
	for _, text := range []string{"", "text", "/text", "//text", " /text", "／text", "\n/text", "/leave\nnow", "  two"} {
		if typed := Quote(text); IsCommand(typed) || Message(typed) != text {
			t.Errorf("%q, quoted as %q, is said as %q", text, typed, Message(typed))
		}
	}
}

func TestTextsOfCommandsAreKeptAsTyped(t *testing.T) {
	for argument, want := range map[string][2]string{
		"ann pw":                {"ann", "pw"},
		"ann  p w  ":            {"ann", "p w  "},
		"ann\n    if x:\n\ty  ": {"ann", "    if x:\n\ty  "},
		"ann\n\n  two":          {"ann", "  two"},
		"ann":                   {"ann", ""},
	} {
		if name, text := firstWord(argument); [2]string{name, text} != want {
			t.Errorf("%q is %q and %q", argument, name, text)
		}
	}
}

func TestAnAtSignBeforeANameIsNotPartOfIt(t *testing.T) {
	r := enter(t, Screen)
	r.State.Roster = []rooms.Seat{r.State.You, {ID: "2", Alias: "bob"}, {ID: "3", Alias: "bea"}}
	r.State.Knocks = []rooms.Seat{{ID: "4", Alias: "cid"}}
	for typed, want := range map[string][]string{
		"/msg @b":       {"@bob ", "@bea "},
		"/msg b":        {"bob ", "bea "},
		"／MSG @be":      {"@bea "},
		" /kick @bo":    {"@bob "},
		"/kick\u3000b":  {"bob ", "bea "},
		"/admit @":      {"@cid "},
		"/deny c":       {"cid "},
		"/msg bob @be":  {"@bea "},
		"/burn 10s @be": {"@bea "},
		"／sh":           {"/share "},
		" /SH":          {"/share "},
		"@bo":           {"@bob: "},
		"hi ＠bo":        {"＠bob "},
		`\sh`:           nil,
	} {
		word := typed
		if at := strings.LastIndexAny(typed, " \u3000"); at >= 0 {
			word = strings.TrimLeft(typed[at:], " \u3000")
		}
		if got := new(Completer).Candidates(r, typed[:len(typed)-len(word)], word); !slices.Equal(got, want) {
			t.Errorf("Tab makes %q of %q", got, typed)
		}
	}
	for _, typed := range []string{"/msg @bob x", "/msg ＠bob x", "/nick @zoë", "/kick @bob", "/admit @cid"} {
		if p := Run(typed, r).Problem; p != "" {
			t.Errorf("%s: %s", typed, p)
		}
	}
	if _, err := Run("/msg ＠ann x", r).Action(t.Context()); err != rooms.ErrYourself {
		t.Errorf("to oneself: %v", err)
	}
	if _, err := Run("/nick @zoë", r).Action(t.Context()); err != nil || r.Member.State().You.Alias != "zoë" {
		t.Errorf("the name is %q, %v", r.Member.State().You.Alias, err)
	}
}

func TestKnownCommandsAreThoseThatRun(t *testing.T) {
	for typed, want := range map[string]bool{
		"/destroy": true, "/MSG ann pw": true, " ／who": true, "/msg\u3000ann": true,
		"": false, "y": false, "/dev/vda1 30G": false, "// TODO": false, `\msg ann`: false, "/me waves": false,
	} {
		if Known(typed) != want {
			t.Errorf("%q is known: %v", typed, !want)
		}
	}
}
