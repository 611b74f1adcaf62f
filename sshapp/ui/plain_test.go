package ui

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/sshapp/wording"
)

// Keys typed while Bubble Tea's reader is still waiting are not lost.
func TestInputIsHandedOverDuringARead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src, keyboard := io.Pipe()
		s := newSource(src)
		var first [64]byte
		type result struct {
			n   int
			err error
		}
		results := make(chan result, 2)
		read := func() {
			n, err := s.Read(first[:])
			results <- result{n, err}
		}
		go read()
		io.WriteString(keyboard, "before")
		if r := <-results; r.err != nil || string(first[:r.n]) != "before" {
			t.Errorf("read %q, %v", first[:r.n], r.err)
		}
		go read()
		synctest.Wait()
		next := s.handOver()
		go func() {
			io.WriteString(keyboard, "one ")
			io.WriteString(keyboard, "two")
			keyboard.Close()
		}()
		if rest, err := io.ReadAll(next); string(rest) != "one two" || err != nil {
			t.Errorf("handed over %q, %v", rest, err)
		}
		if r := <-results; r.n != 0 || !errors.Is(r.err, io.EOF) {
			t.Errorf("the first reader got %d bytes, %v", r.n, r.err)
		}
		read()
		if r := <-results; r.n != 0 || !errors.Is(r.err, io.EOF) {
			t.Errorf("later the first reader got %d bytes, %v", r.n, r.err)
		}
	})
}

func TestPlainKeepsTheSeatAndSaysWhatWasSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		s := w.chat(Config{})
		bob := w.enter(named(t, "plans"), "bob")
		w.post(bob, "seen")
		later(frameGap)
		s.shows("seen")
		s.send(runes("mine"), hit(13), runes("/plain"), hit(13))
		if out := s.ends(); out != (wording.Outcome{}) {
			t.Errorf("the outcome is %+v", out)
		}
		plain := s.tui.plain
		if plain == nil || plain.Member != s.member || plain.Notice != "" {
			t.Fatalf("it goes on as %+v", plain)
		}
		if names := len(bob.State().Roster); names != 2 {
			t.Errorf("%d people are here", names)
		}
		var unread []string
		w.post(bob, "not seen")
		for _, e := range plain.Member.Since(plain.Read).All() {
			if e.Kind == rooms.Message {
				unread = append(unread, string(e.Text))
			}
		}
		if got := strings.Join(unread, ","); got != "not seen" && got != "mine,not seen" {
			t.Errorf("unread: %s", got)
		}
		go s.terminal.types("more")
		var keys [64]byte
		if n, err := plain.Input.Read(keys[:]); err != nil || string(keys[:n]) != "more" {
			t.Errorf("read %q, %v", keys[:n], err)
		}
	})
}

// writes is a terminal that counts what is written to it.
type writes struct {
	mu sync.Mutex
	bytes.Buffer
}

func (w *writes) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Buffer.Write(p)
}

// since returns what was written since the last call.
func (w *writes) since() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer w.Reset()
	return w.String()
}

func TestAQuietClockMovesByTheMinute(t *testing.T) {
	for name, cfg := range map[string]Config{"by command": {}, "from the start": {Quiet: true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, cfgFast, nil)
				var out writes
				s := w.chatOn(newTestTerminal(t, 80, 24, &out), cfg)
				if !cfg.Quiet {
					later(10 * time.Second)
					out.since()
					if later(time.Second); out.since() == "" {
						t.Error("the usual clock stands still")
					}
					s.say("/clock quiet")
					s.shows("moves by the minute")
				}
				s.shows("within 10 min")
				later(frameGap)
				out.since()
				var changes []string
				left := s.member.Left().Truncate(time.Second)
				for left > time.Second {
					later(time.Second)
					left -= time.Second
					if out.since() != "" {
						row := strings.Fields(s.screen()[strings.Index(s.screen(), "within"):])
						changes = append(changes, fmt.Sprint(row[1], row[2]))
					}
				}
				if got, want := strings.Join(changes, " "), "9min 8min 7min 6min 5min 4min 3min 2min 1min 30s 10s"; got != want {
					t.Errorf("the clock changes to\n%s, want\n%s", got, want)
				}
			})
		})
	}
}
