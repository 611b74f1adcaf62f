package sshapp

import (
	"fmt"
	"strings"
	"testing"

	"wick/keys"
	"wick/sshapp/sshtest"
)

// openSSH joins a room with OpenSSH's client in a terminal.
func openSSH(t *testing.T, addr, room string) *peer {
	t.Helper()
	host, port := hostPort(t, addr)
	p := peers[0].join(t, host, port, room, "", "")
	p.sees("❯")
	return p
}

// enters types a line and presses Enter, and waits until the composer is empty.
func (p *peer) enters(text string) {
	p.t.Helper()
	p.Type(text)
	p.Screen.WaitFor(p.t, sshtest.Patience, draftRow.MatchString)
	p.Type("\r")
	p.Screen.WaitFor(p.t, sshtest.Patience, func(s string) bool { return !draftRow.MatchString(s) })
}

// record returns what is said in a room, as its JSON says, up to the text last.
func (r *reader) record(last string) []string {
	r.t.Helper()
	r.hears(`"text":"` + last + `"`)
	var texts []string
	for line := range strings.Lines(r.Out.String()) {
		if _, text, ok := strings.Cut(line, `"text":"`); ok {
			text, _, _ = strings.Cut(text, `"`)
			texts = append(texts, text)
		}
	}
	return texts
}

// listens follows a room from a seat of its own.
func listens(t *testing.T, addr, room string) *reader {
	t.Helper()
	s, err := sshtest.Start(sshtest.Dial(t, addr, room), sshtest.Options{Command: "follow --json"})
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{Session: s, t: t}
	r.hears(`"type":"joined"`)
	return r
}

func TestNobodyHearsWhatLooksLikeADirectMessage(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	bob := readLines(t, addr, "plans+10m+plain", "xterm")
	bob.room()
	bob.says("/nick bob")
	bob.hears("is now bob")
	eve := listens(t, addr, "plans")
	ann := openSSH(t, addr, "plans")
	for i, typed := range []string{" /msg bob ", "／msg bob ", "/MSG @bob ", "\u200b/msg bob ", "\u3000／ＭＳＧ\u3000＠bob\u3000"} {
		ann.enters(typed + message(i))
		bob.hears("(direct): " + message(i))
	}
	ann.Type("/msg @b\tafter Tab\r")
	bob.hears("(direct): after Tab")
	for _, typed := range []string{`\msg bob pw`, "/ msg bob pw", "、msg bob pw", "/mgs bob pw"} {
		ann.enters(typed)
		ann.Type("\x1b[A")
		ann.sees("❯ " + typed)
		ann.Type("\x03")
		ann.Screen.WaitFor(t, sshtest.Patience, func(s string) bool { return !draftRow.MatchString(s) })
	}
	ann.sees("There is no such command")
	ann.sees("That looks like /msg")
	for i, typed := range []string{" /nick bob", "\u3000／WHO", `\msg ann pw`} {
		bob.says(typed)
		bob.says(message(i))
		bob.line(`\d\d:\d\d bob: ` + message(i))
	}
	bob.says("//the end")
	if texts := eve.record("/the end"); fmt.Sprint(texts) != "[m0 m1 m2 /the end]" {
		t.Errorf("others hear %q", texts)
	}
}

func TestKeysInAnyEncodingMeanWhatIsOnThem(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	eve := listens(t, addr, burning(t, addr))
	ann := openSSH(t, addr, "plans")
	// Shift with blank, Enter and Backspace, the keypad, Home and End, Enter.
	for _, key := range []string{"one", "\x1b[32;2u", "twox", "\x1b[127;2u", "\x1b[27;2;13~", "\x1bOq", "\x1bOk", "\x1b[50;129u", "\x1b[97:65;2:1u", "\x1b[97;1:3u"} {
		ann.Type(key)
	}
	ann.sees("   1+2A")
	ann.Type("\x1bOH(\x1bOF)\x1bOM")
	ann.enters("the end")
	if texts := eve.record("the end"); fmt.Sprint(texts) != `[one two\n(1+2A) the end]` {
		t.Errorf("others hear %q", texts)
	}
	ann.Type("\x1b[99;5u") // Ctrl-C
	ann.leaves("You left plans")

	// In the lobby an arrow in two packets is no Escape.
	lobby := join(t, addr, "root", 80, 24)
	lobby.sees("Enter")
	for _, piece := range []string{"\x1b", "[", "B", "\x1b", "[B", "\x1b[", "Z"} {
		lobby.types(piece)
	}
	lobby.types("\x1b[A" + "tulips")
	lobby.sees("tulips")
}

