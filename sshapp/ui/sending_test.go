package ui

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
)

// gated returns a world whose store holds each post until open has its result.
func gated(t *testing.T) (w *world, open chan error) {
	t.Helper()
	open = make(chan error)
	f := &faulty{append: func(ctx context.Context) error {
		select {
		case err := <-open:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}}
	return newWorld(t, cfgFast, func(s rooms.Store) rooms.Store { f.Store = s; return f }), open
}

func TestMessagesKeepTheirOrderAndOneIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, open := gated(t)
		s := w.chat(Config{})
		for i := range maxQueue + 1 {
			s.say(fmt.Sprintf("message %d", i))
		}
		s.say("one too many")
		s.shows("still being sent")
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
				if want := fmt.Sprintf("message %d", n); string(e.Text) != want {
					t.Errorf("%q stands where %q belongs", e.Text, want)
				}
				n++
			}
		}
	})
}

func TestSlowMessageShowsAsBeingSentAndNotInTheTranscript(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, open := gated(t)
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

// The timer of a message that was sent long ago may be late.
func TestAnEarlierMessageDoesNotHideThatOneIsBeingSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, open := gated(t)
		s := w.chat(Config{})
		s.say("first")
		open <- nil
		s.say("second")
		later(slowPost)
		s.shows("sending… second")
		s.send(slowMsg{flight: 1})
		later(frameGap)
		s.shows("sending… second")
		open <- nil
		later(frameGap)
		s.hides("sending")
	})
}

func TestARefusedMessageComesBackToTheComposer(t *testing.T) {
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

// A text that comes back is not run together with a draft, nor with another such text.
func TestMessagesThatWereNotSentLeaveTheDraftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, open := gated(t)
		s := w.chat(Config{})
		s.say("first")
		s.say("second")
		s.send(runes("third"))
		open <- rooms.ErrUnavailable
		later(frameGap)
		if s.typed() != "third" {
			t.Errorf("the composer holds %q", s.typed())
		}
		s.shows("The store cannot be reached.", "↑ brings them back.")
		for _, want := range []string{"second", "first"} {
			if s.send(hit(tea.KeyUp)); s.typed() != want {
				t.Errorf("↑ brings back %q, want %q", s.typed(), want)
			}
		}
	})
}

// Enter sends a text again that came back into an empty composer, and the editing keys
// edit it. Text typed next is a message of its own.
func TestWhatIsTypedAfterAMessageCameBackIsADraftOfItsOwn(t *testing.T) {
	for name, row := range map[string]struct {
		keys []tea.Msg
		want string
	}{
		"typed":  {[]tea.Msg{runes("two")}, "two"},
		"pasted": {[]tea.Msg{pasted("two\nlines")}, "two\nlines"},
		"edited": {[]tea.Msg{hit(tea.KeyBackspace), runes("E")}, "onE"},
		"kept":   {[]tea.Msg{hit(tea.KeyEnd), runes(" more")}, "one more"},
		"both":   {[]tea.Msg{runes("two"), hit(tea.KeyUp)}, "one"},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, rooms.HubConfig{Rate: 1, Burst: 1}, nil)
			s := w.chat(Config{})
			s.say("zero")
			s.say("one")
			later(frameGap)
			s.shows("too fast", "Enter sends it again.", "❯ one")
			s.send(row.keys...)
			if got := s.typed(); got != row.want {
				t.Errorf("%s: the composer holds %q, want %q", name, got, row.want)
			}
		})
	}
}

func TestACommandWhileAnotherRunsIsNotRunTogetherWithTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, open := gated(t)
		s := w.chat(Config{})
		w.enter(named(t, "plans"), "bob")
		s.say("/msg bob one")
		s.say("/ttl 9m")
		s.shows("The last command is still running")
		s.recalls("/ttl 9m")
		s.say("/foo")
		s.say("/who")
		s.shows("There is no such command", "2 of 16 here")
		open <- rooms.ErrUnavailable
		later(frameGap)
		s.shows("The store cannot be reached.")
		if s.typed() != "" {
			t.Errorf("the composer holds %q", s.typed())
		}
	})
}

func TestAMessageThatWasNotSentComesBackWithAWarning(t *testing.T) {
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

func TestUnknownErrorsAreNotQuoted(t *testing.T) {
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
