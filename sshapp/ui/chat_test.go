package ui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"wick/rooms"
	"wick/sshapp/wording"
)

// cfgFast is a hub without a limit on what a member says.
var cfgFast rooms.HubConfig

// inChat runs a test in a chat of ana's.
func inChat(t *testing.T, test func(*testing.T, *world, *session)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		test(t, w, w.chat(Config{}))
	})
}

func TestSenderSeesTheMessageOnceFromTheRoom(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.say("hello there")
		later(frameGap)
		if n := strings.Count(s.screen(), "hello there"); n != 1 {
			t.Errorf("it shows %d times:\n%s", n, s.screen())
		}
		if s.typed() != "" {
			t.Errorf("the composer still holds %q", s.typed())
		}
	})
}

func TestEmptyEnterSaysNothing(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.say("")
		s.send(space, hit(tea.KeyEnter))
		later(time.Second)
		if n := s.member.State().Messages; n != 0 {
			t.Errorf("%d messages were said", n)
		}
	})
}

func TestTwoSlashesSayOne(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.say("//help is a command")
		later(frameGap)
		s.shows("ana  /help is a command")
	})
}

func TestPastedLinesStayOneMessage(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.send(pasted("one\r\ntwo\rthree\nfour"))
		s.shows(" ❯ one\n   two\n   three\n   four\n")
		s.send(hit(tea.KeyEnter))
		later(frameGap)
		log := s.member.Since(0)
		last := log.Events[len(log.Events)-1]
		if last.Kind != rooms.Message || last.Text != "one\ntwo\nthree\nfour" {
			t.Errorf("what was said is %q", last.Text)
		}
	})
}

// The letters of a key's name that arrive in one packet are text.
func TestTextIsNeverTakenForAKey(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		for _, word := range []string{"up", "home", "left", "delete", "backspace", "enter", "ctrl+c", "pgup", "tab", "esc"} {
			s.send(runes(word), space)
		}
		want := "up home left delete backspace enter ctrl+c pgup tab esc"
		if got := strings.TrimSpace(s.typed()); got != want {
			t.Errorf("the composer holds %q", got)
		}
	})
}

func TestWordsOfARefusedMessageComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, rooms.HubConfig{Rate: 1, Burst: 2}, nil)
		s := w.chat(Config{})
		s.say("one")
		s.say("two")
		s.say("/" + "/three")
		later(frameGap)
		s.shows("ana  one", "ana  two", "too fast")
		if s.typed() != "//three" {
			t.Errorf("the composer holds %q", s.typed())
		}
		later(2 * time.Second)
		s.send(hit(tea.KeyEnter))
		later(frameGap)
		s.shows("ana  /three")
	})
}

// gate holds posts until it is opened.
func gate() (f *faulty, open chan error) {
	open = make(chan error)
	return &faulty{append: func(ctx context.Context) error {
		select {
		case err := <-open:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}}, open
}

func TestMessagesKeepTheirOrderAndOneIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, open := gate()
		w := newWorld(t, cfgFast, func(s rooms.Store) rooms.Store { f.Store = s; return f })
		s := w.chat(Config{})
		for i := range maxQueue + 1 {
			s.say(fmt.Sprintf("message %d", i))
		}
		s.say("one too many")
		s.shows("Still sending")
		if s.typed() != "one too many" {
			t.Errorf("the composer holds %q", s.typed())
		}
		for i := range maxQueue + 1 {
			select {
			case open <- nil:
			default:
				t.Fatalf("message %d is not under way", i)
			}
			synctest.Wait()
			if n := s.member.State().Messages; n != uint64(i+1) {
				t.Fatalf("%d messages after %d were let through", n, i+1)
			}
		}
		n := 0
		for _, e := range s.member.Since(0).Events {
			if e.Kind == rooms.Message {
				if want := fmt.Sprintf("message %d", n); e.Text != want {
					t.Errorf("%q stands where %q belongs", e.Text, want)
				}
				n++
			}
		}
	})
}

func TestSlowMessageShowsAsBeingSentAndNotInTheTranscript(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, open := gate()
		w := newWorld(t, cfgFast, func(s rooms.Store) rooms.Store { f.Store = s; return f })
		s := w.chat(Config{})
		s.say("hello") // and a gap passes
		later(slowPost - frameGap - time.Millisecond)
		s.hides("hello")
		later(time.Millisecond)
		s.shows("sending… hello")
		s.hides("ana  hello")
		open <- nil
		later(frameGap)
		s.shows("ana  hello")
		s.hides("sending")
	})
}