// burning lights the room plans.
func burning(t *testing.T, addr string) string {
	t.Helper()
	if status, _, errs := run(t, sshtest.Dial(t, addr, "plans"), "light", ""); status != 0 {
		t.Fatal(errs)
	}
	return "plans"
}

func TestAPasteWithoutBracketsIsOneMessage(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	eve := listens(t, addr, burning(t, addr))
	var lines []string
	for i := range 40 {
		lines = append(lines, fmt.Sprintf("%d ", i)+strings.Repeat("word ", 4)+"end")
	}
	lines[20] = "/leave"
	text := strings.Join(lines, "\r")
	ann := openSSH(t, addr, "plans")
	ann.Type(text + "\r")
	ann.sees("39 word")
	ann.enters("on a screen")
	want := []string{strings.ReplaceAll(text, "\r", `\n`), "on a screen"}
	if texts := eve.record("on a screen"); fmt.Sprint(texts) != fmt.Sprint(want) {
		t.Errorf("others hear %q", texts)
	}
	// What is too long stays, and so does what begins like a command. Others go on.
	ann.Type(text + "\r" + text + "\r" + text + "\r")
	ann.sees("longer than a message may be")
	ann.enters("after too much")
	ann.sees("after too much")
	ann.Type("/leave\r/destroy\r")
	ann.sees("begins like a command")
	ann.enters("after a command")
	want = append(want, "after too much", "after a command")
	if texts := eve.record("after a command"); fmt.Sprint(texts) != fmt.Sprint(want) {
		t.Errorf("others hear %q", texts)
	}

	bob := readLines(t, addr, "plans+plain", "xterm")
	bob.room()
	bob.types("one\r/leave\r\ttwo")
	bob.hears("two")
	bob.says(" and three")
	bob.types("/leave\r/destroy\r")
	bob.hears("begins like a command")
	bob.types("\x1b[A\x03") // back, and cleared
	bob.types(text + "\r" + text + "\r" + text + "\r")
	bob.hears("longer than a message may be")
	bob.says("in lines")
	eve.hears(`"text":"in lines"`)
	var rest []string
	for _, said := range eve.record("in lines")[len(want):] {
		rest = append(rest, strings.Join(strings.Fields(strings.NewReplacer(`\n`, " ", `\t`, " ").Replace(said)), " "))
	}
	if fmt.Sprintf("%q", rest) != `["one /leave two and three" "in lines"]` {
		t.Errorf("others hear %q", rest)
	}
}

func TestCtrlCClearsTheLineAndThenLeaves(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	signer, _ := sshtest.NewKey(t)
	owner := readLines(t, addr, "plans+10m+plain", "xterm", signer)
	owner.room()
	ann := openSSH(t, addr, "plans")
	bob := readLines(t, addr, "plans+plain", "xterm")
	bob.room()
	ann.Type("half a thought")
	ann.sees("❯ half a thought")
	ann.Type("\x03")
	ann.Screen.WaitFor(t, sshtest.Patience, func(s string) bool { return !draftRow.MatchString(s) })
	ann.Type("\x1b[A")
	ann.sees("❯ half a thought")
	ann.Type(" more\r")
	bob.hears("half a thought more")
	bob.types("half a line")
	bob.hears("half a line")
	bob.types("\x03")
	bob.hears(strings.Repeat("\b \b", 11))
	bob.types("\x1b[A and more\r")
	owner.line(`\d\d:\d\d \S+: half a line and more`)

	owner.says("/lock")
	bob.hears("locked the room")
	ann.sees("locked the room")
	ann.Type("\x03")
	ann.sees("any key stays")
	ann.Type("still here\r")
	bob.hears("still here")
	bob.types("\x03")
	bob.hears("so you could not come back")
	bob.says("I stay")
	bob.types("\x04\x04")
	if status := bob.leaves(); status != 0 {
		t.Errorf("status %d", status)
	}
	ann.Type("\x03")
	ann.sees("any key stays")
	ann.Type("\x03")
	ann.leaves("You left plans")
}

func TestRefusedCommandsAreNotRunTogether(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	eve := listens(t, addr, burning(t, addr))
	ann := openSSH(t, addr, "plans")
	for _, typed := range []string{"/foo", "/ttl 2h", "/lock", "/deny"} {
		ann.enters(typed)
	}
	ann.sees("There is no such command")
	ann.sees("never extended")
	ann.sees("Only the person who lit")
	ann.Type("\x1b[A\x1b[A\x1b[A")
	ann.sees("❯ /ttl 2h")
	ann.Type("\x7f\x7f5m\r")
	ann.sees("shortened the countdown")
	ann.enters("the end")
	if texts := eve.record("the end"); len(texts) != 1 {
		t.Errorf("others hear %q", texts)
	}
}
