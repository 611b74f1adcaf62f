package sshapp

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/time/rate"

	"wick/keys"
	"wick/rooms"
	"wick/rooms/memory"
	"wick/sshapp/sshtest"
)

// Of the attacks on what a screen costs.
const (
	screenAttackers = 2 // sessions
	screenKeys      = 30
	screenKeyGap    = 20 * time.Millisecond // between two keys of one of them
	honestGap       = 50 * time.Millisecond // between two messages of the honest

	// What an attack may take beyond keys that draw little: for each session the burst
	// and the share that it has, and some screens full of what was never drawn so.
	drawAllowance = 300 * time.Millisecond
	wholeScreens  = 4
)

// screenAttacks are what one session does again and again.
var screenAttacks = []struct {
	name          string
	width, height uint32
	step          func(w *sshtest.Session, i int)
}{
	{"Home and End in turn", 80, 24, keysInTurn("\x1b[H", "\x1b[F")},
	{"pages on a large screen", 500, 200, keysInTurn("\x1b[5~", "\x1b[5~", "\x1b[6~", "\x1b[5~")},
	{"resizes of a large screen", 500, 200, func(w *sshtest.Session, i int) {
		w.SendRequest("window-change", false, gossh.Marshal(sshtest.WindowSize{Width: 300 + uint32(i)%200, Height: 200}))
	}},
	{"themes", 160, 50, keysInTurn("/theme light\r", "/theme dark\r", "/theme contrast\r")},
	{"notices", 160, 50, keysInTurn("/who\r", "/help\r", "/privacy\r", "/nothing\r")},
	{"blanking on and off", 500, 200, keysInTurn("\x1c\x1c")},
	{"a costly draft", 80, 24, keysInTurn(pasteStart+costlyPiece+pasteEnd, "\x1b[A", "x", "\x1b[D", "\x10", "\t")},
}

func keysInTurn(keys ...string) func(w *sshtest.Session, i int) {
	return func(w *sshtest.Session, i int) { w.Types(keys[i%len(keys)]) }
}

// costlyPiece costs much to lay out: marks, styles, code, links, joined and wide characters.
const costlyPiece = "a\u0301\u0302e\u0308-x *bo* **ld** `co` _it_ 漢字かな 👩‍👩‍👧 https://a.example/x h-h-h אבג "

// startSiege serves with limits as they are, and a room of so many costly messages.
func startSiege(t *testing.T, hub *rooms.Hub, messages int) (addr, room string) {
	t.Helper()
	signer, _ := sshtest.NewKey(t)
	app, err := New(Config{
		Hub: hub, Keys: keys.Ring{Host: signer, Secret: keys.NewSecret()},
		Limits: rooms.Limits{TTL: 20 * time.Minute, MaxTTL: time.Hour, Seats: 64, MaxSeats: 64, History: 200},
	})
	if err != nil {
		t.Fatal(err)
	}
	addr, _ = serve(t, app)
	name := rooms.NewName()
	if _, err := hub.Light(t.Context(), rooms.Lighting{Name: name, TTL: 20 * time.Minute, Seats: 64, History: 200}); err != nil {
		t.Fatal(err)
	}
	m, err := hub.Enter(t.Context(), name, rooms.Guest{Alias: "bob", Identity: "bob"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Leave)
	for i := range messages {
		text := []rune(fmt.Sprint(i, strings.Repeat(costlyPiece, 2000/40)))
		if err := m.Post(t.Context(), string(text[:rooms.MaxText])); err != nil {
			t.Fatal(err)
		}
	}
	return addr, name.String()
}

// attacker sits at a terminal and reads what comes, but keeps no more of it than
// it takes to see a word.
type attacker struct {
	*sshtest.Session

	mu   sync.Mutex
	tail []byte
	seen map[string]bool // what is looked for
}

// attackScreen opens a shell in a terminal of that size.
func attackScreen(t *testing.T, c *gossh.Client, width, height uint32) *attacker {
	t.Helper()
	a := &attacker{seen: map[string]bool{"Others join with": false, "OVER~": false}}
	var err error
	a.Session, err = sshtest.Start(c, sshtest.Options{Pty: sshtest.Pty(width, height), Stdout: a, Discard: true})
	if err != nil {
		t.Fatal(err)
	}
	sshtest.Eventually(t, "an attacker is in", func() bool { return a.saw("Others join with") })
	return a
}

func (a *attacker) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	text := append(a.tail, p...)
	for word, seen := range a.seen {
		a.seen[word] = seen || bytes.Contains(text, []byte(word))
	}
	a.tail = append(a.tail[:0], text[max(len(text)-32, 0):]...)
	return len(p), nil
}

func (a *attacker) saw(word string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.seen[word]
}

