package sshapp

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"wick/keys"
	"wick/sshapp/sshd"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

func TestIdleSessionIsWarnedAndEnded(t *testing.T) {
	t.Parallel()
	// The warning comes a twelfth of that before the end: time enough to draw it.
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{SSH: sshd.Limits{IdleTimeout: 9 * time.Second}})
	key, _ := sshtest.NewKey(t)
	owner := join(t, addr, "new", 80, 24, key)
	locked := owner.room()
	owner.says("/lock")
	owner.sees("locked the room")
	people := map[string]*person{}
	for place, user := range map[string]string{
		"chat": "new", "lobby": "root", "door": locked,
		"chat in lines": "new+plain", "lobby in lines": "root+plain", "door in lines": locked + "+plain",
	} {
		people[place] = join(t, addr, user, 80, 24)
	}
	for place, ann := range people {
		if status := ann.leaves(); status != wording.ExitFailed || !strings.Contains(ann.screen.Text()+ann.Err.String(), sshd.ErrIdle.Error()) {
			t.Errorf("%s: status %d, screen:\n%s", place, status, ann.screen.Text())
		}
		if !strings.Contains(ann.Out.String(), "You have typed nothing") {
			t.Errorf("%s: there was no warning", place)
		}
	}
}

// Even without a limit on terminals, screens have a bound of their own.
func TestEnormousTerminalCostsLittle(t *testing.T) {
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{SSH: sshd.Limits{MaxWidth: -1, MaxHeight: -1}})
	w := sshtest.Open(t, sshtest.Dial(t, addr, "new"))
	sshtest.Costs(t, 5*time.Second, 512<<20, func() {
		w.Asks(t, "pty-req", sshtest.Pty(1<<32-1, 1<<32-1))
		w.Asks(t, "shell", nil)
		w.Shows(t, "Others join with")
		w.CloseWrite()
		w.Ends(t)
	})
}

// refusedWith returns the exit status of a session that got into no room, and what it
// said.
func refusedWith(t *testing.T, addr, user string) (int, string) {
	t.Helper()
	p := join(t, addr, user, 80, 24)
	status := p.leaves()
	return status, p.Err.String()
}

func TestRoomsLitFromOneAddressAreCounted(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{Quotas: Quotas{Lights: 2}})
	lobby := join(t, addr, "root", 80, 24)
	lobby.sees("login name")
	ann := join(t, addr, "new", 80, 24)
	room := ann.room()
	lobby.types(room + "\r") // it burns already, so this lights nothing
	lobby.sees("2/8")
	join(t, addr, "new", 80, 24).room()
	if status, says := refusedWith(t, addr, "new"); status != wording.ExitRefused || says != "wick: Too many rooms were lit from your address: wait a minute.\r\n" {
		t.Errorf("one more: status %d, %q", status, says)
	}
	other := join(t, addr, "root", 80, 24)
	other.sees("login name")
	other.types("\r")
	other.sees("Too many rooms were lit")
	join(t, addr, room, 80, 24).sees("3/8") // what burns is open to all
}

func TestNamesTriedFromOneAddressAreCounted(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{Quotas: Quotas{Tries: 2}})
	ann := join(t, addr, "new", 80, 24)
	room := ann.room()
	for i := range 2 {
		for range 2 { // entering a room that burns is not counted
			bob := join(t, addr, room, 80, 24)
			bob.sees("2/8")
			bob.types("\x03")
			bob.leaves()
			ann.sees("1/8")
		}
		join(t, addr, fmt.Sprintf("guess-%d", i), 80, 24).sees("is not burning")
	}
	if status, says := refusedWith(t, addr, "guess-9"); status != wording.ExitRefused || says != "wick: Too many names were tried from your address: wait a minute.\r\n" {
		t.Errorf("one more: status %d, %q", status, says)
	}
	ann.says("still here")
	ann.sees("still here")
}
