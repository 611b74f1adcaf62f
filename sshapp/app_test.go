package sshapp

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"wick/keys"
	"wick/rooms/memory"
	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

func TestTwoPeopleChatUntilTheRoomBurnsOut(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, remains := start(t, 2)
		ann := join(t, addrs[0], "new", 80, 24)
		room := ann.room()
		ann.sees("1/8")
		ann.says("anyone there?")
		ann.sees("anyone there?")
		bob := join(t, addrs[1], room, 40, 12)
		bob.sees("anyone there?")
		ann.sees("2/8")
		bob.says("here I am")
		ann.sees("here I am")
		for i := range 5 {
			[]*person{ann, bob}[i%2].says(message(i))
			ann.sees(message(i))
			bob.sees(message(i))
		}
		ann.says("/ttl 10s")
		bob.sees("going out")
		ann.burnsTo(9)
		last := room + " burned out: 7 messages wiped."
		ann.wiped(last)
		bob.wiped(last)
		sshtest.Eventually(t, "nothing is left in the store", func() bool { return len(remains()) == 0 })
		join(t, addrs[0], room, 80, 24).sees("is not burning")
	})
}

func TestEverybodySeesTheSameOrder(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 2)
		people := []*person{join(t, addrs[0], "new+20p", 160, 50)}
		room := people[0].room()
		for i := range 4 {
			people = append(people, join(t, addrs[i%2], room, 160, 50))
		}
		for _, p := range people {
			p.sees(fmt.Sprintf("%d/20", len(people)))
		}
		const each = 6
		var talk sync.WaitGroup
		for i, p := range people {
			talk.Go(func() {
				for j := range each {
					p.says(message(100*(i+1) + j))
				}
			})
		}
		talk.Wait()
		for _, p := range people {
			p.screen.WaitFor(t, sshtest.Patience, func(string) bool { return len(p.spoken()) == each*len(people) })
		}
		order := people[0].spoken()
		for _, p := range people[1:] {
			if got := p.spoken(); !slices.Equal(got, order) {
				t.Errorf("two people see two orders:\n%q\n%q", got, order)
			}
		}
		for i := range people {
			var own []string
			for _, m := range order {
				if strings.HasPrefix(m, message(i+1)) {
					own = append(own, m)
				}
			}
			if len(own) != each || !slices.IsSorted(own) {
				t.Errorf("what one person said came as %q", own)
			}
		}
	})
}

func TestDestroyAsksForConfirmationAndWipesEveryScreen(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, remains := start(t, 2)
		ann := join(t, addrs[0], "new", 80, 24)
		room, alias := ann.room(), ann.alias()
		bob := join(t, addrs[1], room, 80, 24)
		bob.says("the secret is 42")
		ann.sees("the secret is 42")
		ann.says("/destroy")
		ann.sees("Type y")
		ann.types("n")
		ann.seesNoMore("Type y")
		ann.says("still burning")
		bob.sees("still burning")
		ann.says("/destroy")
		ann.sees("Type y")
		ann.types("y")
		last := room + " was destroyed by " + alias + ": 2 messages wiped."
		ann.wiped(last)
		bob.wiped(last)
		sshtest.Eventually(t, "nothing is left in the store", func() bool { return len(remains()) == 0 })
	})
}

func TestUnlitNameOpensTheLobby(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 2)
		ann := join(t, addrs[0], "plans+5m+2p", 80, 24)
		screen := ann.sees("plans is not burning")
		if !strings.Contains(screen, "‹ 5m ›") || !strings.Contains(screen, "‹ 2 ›") {
			t.Errorf("the address's options are not in the lobby:\n%s", screen)
		}
		ann.types("\r")
		ann.sees("1/2")
		bob := join(t, addrs[1], "Plans+1h", 80, 24)
		bob.sees("stay as they are")
		bob.sees("2/2")
		cat := join(t, addrs[0], "plans", 80, 24)
		if status := cat.leaves(); status != wording.ExitFull || !strings.Contains(cat.Err.String(), "full") {
			t.Errorf("a third of two: status %d, %q", status, cat.Err.String())
		}
		bob.says("/leave")
		if status := bob.leaves(); status != 0 {
			t.Errorf("leaving: status %d", status)
		}
		ann.sees("1/2")
		join(t, addrs[1], "plans", 80, 24).sees("2/2")
	})
}

