package sshapp

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/sshapp/wording"
)

// Each limit at its edge; those on connections, times and bytes are in
// guard_test.go, input_test.go and allowance_test.go.

// lifted are guards that bound nothing.
var lifted = Guards{
	MaxConns: -1, MaxConnsPerAddress: -1, MaxHandshakes: -1, MaxConnects: -1, MaxPenalty: -1, SourceIngress: -1, MaxUnread: -1, MaxLights: -1, MaxTries: -1, MaxEntries: -1,
	Greeting: -1, Login: -1, Idle: -1, Lifetime: -1, KeepAlive: -1, Misses: -1, Write: -1, CloseGrace: -1,
	AuthTries: -1, MaxChannels: -1, MaxRequests: -1, MaxEnv: -1, MaxPaste: -1, MaxWidth: -1, MaxHeight: -1,
	IngressRate: -1, IngressBurst: -1,
}

func TestLiftedLimitsOfTimeNeverEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		waits, _, _, _ := guarded(t, lifted)
		sits, peer, _, _ := guarded(t, lifted)
		go io.WriteString(peer, "SSH-2.0-x\n\x00")
		go io.Copy(io.Discard, sits)
		quiet := &quietPeer{until: sits.ctx.Done()}
		_, session := begin(sits, quiet)
		time.Sleep(10 * 365 * 24 * time.Hour)
		if waits.ctx.Err() != nil || sits.ctx.Err() != nil || session.Err() != nil || quiet.asked.Load() != 0 {
			t.Error("something ended, or was asked")
		}
	})
}

func TestMissesAreCounted(t *testing.T) {
	for misses, want := range map[int]time.Duration{1: 2 * time.Second, 5: 6 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			g, peer, _, _ := guarded(t, Guards{KeepAlive: time.Second, Misses: misses})
			go io.Copy(io.Discard, g)
			io.WriteString(peer, "SSH-2.0-x\n\x00")
			synctest.Wait()
			begin(g, &quietPeer{until: g.ctx.Done()})
			if got := lasts(g); got != want {
				t.Errorf("with %d misses, it was cut after %v", misses, got)
			}
		})
	}
}

func TestWhoTypesNothingIsWarnedOnceBefore(t *testing.T) {
	for idle, before := range map[time.Duration]time.Duration{2 * time.Hour: 5 * time.Minute, time.Minute: 5 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			g, peer, _, _ := guarded(t, Guards{Idle: idle, KeepAlive: -1})
			go io.WriteString(peer, "SSH-2.0-x\n\x00")
			go io.Copy(io.Discard, g)
			s, ctx := begin(g, nil)
			warned := make(chan time.Duration, 10)
			s.OnIdle(func(left time.Duration) { warned <- left })
			for range 3 {
				typed := time.Now()
				g.Input() // any key keeps it
				if left := <-warned; left != before || time.Since(typed) != idle-before {
					t.Errorf("warned %v after the last key that it ends in %v", time.Since(typed), left)
				}
			}
			<-ctx.Done()
			synctest.Wait()
			if left := time.Until(g.born.Add(time.Duration(g.typed.Load()) + idle)); left != 0 || len(warned) != 0 {
				t.Errorf("it ended %v too early, after %d more warnings", left, len(warned))
			}
		})
	}
}

func TestAReaderIsWarnedOnTheScreen(t *testing.T) {
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{Guards: Guards{Idle: 3 * time.Second}})
	for _, user := range []string{"new", "root"} { // the chat, and the lobby
		ann := join(t, addr, user, 80, 24)
		if status := ann.leaves(); status != wording.ExitFailed || !strings.Contains(ann.screen.Text(), errIdle.Error()) {
			t.Errorf("%s: status %d, screen:\n%s", user, status, ann.screen.Text())
		}
		if !strings.Contains(ann.raw.String(), "Nothing was typed") {
			t.Errorf("%s: there was no warning", user)
		}
	}
}

func TestRequestsOfAConnectionAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _, _, _ := guarded(t, Guards{MaxRequests: 10, Greeting: time.Hour, Login: time.Hour})
		for range 2 {
			for i := range 10 {
				if g.request(); g.ctx.Err() != nil {
					t.Fatalf("cut at request %d", i+1)
				}
			}
			time.Sleep(requestSpan)
		}
		for range 11 {
			g.request()
		}
		if g.ctx.Err() == nil {
			t.Error("one more is heard")
		}
	})
}

func TestRequestsBeyondTheirNumberEndTheConnection(t *testing.T) {
	for _, row := range []struct {
		name  string
		cfg   Guards
		flood func(*gossh.Client, *window) error
		cut   bool
	}{
		{"of the connection", Guards{}, func(c *gossh.Client, _ *window) error {
			_, _, err := c.SendRequest("tcpip-forward", true, nil)
			return err
		}, true},
		{"of a session that has begun", Guards{}, func(_ *gossh.Client, w *window) error {
			_, err := w.SendRequest("signal", true, nil)
			return err
		}, true},
		{"of a session, without a limit", Guards{MaxRequests: -1}, func(_ *gossh.Client, w *window) error {
			_, err := w.SendRequest("signal", true, nil)
			return err
		}, false},
		{"signs of life and resizes", Guards{}, func(c *gossh.Client, w *window) error {
			if _, _, err := c.SendRequest(keepAlive, true, nil); err != nil {
				return err
			}
			_, err := w.SendRequest("window-change", true, gossh.Marshal(sizes{Width: 80, Height: 24}))
			return err
		}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			addr, _ := startServer(t, echoScreen, row.cfg)
			c := client(t, addr)
			w := shell(t, c)
			var err error
			for i := 0; i < 10*standard.MaxRequests && err == nil; i++ {
				err = row.flood(c, w)
			}
			if cut := err != nil; cut != row.cut {
				t.Errorf("cut is %v (%v)", cut, err)
			}
		})
	}
}

