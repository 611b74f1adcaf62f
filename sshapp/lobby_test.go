package sshapp

import (
	"strings"
	"testing"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// Whoever types ssh HOST is in the lobby, whatever their machine calls them.
func TestALoginNameOpensTheLobby(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	host, port := hostPort(t, addr)
	openLobby := func(user string, sees func(string) string) {
		t.Helper()
		screen := sees("empty: an unguessable name")
		if word, _, _ := strings.Cut(user, "+"); strings.Contains(screen, word) || strings.Contains(screen, "→ names it") {
			t.Errorf("%q stands in the lobby:\n%s", user, screen)
		}
	}
	for _, user := range []string{`CORP\alice`, "John Smith", "müller", "john@corp.com", "kali"} {
		p := startPeer(t, "ssh", "-F", "none", "-p", port, "-l", user, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", host)
		openLobby(user, func(text string) string { return p.Screen.WaitForText(t, sshtest.Patience, text) })
		p.Type("\x03")
		p.leaves("Nothing was lit.")
	}
	for _, user := range []string{"JO", "u0_a254", strings.Repeat("letters", 30), strings.Repeat("x", 10_000), "\x1b[2Jclear", "nul\x00", "\xff\xfe", "-oProxyCommand=id", "jo smith+jones"} {
		openLobby(user, join(t, addr, user, 80, 24).sees)
	}
	join(t, addr, "nobody+2p", 80, 24).sees("→ names it nobody-room.") // the option shows that a room was meant
}

// Two people whose machines have the same login name meet only if one of them chooses it.
func TestALoginNameIsNoRoomUnlessItIsChosen(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann, bob := join(t, addr, "alice", 80, 24), join(t, addr, "alice", 80, 24)
	for _, p := range []*person{ann, bob} {
		p.sees("→ names it alice.")
		p.types("\r")
		p.sees("1/8")
		p.room()
	}
	cat := join(t, addr, "alice", 80, 24)
	cat.sees("alice is not burning.")
	cat.types("\x1b[C")
	cat.sees("whoever guesses it gets in")
	cat.types("\r")
	cat.sees("ssh -p")
	join(t, addr, "alice", 80, 24).sees("2/8")
}

// Plain lines ask in words.
func TestTheLobbyInPlainLines(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := readLines(t, addr, `CORP\ann`, wide)
	ann.line(`\* That is not a room name\. Enter lights a room .* Ctrl-C leaves\.`)
	ann.says("jo")
	ann.line(`\* A room name is 3 to 32 .*`)
	ann.says("plans+soon")
	ann.line(`\* Write a countdown as .*`)
	ann.says("plans+1000h")
	ann.line(`\* Rooms on this server burn for .*`)
	ann.types("typed\x03")
	ann.says("plans")
	ann.line(`\* plans is not burning\. .* plans\+10m\. .*`)
	ann.says("plans+5m")
	ann.line(`\* plans burns for another 5 minutes\. .*`)

	bob := readLines(t, addr, "kali", wide)
	bob.line(`\* That is a login name, not a room\. .*`)
	bob.says("plans")
	bob.line(`\* 2 of 8 here: .*`)
	cat := readLines(t, addr, "kali", wide)
	cat.says("")
	cat.room()
	cat.line(`\* 1 of 8 here: .*`)
	dan := readLines(t, addr, "dan", wide)
	dan.line(`\* dan is not burning\. .*`)
	dan.types("\x03")
	if status := dan.leaves(); status != 0 || dan.last() != "Nothing was lit." {
		t.Errorf("Ctrl-C: status %d, the last line is %q", status, dan.last())
	}
}

func TestScriptsAreToldThatAnAddressIsNoRoom(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	for user, says := range map[string]string{
		`CORP\alice`: "room name is 3 to 32", "jo": "room name is 3 to 32", "\x1b[2J\xff": "room name is 3 to 32",
		"kali": "login name", "U0_a254": "login name", "docker+30m": "docker-room+30m@",
	} {
		c := sshtest.Dial(t, addr, user)
		for _, command := range []string{"who", "light", "follow", "post hi"} {
			if status, out, errs := run(t, c, command, ""); status != wording.ExitUsage || out != "" || !strings.Contains(errs, says) || strings.Count(errs, "\n") != 1 {
				t.Errorf("%q, %s: status %d, %q, %q", user, command, status, out, errs)
			}
		}
		pipe := readLines(t, addr, user, "")
		if status := pipe.leaves(); status != wording.ExitUsage || !strings.Contains(pipe.Err.String(), says) || pipe.Out.String() != "" {
			t.Errorf("%q in a pipe: status %d, %q", user, status, pipe.Err.String())
		}
		if status, out, _ := run(t, c, "help", ""); status != 0 || !strings.HasPrefix(out, "Usage:") {
			t.Errorf("%q, help: status %d, %q", user, status, out)
		}
	}
}

func TestWhatIsOfferedForALoginNameCanBeARoom(t *testing.T) {
	for _, name := range rooms.ReservedNames() {
		a, err := ParseAddress(name + "+30m")
		if err != nil {
			t.Fatal(err)
		}
		if a.NotRoom == nil || a.New {
			continue // "new", and names with a number
		}
		if other := a.otherName(name + "+30m"); other != "" {
			if _, err := rooms.ParseName(other); err != nil {
				t.Errorf("%s is offered for %s: %v", other, name, err)
			}
		}
	}
}