func TestAllThatWaitsComesBackInOrderBeforeWhatWasTypedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, open := gate()
		w := newWorld(t, cfgFast, func(s rooms.Store) rooms.Store { f.Store = s; return f })
		s := w.chat(Config{})
		s.say("first")
		s.say("second")
		s.send(runes("third"))
		open <- rooms.ErrUnavailable
		later(frameGap)
		if s.typed() != "first\nsecond\nthird" {
			t.Errorf("the composer holds %q", s.typed())
		}
		s.shows("The store cannot be reached.")
	})
}

func TestAMessageThatIsRuledOutComesBackWithAWarning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &faulty{append: func(context.Context) error { return rooms.ErrUnknown }}
		w := newWorld(t, cfgFast, func(s rooms.Store) rooms.Store { f.Store = s; return f })
		s := w.chat(Config{})
		s.say("is it there?")
		later(30 * time.Second)
		s.shows("That was not said: the server's store was unavailable.")
		if s.typed() != "is it there?" {
			t.Errorf("the composer holds %q", s.typed())
		}
	})
}

func TestUnknownErrorsTellNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &faulty{append: func(context.Context) error { return errStrange }}
		w := newWorld(t, cfgFast, func(s rooms.Store) rooms.Store { f.Store = s; return f })
		s := w.chat(Config{})
		s.say("hello")
		later(time.Second)
		s.hides("secret")
		s.shows("something went wrong on the server")
	})
}

func TestCommands(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.say("/help")
		s.shows("/destroy", "/ttl 5m")
		s.say("/who")
		s.shows("1 of 16 here: ana (you) (no key)")
		s.say("/share")
		s.shows("ssh plans@wick.example")
		if want := ansi.SetSystemClipboard("ssh plans@wick.example"); len(s.emits) != 1 || s.emits[0] != want {
			t.Errorf("emitted: %q", s.emits)
		}
		s.say("/nick bea")
		later(frameGap)
		s.shows("ana is now bea", "bea (you)")
		s.say("/nick bad name!")
		later(frameGap)
		s.shows("A name is 1 to 24")
		if s.typed() != "/nick bad name!" {
			t.Errorf("the composer holds %q", s.typed())
		}
		s.send(hit(tea.KeyCtrlU))
		s.say("/ttl 5m")
		later(frameGap)
		s.shows("shortened the wick", "05:00")
		s.say("/ttl 1h")
		later(frameGap)
		s.shows("never extended")
		s.send(hit(tea.KeyCtrlU))
		s.say("/ttl soon")
		s.shows("A countdown is written")
		s.send(hit(tea.KeyCtrlU))
		s.say("/dance now")
		s.shows("There is no such command: /help")
		if s.typed() != "/dance now" {
			t.Errorf("the composer holds %q", s.typed())
		}
	})
}

func TestAWarningIsNotRepeated(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		again := func() {
			s.say("/dance")
			s.send(hit(tea.KeyCtrlU))
		}
		again()
		again()
		if n := strings.Count(s.screen(), "There is no such command"); n != 1 {
			t.Errorf("it stands there %d times:\n%s", n, s.screen())
		}
		s.say("hello")
		later(frameGap)
		again()
		if n := strings.Count(s.screen(), "There is no such command"); n != 2 {
			t.Errorf("after a message it stands there %d times:\n%s", n, s.screen())
		}
	})
}

func TestDestroyAsksFirst(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.say("hello")
		s.say("/destroy")
		s.shows("Type y to wipe it")
		s.send(runes("n"))
		s.shows("Kept: the room burns on.")
		s.hides("Type y")
		s.say("/destroy")
		s.send(pasted("y")) // a paste is no answer
		s.hides("Type y")
		s.say("/destroy")
		s.send(runes("y"))
		o := s.ends()
		if want := (wording.Outcome{Line: "plans was destroyed by ana: 1 message wiped.", Wipe: true}); o != want {
			t.Errorf("the outcome is %+v", o)
		}
	})
}

