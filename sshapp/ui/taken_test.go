package ui

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
)

// withDrop runs a test with a session of ana in a room where bob left something, with cid
// in it.
func withDrop(t *testing.T, secret, recipient string, test func(t *testing.T, w *world, s *session, cid *rooms.Member)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		room, err := w.hub.Light(t.Context(), rooms.Lighting{Name: named(t, "plans"), TTL: 2 * time.Minute, Seats: 16, History: 100})
		if err != nil {
			t.Fatal(err)
		}
		bob := rooms.Guest{Alias: "bob", Identity: "id-bob", Returns: true}
		if _, err := w.hub.Drop(t.Context(), room, bob, recipient, strings.NewReader(secret), 1<<20); err != nil {
			t.Fatal(err)
		}
		s := w.start(Config{Member: w.enter(room.Name, "ana")})
		test(t, w, s, w.enter(room.Name, "cid"))
	})
}

const swordfish = "swordfish\nwith two lines"

func TestALookAtADropTakesIt(t *testing.T) {
	withDrop(t, swordfish, "", func(t *testing.T, w *world, s *session, cid *rooms.Member) {
		s.shows("bob (", "left 24 bytes here", "take", "Ctrl-R shows it here")
		s.send(hit(tea.KeyCtrlR))
		s.shows("Type y to take it and end the room.")
		s.hides("swordfish")
		s.send(runes("n"))
		s.shows("Nothing was taken")
		later(10 * time.Second)
		if cid.State().End != nil {
			t.Fatal("it was taken")
		}
		s.say("/reveal")
		s.send(runes("y"))
		s.shows("swordfish", "with two lines", "kept nowhere else")
		if end := cid.State().End; end == nil || end.Reason != rooms.TakenAway || end.By != "ana" {
			t.Errorf("cid's stay ended as %+v", end)
		}
		s.send(hit(tea.KeyEnter), hit(tea.KeyPgDown), hit(tea.KeyUp), runes("x")) // many type y and Enter
		s.shows("swordfish")
		s.send(hit(tea.KeyEsc))
		if out := s.ends(); !out.Wipe || out.Status != 0 || !strings.Contains(out.Line, "plans is gone: ana took what was left there") {
			t.Errorf("the session ended with %+v", out)
		}
	})
}

func TestWhatWasTakenIsShownForAMinute(t *testing.T) {
	withDrop(t, swordfish, "", func(t *testing.T, w *world, s *session, cid *rooms.Member) {
		s.send(hit(tea.KeyCtrlR), runes("y"))
		later(rooms.MaxReading - time.Second)
		s.shows("swordfish")
		later(2 * time.Second)
		s.ends()
	})
	t.Run("and no longer than the room would have burned", func(t *testing.T) {
		withDrop(t, swordfish, "", func(t *testing.T, w *world, s *session, cid *rooms.Member) {
			later(110 * time.Second)
			s.send(hit(tea.KeyCtrlR), runes("y"))
			s.shows("swordfish")
			later(11 * time.Second)
			s.ends()
		})
	})
}

func TestWhatAScreenCannotShowIsNotTakenThere(t *testing.T) {
	for name, secret := range map[string]string{"binary": "a\x00b\xff", "an escape": "a\x1b[2Jb", "too long": strings.Repeat("x", rooms.MaxShown+1)} {
		t.Run(name, func(t *testing.T) {
			withDrop(t, secret, "", func(t *testing.T, w *world, s *session, cid *rooms.Member) {
				s.send(hit(tea.KeyCtrlR), runes("y"))
				s.shows("not text for a screen, so it was not taken", "take >FILE")
				if err := cid.Take(t.Context(), func(context.Context, rooms.Drop, rooms.Chunks) error { return nil }); err != nil {
					t.Errorf("then somebody else takes it: %v", err)
				}
			})
		})
	}
}

func TestADropForAKeyIsNotOfferedToOthers(t *testing.T) {
	withDrop(t, swordfish, "cid's key", func(t *testing.T, w *world, s *session, cid *rooms.Member) {
		s.shows("for one key")
		s.hides("Ctrl-R shows it")
		s.send(hit(tea.KeyCtrlR))
		s.hides("Type y")
		s.shows("somebody else's key")
	})
}

// Whoever loses the race reads who has won it.
func TestADropThatIsTakenMeanwhileEndsTheRoom(t *testing.T) {
	withDrop(t, swordfish, "", func(t *testing.T, w *world, s *session, cid *rooms.Member) {
		s.send(hit(tea.KeyCtrlR))
		if err := cid.Take(t.Context(), func(context.Context, rooms.Drop, rooms.Chunks) error {
			s.send(runes("y"))
			s.shows("Somebody else is taking it")
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		later(frameGap)
		if out := s.ends(); !strings.Contains(out.Line, "cid took what was left there") {
			t.Errorf("the session ended with %+v", out)
		}
	})
}