func TestLoginNameOpensTheLobby(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 1)
		ann := join(t, addrs[0], "root", 40, 12)
		ann.sees("login name")
		ann.types("admin\r")
		ann.sees("cannot be a")
		ann.types("\x15b\r") // Ctrl-U
		ann.sees("3 to 32")
		ann.types("\x15\r")
		ann.room()
		bob := join(t, addrs[0], "ubuntu", 160, 50)
		bob.sees("login name")
		bob.types("\x03")
		if status := bob.leaves(); status != 0 {
			t.Errorf("leaving the lobby: status %d", status)
		}
	})
}

func TestKeyHasOneAliasPerRoom(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 1)
		key, _ := sshtest.NewKey(t)
		first := join(t, addrs[0], "new", 80, 24, key)
		room, alias := first.room(), first.alias()
		if words := strings.Split(alias, "-"); len(words) != 2 {
			t.Errorf("the alias %q is not two words", alias)
		}
		stay := join(t, addrs[0], room, 80, 24)
		if stay.alias() == alias {
			t.Error("somebody without a key has the same alias")
		}
		first.types("\x03")
		if status := first.leaves(); status != 0 {
			t.Errorf("Ctrl-C: status %d", status)
		}
		stay.sees(alias + " left")
		if again := join(t, addrs[0], room, 80, 24, key); again.alias() != alias {
			t.Errorf("the alias was %q and is %q", alias, again.alias())
		}
		if elsewhere := join(t, addrs[0], "new", 80, 24, key); elsewhere.alias() == alias {
			t.Errorf("the alias %q is the same in another room", alias)
		}
	})
}

func TestCommandsInARoom(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 1)
		ann := join(t, addrs[0], "new", 80, 24)
		room := ann.room()
		_, port, _ := strings.Cut(addrs[0], ":")
		command := fmt.Sprintf("ssh -p %s %s@localhost", port, room)
		ann.sees(command)
		ann.says("/share")
		ann.sees("opied")
		if want := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(command)); !strings.Contains(ann.Out.String(), want) {
			t.Error("the command was not copied by OSC 52")
		}
		ann.says("/help")
		ann.sees("/destroy")
		ann.says("/nick Zoë")
		ann.sees("is now Zoë")
		bob := join(t, addrs[0], room, 80, 24)
		bob.says("/nick zoë")
		bob.sees("has that name")
		bob.types("\x15")
		bob.says("/who")
		bob.sees("2 of 8 here")
		ann.says("/ttl 2h")
		ann.sees("never extended")
		ann.types("\x15")
		ann.says("/ttl 5s")
		ann.sees("at least 10 s")
		ann.types("\x15")
		ann.says("/frobnicate")
		ann.sees("/help")
		ann.types("\x15")
		ann.says("//not a command")
		bob.sees("/not a command")
		ann.says("/leave")
		if status := ann.leaves(); status != 0 {
			t.Errorf("leaving: status %d", status)
		}
		if got := ann.screen.Text(); !strings.Contains(got, "You left "+room) {
			t.Errorf("after leaving:\n%s", got)
		}
	})
}

func TestInvalidAddressesAndCommandsAreRefusedInOneSentence(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	for _, tt := range []struct {
		user   string
		status int
		says   string
	}{
		{"plans+5x", wording.ExitUsage, "30m"},
		{"plans+3s", wording.ExitUsage, "at least 10 s"},
		{"new+2h", wording.ExitUsage, "at most 1h"},
		{"new+21p", wording.ExitUsage, "at most 20 places"},
	} {
		p := join(t, addr, tt.user, 80, 24)
		if status := p.leaves(); status != tt.status || !strings.Contains(p.Err.String(), tt.says) || strings.Count(p.Err.String(), "\n") != 1 {
			t.Errorf("%.20q: status %d, %q; want %d and one line with %q", tt.user, status, p.Err.String(), tt.status, tt.says)
		}
	}
	if _, _, says := run(t, sshtest.Dial(t, addr, "plans"), "ls -l", ""); !strings.HasPrefix(says, "wick: unknown flag -l, did you mean \"-h\"?\n") {
		t.Errorf("ls -l: %q", says)
	}
	for _, command := range []string{"scp -t /tmp", "post hello"} {
		if status, _, says := run(t, sshtest.Dial(t, addr, "new"), command, ""); status != wording.ExitUsage || !strings.HasPrefix(says, "wick: ") {
			t.Errorf("command %q: status %d, %q", command, status, says)
		}
	}
}

