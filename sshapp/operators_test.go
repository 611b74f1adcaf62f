package sshapp

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// operated starts a server with an operator, and returns how to give their commands.
func operated(t *testing.T, cfg Config) (addr string, app *App, operator func(command string) (status int, out, errs string)) {
	t.Helper()
	key, _ := sshtest.NewKey(t)
	cfg.Operators = func(k gossh.PublicKey) bool { return bytes.Equal(k.Marshal(), key.PublicKey().Marshal()) }
	addr, app = startApp(t, embedded(t), keys.NewSecret(), cfg)
	c := sshtest.Dial(t, addr, "op", key)
	return addr, app, func(command string) (int, string, string) {
		t.Helper()
		return run(t, c, command, "")
	}
}

// Nobody but an operator gets through the door, whatever they ask, and nothing is counted
// against them.
func TestTheOperatorsDoorIsForOperators(t *testing.T) {
	t.Parallel()
	addr, app, operator := operated(t, Config{Quotas: Quotas{Tries: 1}})
	stranger, _ := sshtest.NewKey(t)
	for _, user := range []string{"op", "OP", "op+30m", "op+plain"} {
		for _, signers := range [][]gossh.Signer{nil, {stranger}} {
			c := sshtest.Dial(t, addr, user, signers...)
			for _, command := range []string{"status", "close", "drain --yes", "help", "post hi"} {
				status, out, errs := run(t, c, command, "")
				if status != wording.ExitRefused || out != "" || strings.Count(errs, "\n") != 1 {
					t.Errorf("%s, %s: status %d, %q, %q", user, command, status, out, errs)
				}
			}
		}
	}
	p := join(t, addr, "op", 80, 24, stranger)
	if status := p.leaves(); status != wording.ExitRefused {
		t.Errorf("at a terminal: status %d", status)
	}
	if app.fleet.Closed() {
		t.Error("a stranger closed the server")
	}
	for command, wanted := range map[string]int{"reboot": wording.ExitUsage, "end": wording.ExitUsage, "drain": wording.ExitUsage, "end zzzzzz": wording.ExitFailed, "announce ": wording.ExitUsage, "help": 0} {
		if status, _, errs := operator(command); status != wanted {
			t.Errorf("%q: status %d, %q", command, status, errs)
		}
	}
	plain, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	join(t, plain, "op", 80, 24).sees("That is not a room name.") // there is no door
}

func TestWhatTheOperatorSeesAndEnds(t *testing.T) {
	t.Parallel()
	addr, _, operator := operated(t, Config{})
	ann := join(t, addr, "plans+10m", 80, 24)
	ann.types("\r")
	ann.sees("1/8")
	bob := readLines(t, addr, "plans", wide)
	bob.line(`\* 2 of 8 here: .*`)
	follow := sshtest.Exec(t, sshtest.Dial(t, addr, "plans"), "follow --json")
	ann.sees("3/8")

	_, text, _ := operator("")
	_, out, _ := operator("status --json")
	var status struct {
		Type                     string
		Rooms, Members, Sessions int
		Closed                   bool
	}
	if err := json.Unmarshal([]byte(out), &status); err != nil || status.Type != "status" || status.Rooms != 1 || status.Members != 3 || status.Sessions != 4 || status.Closed {
		t.Errorf("status: %v, %s", err, out)
	}
	if !strings.Contains(text, "1 room with people inside, 3 members") {
		t.Errorf("status: %q", text)
	}

	_, all, _ := operator("sessions")
	_, known, _ := operator("sessions --addresses --json")
	for _, secret := range []string{"127.0.0.1", "plans", ann.alias()} {
		if strings.Contains(all, secret) || secret != "127.0.0.1" && strings.Contains(known, secret) {
			t.Errorf("%q is shown: %q, %q", secret, all, known)
		}
	}
	if strings.Count(all, "\n") != 4 || strings.Count(known, `"address":"127.0.0.1:`) != 4 || !strings.Contains(known, `"in":`) {
		t.Errorf("sessions: %q, %q", all, known)
	}

	const words = `we move at 6, it's "short"`
	if status, out, errs := operator("announce " + words); status != 0 || out != "Announced in 1 room.\n" {
		t.Errorf("announce: status %d, %q, %q", status, out, errs)
	}
	ann.sees(words)
	bob.line(`\d\d:\d\d \* the operator of this server says: we move at 6, it's "short"`)
	follow.Shows(t, `"type":"announced"`)
	if !strings.Contains(follow.Out.String(), `we move at 6, it's \"short\"`) {
		t.Errorf("follow: %q", follow.Out.String())
	}
	if status, out, _ := operator("announce --json \x1b[2Jclear"); status != 0 || !strings.HasPrefix(out, `{"type":"announced","server":"`) || !strings.HasSuffix(out, `","rooms_told":1}`+"\n") {
		t.Errorf("announce --json: status %d, %q", status, out)
	}
	ann.sees("[2Jclear")

	number, _, _ := strings.Cut(all, "\t") // the oldest is ann's, but for the operator's own connection
	if status, _, errs := operator("end " + number); status != 0 {
		t.Errorf("end: status %d, %q", status, errs)
	}
	if status := ann.leaves(); status != wording.ExitRefused || !strings.Contains(ann.screen.Text(), errEndedByOperator.Error()) {
		t.Errorf("whose session was ended: status %d, screen:\n%s", status, ann.screen.Text())
	}
	if status, _, _ := operator("end " + number); status != wording.ExitFailed {
		t.Errorf("ended twice: status %d", status)
	}
}

func TestTheOperatorClosesOpensAndDrains(t *testing.T) {
	t.Parallel()
	var once sync.Once
	drained := make(chan struct{})
	addr, _, operator := operated(t, Config{End: func() { once.Do(func() { close(drained) }) }})
	c := sshtest.Dial(t, addr, "plans")
	if status, _, errs := run(t, c, "light", ""); status != 0 {
		t.Fatalf("light: status %d, %q", status, errs)
	}
	operator("close")
	for user, command := range map[string]string{"other": "light", "new": "drop"} {
		if status, _, errs := run(t, sshtest.Dial(t, addr, user), command, "x"); status != wording.ExitRefused || !strings.Contains(errs, "lights no new rooms") {
			t.Errorf("%s of a closed server: status %d, %q", command, status, errs)
		}
	}
	lobby := join(t, addr, "kali", 80, 24)
	lobby.types("\r")
	lobby.sees("lights no new rooms")
	if status, _, errs := run(t, c, "post burning goes on", ""); status != 0 {
		t.Errorf("post in a room that burns: status %d, %q", status, errs)
	}
	if _, out, _ := operator("status"); !strings.Contains(out, "No new rooms can be lit") {
		t.Errorf("status: %q", out)
	}
	operator("open")
	lobby.types("\r")
	lobby.sees("1/8")
	if status, _, errs := operator("drain --yes"); status != 0 {
		t.Errorf("drain: status %d, %q", status, errs)
	}
	<-drained
}
