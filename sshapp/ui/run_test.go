package ui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/ui/uitest"
	"wick/sshapp/wording"
)

// chatOnEmulator starts a session of ana in a chat on an emulated terminal.
func chatOnEmulator(t *testing.T, cfg Config) (*world, *session, *uitest.Terminal) {
	t.Helper()
	emulator := uitest.New(80, 24)
	t.Cleanup(func() { emulator.Close() })
	w := newWorld(t, cfgFast, nil)
	return w, w.chatOn(newTestTerminal(t, 80, 24, emulator), cfg), emulator
}

func TestKeysAndSizesComeFromTheTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s, emulator := chatOnEmulator(t, Config{})
		s.terminal.types("hello\x1b[D!")
		later(time.Second)
		if !strings.Contains(emulator.Text(), "❯ hell!o") {
			t.Errorf("the terminal shows\n%s", emulator.Text())
		}
		emulator.Resize(30, 10)
		s.terminal.resize(30, 10)
		later(time.Second)
		if f := s.frame(); f.Width != 30 || f.Height != 10 {
			t.Errorf("after a resize to 30×10 the frame has %d×%d", f.Width, f.Height)
		}
	})
}

func TestASizeThatComesBackIsPaintedInFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s, emulator := chatOnEmulator(t, Config{})
		s.terminal.types("hello")
		later(time.Second)
		want := emulator.Screen()[2:] // below the countdown
		emulator.Resize(20, 5)        // spoils the screen
		emulator.Resize(80, 24)
		s.terminal.resize(80, 24)
		later(time.Second)
		if got := emulator.Screen()[2:]; !slices.Equal(got, want) {
			t.Errorf("the terminal shows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

func TestAnIdlePersonIsWarned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s, _ := chatOnEmulator(t, Config{})
		s.terminal.idle(time.Minute)
		later(time.Second)
		s.shows("You have typed nothing for a while: this session ends in 1m.")
	})
}

func TestTheEndOfTheInputEndsTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s, emulator := chatOnEmulator(t, Config{})
		bob := w.enter(named(t, "plans"), "bob")
		s.terminal.keyboard.Close()
		synctest.Wait()
		select {
		case <-s.done:
		default:
			t.Fatal("the session goes on")
		}
		if s.outcome != (wording.Outcome{Line: "You left plans. It burns for another 10:00."}) || emulator.AltScreen() {
			t.Errorf("the outcome is %+v, the alternate screen %v", s.outcome, emulator.AltScreen())
		}
		if n := len(bob.State().Roster); n != 1 {
			t.Errorf("%d are here afterwards", n)
		}
	})
}

func TestACancelledSessionEndsWithItsCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		emulator := uitest.New(30, 10)
		defer emulator.Close()
		terminal := newTestTerminal(t, 30, 10, emulator)
		defer terminal.keyboard.Close()
		w := newWorld(t, cfgFast, nil)
		ctx, cancel := context.WithCancelCause(t.Context())
		errOld := errors.New("it went on for too long")
		want := wording.Outcome{Line: "The session ended because it went on for too long.", Wipe: true, Status: 1}
		got := make(chan wording.Outcome)
		go func() {
			out, _ := Run(ctx, terminal, &Config{Hub: w.hub, OutcomeOf: func(err error) wording.Outcome {
				if err != errOld {
					t.Errorf("the cause is %v", err)
				}
				return want
			}})
			got <- out
		}()
		synctest.Wait()
		cancel(errOld)
		if out := <-got; out != want {
			t.Errorf("the outcome is %+v", out)
		}
		// The last line is broken between words.
		if text := strings.TrimSpace(emulator.Text()); text != "The session ended because it\nwent on for too long." {
			t.Errorf("left on the terminal: %q", text)
		}
	})
}

func TestAPanicOfTheTerminalsGoroutinesEndsTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := make(chan any, 1)
		_, s, _ := chatOnEmulator(t, Config{Panicked: func(v any) { told <- v }})
		painter := s.tui.painter
		s.tui.painter = nil
		s.terminal.resize(40, 10)
		synctest.Wait()
		s.tui.painter = painter
		if !s.terminal.wasKilled() || len(told) != 1 {
			t.Errorf("killed %v, told of %d panics", s.terminal.wasKilled(), len(told))
		}
	})
}

// outputFunc is an output that is written to with a function.
type outputFunc func(p []byte) (int, error)

func (f outputFunc) Write(p []byte) (int, error) { return f(p) }

// A terminal that takes nothing keeps no news from the session: it ends with the room.
func TestNewsReachASessionWhoseTerminalBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		free := make(chan struct{})
		var blocked atomic.Bool
		s := w.chatOn(newTestTerminal(t, 80, 24, outputFunc(func(p []byte) (int, error) {
			if blocked.Load() {
				<-free
			}
			return len(p), nil
		})), Config{})
		bob := w.enter(named(t, "plans"), "bob")
		later(time.Second)
		blocked.Store(true)
		for _, text := range []string{"one", "two", "three"} {
			w.post(bob, text)
			later(frameGap)
			s.shows(text)
		}
		if err := bob.Destroy(t.Context()); err != nil {
			t.Fatal(err)
		}
		later(frameGap)
		s.inspect(func(m *model) {
			if _, over := m.screen.(ended); !over {
				t.Errorf("the screen is a %T", m.screen)
			}
		})
		blocked.Store(false)
		close(free)
		<-s.done
	})
}

// One throttle, and no other, stands between a key and the wire.
func TestTheFirstChangesAreWrittenAtOnceAndLaterOnesAreThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		log := &writeLog{}
		s := w.chatOn(newTestTerminal(t, 80, 24, log), Config{})
		later(time.Second)
		log.restart()
		later(500 * time.Microsecond) // so that no key and frame come together
		var want []time.Duration
		for i := range 99 { // a key every millisecond
			s.rush(runes("x"))
			later(time.Millisecond)
			at := 500*time.Microsecond + time.Duration(i)*time.Millisecond
			if i < frameBurst {
				want = append(want, at)
			}
		}
		for at := 500*time.Microsecond + frameGap; at <= 99*time.Millisecond+frameGap; at += frameGap {
			want = append(want, at)
		}
		later(100 * time.Millisecond)
		if got := log.restart(); !slices.Equal(got, want) {
			t.Errorf("written after %v, want %v", got, want)
		}
		s.send(hit(tea.KeyCtrlU))
		if got := log.restart(); len(got) != 1 || got[0] != 0 {
			t.Errorf("after a pause, written after %v", got)
		}
	})
}