func embedded(t testing.TB) *memory.Store {
	store := memory.New(memory.Config{})
	t.Cleanup(func() { store.Close() })
	return store
}

func TestResizesRedrawWhatFits(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := join(t, addr, "new", 80, 24)
	ann.room()
	ann.says("a message that takes some room on a narrow screen")
	ann.sees("on a narrow screen")
	for _, size := range [][2]int{{40, 12}, {160, 50}, {1, 1}, {20, 5}, {80, 24}} {
		ann.resize(size[0], size[1])
		if size[0] >= 40 {
			ann.screen.WaitFor(t, sshtest.Patience, func(s string) bool {
				// The composer's prompt stands on one of the last rows.
				lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
				return len(lines) >= size[1]-2 && strings.Contains(strings.Join(lines[len(lines)-3:], ""), "❯") && strings.Contains(s, "screen")
			})
		}
	}
}

func TestRedisHoldsNoReadableNamesOrText(t *testing.T) {
	t.Parallel()
	server, secret := redistest.Start(t), keys.NewSecret()
	addr, _ := startApp(t, openRedis(t, server, secret), secret, Config{})
	ann := join(t, addr, "plans-for-friday", 80, 24)
	ann.sees("not burning")
	ann.types("\x1b[C") // →
	ann.sees("whoever guesses it gets in")
	ann.types("\r")
	ann.sees("1/8")
	alias := ann.alias()
	ann.says("the password is swordfish")
	ann.sees("swordfish")
	var all strings.Builder
	for _, key := range server.Keys() {
		all.WriteString(key)
		dump, err := server.Client().Dump(t.Context(), key).Result()
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(dump)
	}
	if all.Len() == 0 {
		t.Fatal("nothing is in Redis")
	}
	for _, word := range []string{"plans", "friday", "swordfish", "password", alias, strings.Split(alias, "-")[0]} {
		if strings.Contains(all.String(), word) {
			t.Errorf("%q can be read in Redis", word)
		}
	}
}

func TestDrainTellsPeopleToReconnect(t *testing.T) {
	t.Parallel()
	server, secret := redistest.Start(t), keys.NewSecret()
	addr, app := startApp(t, openRedis(t, server, secret), secret, Config{})
	other, _ := startApp(t, openRedis(t, server, secret), secret, Config{})
	ann := join(t, addr, "new", 80, 24)
	room := ann.room()
	bob := join(t, other, room, 80, 24)
	bob.sees("2/8")
	lobby := join(t, addr, "root", 80, 24)
	lobby.sees("login name")
	ctx, cancel := context.WithTimeout(t.Context(), sshtest.Patience)
	defer cancel()
	app.Drain(ctx)
	if ctx.Err() != nil {
		t.Error("draining took all its time")
	}
	if status := ann.leaves(); status != wording.ExitFailed || !strings.Contains(ann.screen.Text(), "burns on: reconnect") {
		t.Errorf("status %d, screen:\n%s", status, ann.screen.Text())
	}
	if status := lobby.leaves(); status != wording.ExitFailed || !strings.Contains(lobby.screen.Text(), "going down") {
		t.Errorf("status %d, screen:\n%s", status, lobby.screen.Text())
	}
	bob.sees("1/8")
	join(t, other, room, 80, 24).sees("2/8")
}

func TestSeatOfAVanishedClientIsFreed(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 1)
		ann := join(t, addrs[0], "new", 80, 24)
		bob := join(t, addrs[0], ann.room(), 80, 24)
		ann.sees("2/8")
		bob.Client.Close()
		ann.sees("1/8")
	})
}