func TestChannelsOfAConnectionAreCounted(t *testing.T) {
	for limit, opens := range map[int]int{0: 4, 2: 2, -1: 20} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			addr, _ := startServer(t, echoScreen, Guards{MaxChannels: limit})
			c := client(t, addr)
			for range opens {
				open(t, c)
			}
			_, _, err := c.OpenChannel("session", nil)
			e, _ := err.(*gossh.OpenChannelError)
			switch {
			case limit < 0 && err != nil:
				t.Errorf("without a limit: %v", err)
			case limit >= 0 && (e == nil || e.Reason != gossh.ResourceShortage || e.Message != "too many sessions on this connection"):
				t.Errorf("with a limit of %d, one more: %v", limit, err)
			}
		})
	}
}

func TestVariablesOfASessionAreCounted(t *testing.T) {
	for limit, want := range map[int]int{0: 16, 2: 2, -1: 40} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			addr, _ := startServer(t, echoScreen, Guards{MaxEnv: limit, MaxRequests: -1})
			w := open(t, client(t, addr))
			taken := 0
			for i := range 40 {
				if w.asks(t, "env", struct{ Name, Value string }{fmt.Sprintf("LC_%d", i), "C"}) {
					taken++
				}
			}
			if taken != want {
				t.Errorf("with a limit of %d, %d were taken", limit, taken)
			}
		})
	}
}

func TestTerminalsAreDrawnNoLargerThanTheLimit(t *testing.T) {
	for _, row := range []struct {
		cfg                       Guards
		width, height, wide, high uint32
	}{
		{Guards{}, 500, 200, 500, 200},
		{Guards{}, 501, 201, 500, 200},
		{Guards{MaxWidth: 100, MaxHeight: 30}, 100, 30, 100, 30},
		{Guards{MaxWidth: 100, MaxHeight: 30}, 1<<32 - 1, 31, 100, 30},
		{Guards{MaxWidth: -1, MaxHeight: -1}, 5000, 4000, 5000, 4000},
	} {
		if w, h := row.cfg.withDefaults().clamp(row.width, row.height); w != row.wide || h != row.high {
			t.Errorf("%d × %d is drawn as %d × %d, not %d × %d", row.width, row.height, w, h, row.wide, row.high)
		}
	}
	// The screens have a bound of their own.
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{Guards: Guards{MaxWidth: -1, MaxHeight: -1}})
	w := open(t, client(t, addr))
	costs(t, 5*time.Second, 512<<20, func() {
		w.asks(t, "pty-req", ptyOf(1<<32-1, 1<<32-1))
		w.asks(t, "shell", nil)
		w.shows(t, "Others join with")
		w.CloseWrite()
		w.ends(t)
	})
}

func TestAPasteIsPassedOnUpToItsLimit(t *testing.T) {
	for limit, want := range map[int]int{10: 10, 11: 11, 12: 11} {
		in := newInput(t.Context(), strings.NewReader(pasteStart+strings.Repeat("x", 11)+pasteEnd), limit, func() {})
		if got := strings.Count(strings.Join(reads(t, in), ""), "x"); got != want {
			t.Errorf("of 11 bytes, with a limit of %d, %d were passed on", limit, got)
		}
	}
	in := newTestInput(strings.NewReader(pasteStart + strings.Repeat("x", 1<<20) + pasteEnd))
	in.most = lifted.withDefaults().MaxPaste
	if got := strings.Count(strings.Join(reads(t, in), ""), "x"); got != 1<<20 {
		t.Errorf("without a limit, %d of %d bytes were passed on", got, 1<<20)
	}
}

func TestRefusedKeysOfAConnectionAreCounted(t *testing.T) {
	mine, _ := newKey(t)
	strangers := make([]gossh.Signer, 20)
	for i := range strangers {
		strangers[i], _ = newKey(t)
	}
	for limit, refused := range map[int]int{0: 5, 3: 2, -1: 20} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			addr, _ := startServer(t, whoami, Guards{AuthTries: limit, Admit: func(key gossh.PublicKey) bool {
				return bytes.Equal(key.Marshal(), mine.PublicKey().Marshal())
			}})
			for _, more := range []int{0, 1} {
				if refused+more > len(strangers) {
					break
				}
				offered := append(slices.Clone(strangers[:refused+more]), mine)
				c, err := gossh.Dial("tcp", addr, clientConfig(gossh.PublicKeys(offered...)))
				if err == nil {
					c.Close()
				}
				if in := err == nil; in != (more == 0) {
					t.Errorf("with a limit of %d, after %d keys that were refused: %v", limit, refused+more, err)
				}
			}
		})
	}
}

// refusedWith is the exit status of a session that got nowhere, and what it said.
func refusedWith(t *testing.T, addr, user string) (int, string) {
	t.Helper()
	p := join(t, addr, user, 80, 24)
	status := p.leaves()
	return status, p.errors.String()
}

func TestRoomsLitFromOneAddressAreCounted(t *testing.T) {
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{Guards: Guards{MaxLights: 2}})
	lobby := join(t, addr, "root", 80, 24)
	lobby.sees("login name")
	ann := join(t, addr, "new", 80, 24)
	room := ann.room()
	lobby.types(room + "\r") // burns already: this lights nothing
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
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{Guards: Guards{MaxTries: 2}})
	ann := join(t, addr, "new", 80, 24)
	room := ann.room()
	for i := range 2 {
		for range 2 { // a room that burns is no try
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