// talks has the one say something to the other, and returns how long it took from
// Enter to the screen. It looks more often than street.chat.
func talks(t *testing.T, s *street) time.Duration {
	t.Helper()
	says, hears := s.all[len(s.said)%2], s.all[(len(s.said)+1)%2]
	word := token(len(s.said))
	s.said = append(s.said, word)
	says.w.Types(word)
	<-time.After(lead)
	began := time.Now()
	says.w.Types("\r")
	tick := time.NewTicker(200 * time.Microsecond)
	defer tick.Stop()
	for !hears.hears(word) {
		if <-tick.C; time.Since(began) > sshtest.Patience {
			t.Fatal("a message was lost")
		}
	}
	return time.Since(began)
}

// Whatever a session does with its keys and its window, it takes little of the
// machine, and people who talk in another room lose nothing.
func TestScreensShareTheProcessor(t *testing.T) {
	store := memory.New(memory.Config{})
	t.Cleanup(func() { store.Close() })
	hub := rooms.NewHub(store, rooms.HubConfig{Rate: rate.Inf})
	t.Cleanup(hub.Close)
	addr, room := startSiege(t, hub, 200)
	honest := newStreet(t, addr, 2)
	// siege has attackers at work while the honest talk.
	siege := func(t *testing.T, n, keys int, width, height uint32, step func(w *sshtest.Session, i int)) (used, lasted time.Duration, took []time.Duration) {
		used = sshtest.CPU(t)
		var attackers []*attacker
		for range n {
			attackers = append(attackers, attackScreen(t, sshtest.Dial(t, addr, room), width, height))
		}
		over := make(chan struct{})
		began := time.Now()
		go func() {
			defer close(over)
			tick := time.NewTicker(screenKeyGap)
			defer tick.Stop()
			for i := range keys {
				<-tick.C
				for _, a := range attackers {
					step(a.Session, i)
				}
			}
			for _, a := range attackers {
				a.Types("\rOVER~")
			}
		}()
		pause := time.NewTicker(honestGap)
		defer pause.Stop()
		for busy := true; busy; {
			<-pause.C
			took = append(took, talks(t, honest))
			select {
			case <-over: // until all that they did is done
				busy = slices.ContainsFunc(attackers, func(a *attacker) bool { return !a.saw("OVER~") })
			default:
			}
			if time.Since(began) > 2*sshtest.Patience {
				t.Fatal("an attack goes on")
			}
		}
		used, lasted = sshtest.CPU(t)-used, time.Since(began)
		for _, a := range attackers {
			a.Client.Close()
		}
		return used, lasted, took
	}
	cheap, _, quiet := siege(t, screenAttackers, screenKeys, 80, 24, keysInTurn("a", "\x7f"))
	whole, _, _ := siege(t, 1, 1, 501, 500, keysInTurn("a"))
	t.Logf("keys that draw little: %v of CPU time, a screen that shows most of the room %v; honest p50 and p99 %v and %v", cheap.Round(time.Millisecond), whole.Round(time.Millisecond), part(quiet, 50), part(quiet, 99))
	for _, a := range screenAttacks {
		t.Run(a.name, func(t *testing.T) {
			used, lasted, took := siege(t, screenAttackers, screenKeys, a.width, a.height, a.step)
			t.Logf("%v of CPU time in %v: %.0f %% of a core more for each of %d; honest p50 and p99 %v and %v", used.Round(time.Millisecond), lasted.Round(time.Millisecond),
				100*(used-cheap).Seconds()/lasted.Seconds()/screenAttackers, screenAttackers, part(took, 50), part(took, 99))
			if most := 3*cheap + screenAttackers*drawAllowance + wholeScreens*whole; used > most {
				t.Errorf("used %v of CPU time, more than %v", used, most)
			}
		})
	}
	honest.check(t)
}

// What is refused comes back to the composer within its limit, however often it
// is sent again.
func TestRefusedMessagesDoNotOverfillTheComposer(t *testing.T) {
	t.Parallel()
	store := memory.New(memory.Config{})
	t.Cleanup(func() { store.Close() })
	hub := rooms.NewHub(store, rooms.HubConfig{Rate: rate.Every(time.Hour), Burst: 1})
	t.Cleanup(hub.Close)
	addr, room := startSiege(t, hub, 0)
	w := sshtest.Shell(t, sshtest.Dial(t, addr, room))
	w.Shows(t, "Others join with")
	for _, text := range []string{"first", "second"} { // more than may be said at once
		w.Types(pasteStart + text + pasteEnd + "\r")
	}
	w.Shows(t, "That was too fast")
	for range 30 {
		w.Types(pasteStart + strings.Repeat("y", 1500) + pasteEnd + "\r")
	}
	w.Types("\x15the end")
	w.Shows(t, "the end")
	counted := regexp.MustCompile(`(\d+)/` + strconv.Itoa(rooms.MaxText))
	for _, m := range counted.FindAllStringSubmatch(w.Text(), -1) {
		if n, _ := strconv.Atoi(m[1]); n > rooms.MaxText {
			t.Fatalf("the composer held %d characters", n)
		}
	}
}
