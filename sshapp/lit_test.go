package sshapp

import (
	"strings"
	"testing"

	"wick/keys"
	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
)

// Who lost the connection and lights another room is told of the first, on any server.
func TestAKeyIsToldOfTheRoomItLit(t *testing.T) {
	t.Parallel()
	secret, store, server := keys.NewSecret(), embedded(t), redistest.Start(t)
	one, _ := startApp(t, store, secret, Config{})
	two, _ := startApp(t, openRedis(t, server, secret), secret, Config{})
	three, _ := startApp(t, openRedis(t, server, secret), secret, Config{})
	for name, addrs := range map[string][2]string{"one server": {one, one}, "two servers on Redis": {two, three}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, _ := sshtest.NewKey(t)
			first := join(t, addrs[0], "new", 80, 24, key)
			room := first.room()
			first.Client.Close()

			again := join(t, addrs[1], "new", 120, 24, key)
			screen := again.sees("is still burning: ssh -p")
			if !strings.Contains(unspaced(screen), unspaced(room+"@localhost")) {
				t.Errorf("the first room, %s, is not named:\n%s", room, screen)
			}
			lobby := join(t, addrs[1], "root", 80, 24, key)
			if screen := lobby.sees(room + "@localhost"); !strings.Contains(screen, "  The room you lit") {
				t.Errorf("a sentence of its own begins no row:\n%s", screen)
			}
			asked := readLines(t, addrs[1], "root", wide, key)
			asked.line(`\* The room you lit .* is still burning: ssh -p .*`)
			asked.line(`\* That is a login name, not a room\. .*`)
			lines, err := sshtest.Start(sshtest.Dial(t, addrs[1], "new", key), sshtest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			lines.Shows(t, "is still burning")

			// Nobody else is, nor anybody of a room that is gone.
			stranger, _ := sshtest.NewKey(t)
			other := join(t, addrs[1], "new", 80, 24, stranger)
			if screen := other.sees("Others join with"); strings.Contains(screen, "is still burning") {
				t.Errorf("a stranger reads\n%s", screen)
			}
			back := join(t, addrs[0], room, 80, 24, key)
			back.says("/destroy")
			back.sees("Type y")
			back.types("y")
			back.wiped(strings.TrimSpace(back.screen.WaitForText(t, sshtest.Patience, "was destroyed by")))
			last := join(t, addrs[0], "new", 120, 24, key)
			if screen := last.sees("Others join with"); strings.Contains(screen, room) {
				t.Errorf("a room that was destroyed is named:\n%s", screen)
			}
		})
	}
}
