package sshapp

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/sshtest"
)

// exactTexts are texts of which every byte matters.
var exactTexts = []string{
	"all:\n\tgo build ./...\n\t@echo \"done\" # \t two blanks  \n\n.PHONY: all\n",
	"class A:\n    def f(self):\n        pass   \n\n\nclass B:\n\tpass\n\n\n",
	"# Title\n\nA line with a break  \nand *text*.\n\n\n- item\n\t- item\n\n```sh\n\tls\n\n\n```",
	"*9fK#* $_Aq7!_ `x;y` **Zx9** :tada: //x /destroy \\ \" ' <b>&amp; %s ${x} ",
	"👩‍💻 👨‍👩‍👧‍👦 ❤️ 🏳️‍🌈 \U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F שלום \u200fעולם\u200e \u202bمرحبا\u202c a\u200bb\ufeffc\u00a0d\u2028e \ue000 \u0378 Z" + strings.Repeat("\u0335", 50),
}

// What a script sends is what another one gets, on the embedded store and from one server
// to another.
func TestScriptsPassOnEveryByte(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 2)
		if _, _, err := sshtest.OpenSSH(t, addrs[0], nil, "light"); err != nil {
			t.Fatal(err)
		}
		post := func(command, input string) {
			t.Helper()
			if out, errs, err := sshtest.OpenSSH(t, addrs[0], strings.NewReader(input), command); err != nil || out != "" {
				t.Fatalf("%q: %v, %q, %q", command, err, out, errs)
			}
		}
		var want []string
		for _, text := range exactTexts {
			post("post --whole", text+"\n") // the line break of echo
			want = append(want, text)
		}
		post("post "+exactTexts[1], "")
		want = append(want, exactTexts[1])
		post("post", "\tone  \r\n\n \x1b[31mtwo\x1b[0m\n10%\r\x1b[K20%\rthree")
		want = append(want, "\tone  ", " two", "three")
		post("post --whole", "a\n\n")
		want = append(want, "a\n")

		follow := addrs[0]
		if strings.HasSuffix(t.Name(), "redis") {
			follow = addrs[1]
		}
		out, errs, err := sshtest.OpenSSH(t, follow, nil, "follow --json --for 100ms")
		if err != nil {
			t.Fatalf("%v, %q", err, errs)
		}
		var got []string
		for line := range strings.Lines(out) {
			var r record
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			if r.Type == "message" {
				got = append(got, r.Text)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("followed %q\nwant %q", got, want)
		}
		checkPrintable(t, out)
	})
}

// checkPrintable checks that a terminal shows printed unchanged.
func checkPrintable(t *testing.T, printed string) {
	t.Helper()
	for _, r := range printed {
		if !unicode.IsPrint(r) && r != '\n' && r != '\u3000' || unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) {
			t.Fatalf("%U is printed in %q", r, printed)
		}
	}
}

// A person in plain lines pastes code: their terminal shows blanks for its tabs, and the
// room keeps it.
func TestPlainLinesAtATerminalPassOnTabs(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	r := readLines(t, addr, "new+plain", "xterm")
	r.hears("Others join with")
	room := generated.FindString(r.Out.String())
	r.types("\tif x:\u3000\u200b :tada: \r")
	r.hears("x:")
	sshtest.Eventually(t, "the room has it", func() bool {
		_, out, _ := run(t, sshtest.Dial(t, addr, room), "follow --json --for 1ms", "")
		return strings.Contains(out, `"text":"\tif x:`+"\u3000"+`\u200b :tada: "`)
	})
	if strings.ContainsAny(r.Out.String(), "\t\u200b") {
		t.Errorf("the terminal was sent %q", r.Out.String())
	}
}

// FuzzJSON says anything: the record is one line that a terminal shows as it is, and
// gives what is kept of the text.
func FuzzJSON(f *testing.F) {
	for _, s := range exactTexts {
		f.Add(s)
	}
	for _, s := range []string{"\x1b[31mred\x1b[0m", "\u009b2J\u0085\x7f", "\u202e\u2066\u200b\ufeff\u2028\u2029", "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301 \u0301", "\n\u0301\\n\u0301\\\u0301", "\U000E0001\U0010FFFF\U0001F8FF", "\xff\xed\xa0\x80\x00", "</script>&<"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		kept := rooms.Keep(s)
		for _, text := range []rooms.Text{kept, rooms.Text(s)} { // another server may have kept anything
			line := jsonLine(t, eventRecord(t, rooms.Event{Kind: rooms.Message, Text: text}))
			var r record
			if err := json.Unmarshal([]byte(line), &r); err != nil || r.Text != string(kept) {
				t.Fatalf("%+q is kept as %+q, and %s gives %+q, %v", s, kept, line, r.Text, err)
			}
			checkPrintable(t, line)
			if strings.Count(line, "\n") != 1 {
				t.Fatalf("%q is no line", line)
			}
			marks := 0
			for _, r := range line {
				if marks++; !unicode.IsMark(r) {
					marks = 0
				}
				if marks > maxRawMarks {
					t.Fatalf("too many marks in %q", line)
				}
			}
		}
	})
}