func TestLeaving(t *testing.T) {
	for name, leave := range map[string]func(*session){
		"ctrl-c":          func(s *session) { s.send(runes("half a th"), hit(tea.KeyCtrlC)) },
		"ctrl-d on empty": func(s *session) { s.send(hit(tea.KeyCtrlD)) },
		"/leave":          func(s *session) { s.say("/leave") },
		"/quit":           func(s *session) { s.say("/quit") },
	} {
		t.Run(name, func(t *testing.T) {
			inChat(t, func(t *testing.T, w *world, s *session) {
				later(5*time.Minute + 48*time.Second)
				leave(s)
				if o, want := s.ends(), (wording.Outcome{Line: "You left plans. It burns for another 4:12."}); o != want {
					t.Errorf("the outcome is %+v", o)
				}
				bob := w.enter(named(t, "plans"), "bob")
				s.model.close()
				s.model.close()
				synctest.Wait()
				if r := bob.State().Roster; len(r) != 1 {
					t.Errorf("%d are here after leaving", len(r))
				}
			})
		})
	}
}

func TestCtrlDDeletesWhereThereIsText(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.send(runes("ab"), hit(tea.KeyHome), hit(tea.KeyCtrlD))
		if s.typed() != "b" {
			t.Errorf("the composer holds %q", s.typed())
		}
	})
}

func TestRoomThatEndsEndsTheSession(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob := w.enter(named(t, "plans"), "bob")
		w.post(bob, "one")
		w.post(bob, "two")
		if err := bob.Destroy(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if o, want := s.ends(), (wording.Outcome{Line: "plans was destroyed by bob: 2 messages wiped.", Wipe: true}); o != want {
			t.Errorf("the outcome is %+v", o)
		}
	})
}

func TestServerGoingDownEndsTheSession(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		w.hub.Close()
		synctest.Wait()
		if o, want := s.ends(), (wording.Outcome{Line: "The server is going down. plans went with it: 0 messages wiped.", Wipe: true, Status: 1}); o != want {
			t.Errorf("the outcome is %+v", o)
		}
	})
}

func TestKilledSessionStillTellsTheRoomsEnd(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.program.Kill()
		<-s.done
		if s.outcome != (wording.Outcome{}) {
			t.Errorf("the outcome is %+v while the room burns", s.outcome)
		}
		s = w.start(Config{Member: w.enter(named(t, "plans"), "ana")})
		s.inspect(func(*model) {
			w.hub.Close()
			s.tui.stop()
		})
		<-s.done
		if o := s.outcome; !o.Wipe || !strings.Contains(o.Line, "going down") {
			t.Errorf("the outcome is %+v", o)
		}
	})
}

func TestScrollingStaysWhereItIsWhileMessagesCome(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob := w.enter(named(t, "plans"), "bob")
		for i := range 60 {
			w.post(bob, fmt.Sprintf("line %02d", i))
		}
		later(frameGap)
		s.shows("line 59")
		s.send(hit(tea.KeyPgUp))
		s.hides("line 59")
		f := s.frame()
		before := strings.Join(f.Rows[f.Top:f.Bottom], "\n")
		w.post(bob, "something new")
		w.post(bob, "and more")
		later(frameGap)
		f = s.frame()
		if after := strings.Join(f.Rows[f.Top:f.Bottom], "\n"); after != before {
			t.Errorf("the window moved from\n%s\nto\n%s", before, after)
		}
		s.shows("↓ 2 new below")
		for range 10 {
			s.send(hit(tea.KeyPgUp))
		}
		s.shows("Others join with", "line 00")
		s.send(hit(tea.KeyCtrlUp), hit(tea.KeyCtrlDown))
		for range 10 {
			s.send(hit(tea.KeyPgDown))
		}
		s.shows("and more")
		s.hides("PgDn")
		s.send(hit(tea.KeyPgUp))
		s.say("back")
		later(frameGap)
		s.shows("ana  back")
	})
}

func TestHostileTextStaysText(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob := w.enter(named(t, "plans"), "bob")
		w.post(bob, "\x1b]0;owned\x07\x1b[2Jhi\u202eevil\n 00:00  ana  I agree")
		later(frameGap)
		f := s.frame()
		sound(t, f)
		for _, r := range f.Rows {
			if strings.ContainsAny(r, "\x1b\x07\u202e") { // the theme has no colours
				t.Errorf("a control came through: %q", r)
			}
			if strings.HasPrefix(r, " 00:00  ana") {
				t.Errorf("a line passes for ana's: %q", r)
			}
		}
		s.shows("I agree")
	})
}
