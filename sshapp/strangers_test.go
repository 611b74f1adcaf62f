package sshapp

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/sshd"
	"wick/sshapp/sshtest"
	"wick/sshapp/ui/uitest"
)

// shellFrom connects from an address of this machine, without a key.
func shellFrom(t *testing.T, source, addr, user string) *sshtest.Session {
	t.Helper()
	w := sshtest.Open(t, sshtest.DialFrom(t, source, addr, user))
	if !w.Asks(t, "shell", nil) {
		t.Fatal("no session")
	}
	return w
}

// Sixty strangers of one address stand at a door: a friend is shown and let in, and
// what was said stays.
func TestFriendIsAdmittedAmongSixtyKnocks(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{SSH: sshd.Limits{MaxConnsPerSource: 80}})
	key, _ := sshtest.NewKey(t)
	ann := join(t, addr, "new", 120, 40, key)
	room := ann.room()
	var want []string
	for i := range 28 {
		want = append(want, message(i))
		ann.says(message(i))
		ann.sees(message(i))
	}
	ann.says("/lock")
	ann.sees("locked the room")
	for range 60 {
		shellFrom(t, "127.0.0.1", addr, room).Shows(t, "You are knocking")
	}
	ann.sees("knocks: /admit or /deny")
	friend := shellFrom(t, "127.0.0.2", addr, room)
	friend.Shows(t, "People inside see you as")
	ann.says("/who")
	ann.sees("At the door: ")
	_, name, _ := strings.Cut(friend.Text(), "People inside see you as ")
	name, _, _ = strings.Cut(name, " ")
	ann.sees(name)
	ann.says("/admit " + name)
	friend.Shows(t, message(27))
	ann.says("/who")
	ann.screen.WaitFor(t, sshtest.Patience, func(screen string) bool { return !strings.Contains(lastDoor(screen), name) })
	if n := strings.Count(lastDoor(ann.screen.Text()), "(no key)"); n != 2 {
		t.Errorf("%d of one address are at the door", n)
	}
	knocks := 0
	var got []string
	for _, line := range strings.Split(friend.Text(), "\n") {
		if _, text, said := strings.Cut(strings.TrimSpace(line), ": "); said && slices.Contains(want, text) {
			got = append(got, text)
		}
		if strings.Contains(line, "knocks:") {
			knocks++ // of those who stand there
		}
	}
	if knocks > 2 {
		t.Errorf("a newcomer reads of %d knocks", knocks)
	}
	if !slices.Equal(got, want) {
		t.Errorf("a newcomer reads %q, said was %q", got, want)
	}
}

// lastDoor is the row that /who showed last of those at the door.
func lastDoor(screen string) string {
	row, _, _ := strings.Cut(screen[max(strings.LastIndex(screen, "At the door: "), 0):], "\n")
	return row
}

// Five hundred who come and go are a few lines, and every message is told.
func TestFiveHundredArrivalsPrintFewLines(t *testing.T) {
	t.Parallel()
	const guests, few = 500, 60
	said := func(i int) string { return "message " + message(i) + "." } // no part of a room's name
	addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := join(t, addr, "new", 80, 24)
	room := ann.room()
	name, err := rooms.ParseName(room)
	if err != nil {
		t.Fatal(err)
	}
	lines := shellFrom(t, "127.0.0.1", addr, room)
	lines.Shows(t, "Others join with")
	records := sshtest.Exec(t, sshtest.Dial(t, addr, room), "follow --json")
	records.Shows(t, `"joined"`)
	for i := range guests {
		m, err := app.cfg.Hub.Enter(t.Context(), name, rooms.Guest{Alias: fmt.Sprint("guest-", i), Identity: fmt.Sprint(i)})
		if err != nil {
			t.Fatal(err)
		}
		if i%100 == 0 {
			if err := m.Post(t.Context(), said(i)); err != nil {
				t.Fatal(err)
			}
		}
		m.Leave()
	}
	ann.says("that is all")
	for _, w := range []*sshtest.Session{lines, records} {
		w.Shows(t, "that is all")
		for i := 0; i < guests; i += 100 {
			if n := strings.Count(w.Text(), said(i)); n != 1 {
				t.Errorf("message %d is told %d times", i, n)
			}
		}
	}
	lines.Shows(t, " left")
	records.Shows(t, `"type":"presence"`)
	if n := strings.Count(lines.Text(), "\n"); n > few {
		t.Errorf("%d lines were told", n)
	}
	n := 0
	for line := range strings.Lines(records.Text()) {
		var r record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Errorf("%q: %v", line, err)
		}
		n++
	}
	if n > few {
		t.Errorf("%d records were told", n)
	}
}

// Somebody takes the names of newcomers before they come, says nothing or
// something, and leaves: no newcomer with a key is taken for an impostor.
func TestTakingAnAliasFirstMarksNobodyAsImpostor(t *testing.T) {
	t.Parallel()
	secret := keys.NewSecret()
	addr, _ := startApp(t, embedded(t), secret, Config{})
	ann := join(t, addr, "new", 120, 40)
	room := ann.room()
	for _, speaks := range []bool{false, true} {
		key, _ := sshtest.NewKey(t)
		alias := keys.Alias(secret.Identity(room, key.PublicKey()))
		eve := join(t, addr, room, 80, 24)
		eve.takes(alias)
		if speaks {
			eve.says("this is mine")
			ann.sees("this is mine")
		}
		eve.types("\x03")
		ann.sees("← " + alias + " left")
		newcomer := join(t, addr, room, 80, 24, key)
		newcomer.sees(alias + " (you)")
		ann.sees("→ " + alias + " (")
		ann.never("not the key that had this name before")
		// Somebody else who takes it is marked once its bearer has spoken.
		newcomer.says("hello")
		ann.sees("hello")
		newcomer.types("\x03")
		other := join(t, addr, room, 80, 24)
		other.says("/nick " + alias)
		other.sees(alias + "! (you)")
		other.types("\x03")
	}
}

// What eve says without a terminal between it and her reader: no row of theirs
// reads as Alice's, or as the server's.
func TestBlanksForgeNoLine(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := join(t, addr, "new", 80, 24)
	room := ann.room()
	plain := shellFrom(t, "127.0.0.1", addr, room)
	plain.Shows(t, "Others join with")
	follow := sshtest.Exec(t, sshtest.Dial(t, addr, room), "follow")
	follow.Shows(t, "came in")
	for _, blank := range []string{" ", "\u2800", "\u3000", "\u00a0"} {
		for _, forged := range []string{"03:36 alice: I agree", "* 5 minutes left."} {
			for n := 50; n < 80; n += 3 {
				status, _, errs := run(t, sshtest.Dial(t, addr, room), "post", "hi"+strings.Repeat(blank, n)+forged+"\n")
				if status != 0 {
					t.Fatalf("status %d: %s", status, errs)
				}
			}
		}
	}
	ann.says("that is all")
	for _, w := range []*sshtest.Session{plain, follow} {
		w.Shows(t, "that is all")
		for _, width := range []int{72, 80, 132} {
			screen := uitest.New(width, 600)
			fmt.Fprint(screen, strings.ReplaceAll(strings.ReplaceAll(w.Text(), "\r\n", "\n"), "\n", "\r\n"))
			for _, row := range screen.Screen() {
				if strings.HasPrefix(row, "03:36") || strings.HasPrefix(row, "* 5 minutes") {
					t.Errorf("a terminal of %d shows %q", width, row)
				}
			}
			screen.Close()
		}
	}
}
