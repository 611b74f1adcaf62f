package ui

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
)

// remembered is what ↑ brings back, the newest last.
func (s *session) remembered() []string {
	var texts []string
	s.inspect(func(m *model) { texts = slices.Clone(m.screen.(*chat).composer.history.texts) })
	return texts
}

func TestAllThatComesBackIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, open := gated(t)
		s := w.chat(Config{Limits: rooms.Limits{Text: 100}})
		var texts []string
		for i := range 6 {
			texts = append(texts, fmt.Sprint(i, strings.Repeat("x", 39)))
			s.say(texts[i])
		}
		open <- rooms.ErrTooFast
		later(frameGap)
		if s.typed() != texts[0] {
			t.Errorf("the composer holds %q, want %q", s.typed(), texts[0])
		}
		s.shows("Enter sends it again. ↑ brings back the")
		for _, text := range texts {
			if !slices.Contains(s.remembered(), text) {
				t.Errorf("%q is lost", text)
			}
		}
		// A full composer is left alone.
		full := strings.Repeat("y", 100)
		s.say(texts[5])
		s.send(pasted(full))
		open <- rooms.ErrTooFast
		later(frameGap)
		if s.typed() != full {
			t.Errorf("the composer holds %q", s.typed())
		}
		s.shows("↑ brings it back.")
		s.send(hit(tea.KeyUp), hit(tea.KeyUp))
		if s.typed() != texts[5] {
			t.Errorf("↑ brings back %q", s.typed())
		}
	})
}

func TestWhatSlashesDoubleComesBackAsItWasTyped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, open := gated(t)
		s := w.chat(Config{Limits: rooms.Limits{Text: 20}})
		for _, typed := range []string{"//" + strings.Repeat("x", 18), "///me waves", "//me waves", "/me waves", ":tada:", "a\tb \n\n\n\tc  "} {
			s.say(typed)
			open <- rooms.ErrTooFast
			later(frameGap)
			if s.typed() != typed {
				t.Errorf("%q comes back as %q", typed, s.typed())
			}
			for s.typed() != "" {
				s.send(hit(tea.KeyEnd), hit(tea.KeyCtrlU), hit(tea.KeyBackspace))
			}
		}
	})
}

func TestTheOutboxIsBoundedInBytes(t *testing.T) {
	var o outbox
	text := strings.Repeat("x", outboxBytes/3)
	n := 0
	for o.add(outgoing{text, text}) {
		n++
	}
	if n != 3 {
		t.Errorf("%d texts wait", n)
	}
	for o.landed() {
	}
	if o.bytes != 0 {
		t.Errorf("%d bytes wait in an empty outbox", o.bytes)
	}
	if long := strings.Repeat("x", 2*outboxBytes); !o.add(outgoing{long, long}) {
		t.Error("a long text is not taken though nothing waits")
	}
}

// A history that remembers more does not move what it shows.
func TestWhatIsKeptLeavesTheComposerWhereItIs(t *testing.T) {
	var h history
	h.add("one")
	h.add("two")
	text, _ := h.step(-1, "draft")
	h.keep("three")
	h.keep("one")
	if newer, _ := h.step(1, text); newer != "three" {
		t.Errorf("after two comes %q", newer)
	}
	if draft, _ := h.step(1, "three"); draft != "draft" {
		t.Errorf("the draft is %q", draft)
	}
}

// The composer is bounded whatever is typed, pasted, completed, brought back and
// refused, and each text entered was said, is being said, is in the composer or is
// remembered.
func TestTheDraftIsWithinItsLimitWhateverComes(t *testing.T) {
	const limit = 60
	for seed := range uint64(6) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 9))
			fails := rand.New(rand.NewPCG(seed, 10))
			f := &faulty{append: func(ctx context.Context) error {
				<-time.After(time.Duration(fails.IntN(30)) * time.Millisecond)
				if fails.IntN(2) == 0 {
					return rooms.ErrUnavailable
				}
				return nil
			}}
			w := newWorld(t, cfgFast, func(s rooms.Store) rooms.Store { f.Store = s; return f })
			s := w.chat(Config{Limits: rooms.Limits{Text: limit}})
			w.enter(named(t, "plans"), "a-long-name-to-complete")
			var entered []string
			for n := range 600 {
				switch r.IntN(12) {
				case 0, 1, 2:
					text := fmt.Sprintf("%s%d %s", []string{"", "//", "/me "}[r.IntN(3)], n, strings.Repeat("x", r.IntN(limit-12)))
					s.send(hit(tea.KeyCtrlE), hit(tea.KeyCtrlU), pasted(text))
					if s.typed() == text {
						s.rush(hit(tea.KeyEnter))
						if s.typed() != text { // it was taken
							entered = append(entered, text)
						}
					}
				case 3:
					s.send(pasted(strings.Repeat("p", r.IntN(2*limit))))
				case 4:
					s.send(runes("a-l"), hit(tea.KeyTab))
				case 5:
					s.send(hit(tea.KeyTab))
				case 6:
					s.send(hit(tea.KeyUp), hit(tea.KeyUp))
				case 7:
					s.send(hit(tea.KeyDown))
				case 8:
					s.send(hit(tea.KeyCtrlW), hit(tea.KeyCtrlY), hit(tea.KeyCtrlY), hit(tea.KeyCtrlY))
				case 9:
					s.say("/nick bad name!")
				case 10:
					s.send(hit(tea.KeyCtrlR))
				default:
					later(50 * time.Millisecond)
				}
				if n := utf8.RuneCountInString(s.typed()); n > maxDraft {
					t.Fatalf("the composer holds %d characters: %q", n, s.typed())
				}
			}
			later(10 * time.Second)
			var said []string
			for _, e := range s.member.Since(0).Events {
				said = append(said, string(e.Text))
			}
			have := strings.Join(slices.Concat(said, s.remembered(), []string{s.typed()}), "\n")
			for _, text := range entered[max(len(entered)-historyTexts/2, 0):] {
				if !strings.Contains(have, text) && !strings.Contains(have, strings.TrimPrefix(text, "/")) {
					t.Errorf("%q is lost", text)
				}
			}
		})
	}
}
