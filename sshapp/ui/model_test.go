package ui

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"wick/rooms"
	"wick/sshapp/ui/painter"
	"wick/sshapp/wording"
)

func TestNewsIsDrawnAtOnceAndThenOncePerGap(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob := w.enter(named(t, "plans"), "bob")
		later(500 * time.Millisecond)
		from := s.shown()
		w.post(bob, "one")
		if n := s.shown() - from; n != 1 {
			t.Errorf("%d frames for the first message, at once", n)
		}
		for i := range 50 {
			w.post(bob, fmt.Sprintf("burst %d", i))
		}
		if n := s.shown() - from; n != frameBurst {
			t.Errorf("%d frames before the gap is over", n)
		}
		later(frameGap - time.Nanosecond)
		if n := s.shown() - from; n != frameBurst {
			t.Errorf("%d frames just before the gap is over", n)
		}
		later(time.Nanosecond)
		if n := s.shown() - from; n != frameBurst+1 {
			t.Errorf("%d frames after the gap", n)
		}
		s.shows("burst 49")
	})
}

func TestFloodOfKeysIsDrawnAFewTimesAndThenOncePerGap(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		later(500 * time.Millisecond)
		from := s.shown()
		for range 100 {
			s.rush(runes("a"), tea.WindowSizeMsg{Width: 80, Height: 24})
		}
		if n := s.shown() - from; n != frameBurst {
			t.Errorf("%d frames within the gap", n)
		}
		later(frameGap)
		if n := s.shown() - from; n != frameBurst+1 {
			t.Errorf("%d frames after it", n)
		}
		s.shows(strings.Repeat("a", 70))
	})
}

func TestTimeThatPassesDrawsNoFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, rooms.HubConfig{Beat: time.Hour, Lease: 3 * time.Hour}, nil)
		s := w.chat(Config{})
		later(500 * time.Millisecond)
		from := s.shown()
		later(time.Minute)
		if n := s.shown() - from; n != 0 {
			t.Errorf("%d frames in a minute", n)
		}
	})
}

func TestCountdownShowsEverySecond(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		later(frameGap) // news of another kind may just have been drawn
		for left := 600; left > 570; left-- {
			s.shows(wording.Clock(time.Duration(left) * time.Second))
			later(time.Second)
		}
	})
}

// A panic must neither print what was said nor look like success.
func TestPanicsEndTheSessionPlainly(t *testing.T) {
	want := wording.Outcome{Line: "something went wrong on the server", Status: 1, Rejoin: true}
	t.Run("in a command", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := &faulty{append: func(context.Context) error { panic("secret") }}
			w := newWorld(t, cfgFast, func(s rooms.Store) rooms.Store { f.Store = s; return f })
			var told any
			s := w.chat(Config{Panicked: func(v any) { told = v }})
			s.say("hello")
			if o := s.ends(); o != want || told != "secret" {
				t.Errorf("the outcome is %+v, and whoever logs was told %v", o, told)
			}
		})
	})
	t.Run("in Update", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, cfgFast, nil)
			calls := 0
			s := w.chat(Config{Share: func(rooms.Name) string {
				if calls++; calls > 2 {
					panic("secret")
				}
				return "ssh"
			}})
			s.say("/share")
			if o := s.ends(); o != want {
				t.Errorf("the outcome is %+v", o)
			}
		})
	})
	t.Run("while reading news", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, cfgFast, nil)
			panics := false
			s := w.chat(Config{Share: func(rooms.Name) string {
				if panics {
					panic("secret")
				}
				return "ssh"
			}})
			s.inspect(func(*model) { panics = true })
			w.enter(named(t, "plans"), "bob")
			later(time.Second)
			if o := s.ends(); o != want {
				t.Errorf("the outcome is %+v", o)
			}
		})
	})
	t.Run("while drawing first", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, cfgFast, nil)
			calls := 0
			s := w.chat(Config{Share: func(rooms.Name) string {
				if calls++; calls > 1 {
					panic("secret")
				}
				return "ssh"
			}})
			if o := s.ends(); o != want {
				t.Errorf("the outcome is %+v", o)
			}
		})
	})
}

func TestSuspendIsFiltered(t *testing.T) {
	if withoutSuspend(nil, tea.SuspendMsg{}) != nil {
		t.Error("it would stop the server's process group")
	}
	if withoutSuspend(nil, tea.QuitMsg{}) == nil {
		t.Error("other messages are dropped too")
	}
}

func TestSeatTakenAfterCloseIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		f := &faulty{}
		w := newWorld(t, cfgFast, func(s rooms.Store) rooms.Store { f.Store = s; return f })
		bob := w.enter(w.light("plans", time.Hour, 16), "bob")
		f.enter = func() { <-hold }
		s := w.start(Config{Lobby: Lobby{Name: "plans"}})
		s.send(hit(tea.KeyEnter))
		s.shows("lighting…")
		s.send(hit(tea.KeyEsc))
		if o := s.ends(); o != (wording.Outcome{Line: "Nothing was lit."}) {
			t.Errorf("the outcome is %+v", o)
		}
		if n := len(bob.State().Roster); n != 2 {
			t.Fatalf("%d are here before the answer to the entry", n)
		}
		close(hold)
		synctest.Wait()
		if n := len(bob.State().Roster); n != 1 {
			t.Errorf("%d are here after it", n)
		}
	})
}

func TestCloseEndsEveryWait(t *testing.T) {
	// synctest fails the test if a goroutine outlives it.
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		m := w.enter(w.light("plans", time.Hour, 16), "ana")
		model := newModel(context.Background(), Config{Hub: w.hub, Member: m, Share: rooms.Name.String})
		model.show = func(painter.Frame) {}
		model.Init()
		msgs := make(chan tea.Msg)
		go func() { msgs <- model.env.after(time.Hour, drawMsg{})() }()
		synctest.Wait()
		model.close()
		if msg := <-msgs; msg != nil {
			t.Errorf("the wait ended with %T", msg)
		}
	})
}

// With any sizes and keys, no frame is wider or higher than the screen, and nothing
// panics.
func TestStormOfSizesAndKeys(t *testing.T) {
	alphabet := []tea.Msg{
		runes("a"), runes("word "), runes("李"), runes("👩‍👩‍👧"), runes("e\u0301"), space,
		pasted("two\nlines\tand a tab"), pasted(strings.Repeat("x", 300)),
		hit(tea.KeyLeft), hit(tea.KeyRight), hit(tea.KeyHome), hit(tea.KeyEnd), hit(tea.KeyBackspace),
		hit(tea.KeyDelete), hit(tea.KeyCtrlW), hit(tea.KeyCtrlK), hit(tea.KeyCtrlU), hit(tea.KeyCtrlV), hit(tea.KeyCtrlLeft),
		tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("d"), Alt: true}, tea.KeyMsg{Type: tea.KeyEnter, Alt: true},
		hit(tea.KeyUp), hit(tea.KeyDown), hit(tea.KeyPgUp), hit(tea.KeyPgDown), hit(tea.KeyTab), hit(tea.KeyF5),
		hit(tea.KeyEnter), hit(tea.KeyCtrlZ), tea.MouseMsg{}, tea.FocusMsg{},
		runes("/who"), runes("/help"), runes("/nick x"), runes("/ttl 9m"), runes("/destroy"),
	}
	texts := []string{"short", strings.Repeat("many words ", 60), strings.Repeat("李", 90), strings.Repeat("x\n", 90), "🧑🏽‍🚀 - - --- a-b-c", strings.Repeat("-", 200)}
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := rand.New(rand.NewPCG(seed, 1))
				w := newWorld(t, cfgFast, nil)
				plans := w.light("plans", 10*time.Minute, 16)
				cfg := Config{Theme: NewTheme(termenv.TrueColor), Lobby: Lobby{Name: "plans"}}
				if seed%2 == 0 {
					cfg.Member = w.enter(plans, "ana")
				}
				s := w.start(cfg)
				bob := w.enter(plans, "李雷-with-a-very-long-name")
				if seed%2 == 1 {
					for range 60 { // in the lobby first; Enter is in the alphabet later
						s.program.Send(tea.WindowSizeMsg{Width: r.IntN(130), Height: r.IntN(30)})
						s.send(alphabet[r.IntN(len(alphabet)-9)])
					}
				}
				for range 400 {
					switch r.IntN(6) {
					case 0:
						s.send(tea.WindowSizeMsg{Width: r.IntN(130), Height: r.IntN(60)})
					case 1:
						s.send(tea.WindowSizeMsg{Width: 1 + r.IntN(3), Height: 1 + r.IntN(3)})
					case 2:
						w.post(bob, texts[r.IntN(len(texts))])
					case 3:
						later(time.Duration(r.IntN(20)) * time.Millisecond)
					default:
						s.send(alphabet[r.IntN(len(alphabet))])
					}
				}
				for _, f := range s.frames {
					checkPaintable(t, f)
				}
				synctest.Wait()
				if o := s.model.outcome(); o != (wording.Outcome{}) {
					t.Errorf("the session ended: %+v", o)
				}
			})
		})
	}
}
