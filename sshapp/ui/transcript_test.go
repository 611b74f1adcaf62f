package ui

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"wick/rooms"
	"wick/sshapp/ui/painter"
)

func TestNotesAreBounded(t *testing.T) {
	c := transcript{theme: NewTheme(termenv.Ascii), loc: time.UTC}
	for i := range 3 * maxNotes {
		c.tell(aside, fmt.Sprint("note ", i))
	}
	if len(c.notes) != maxNotes {
		t.Errorf("%d notes are kept", len(c.notes))
	}
	rows := make([]row, 2*maxNotes)
	c.draw(rows, 80)
	if last := rows[len(rows)-1]; last.text != fmt.Sprint(" │ ", painter.Column, "note ", 3*maxNotes-1) {
		t.Errorf("the last row is %q", last.text)
	}
}

func TestClearAffectsOnlyYourOwnView(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob := w.enter(named(t, "plans"), "bob")
		other := w.start(Config{Member: bob, Theme: NewTheme(termenv.ANSI256)})
		s.say("before")
		later(frameGap)
		s.say("/clear")
		s.hides("before")
		s.hides("Others join with")
		s.send(hit(tea.KeyPgUp), hit(tea.KeyHome))
		s.hides("before")
		w.post(bob, "after")
		s.say("/who")
		later(frameGap)
		s.shows("bob  after", "2 of 16 here")
		s.hides("before")
		other.shows("ana  before", "bob  after")
	})
}

func TestAReturningPersonSeesWhatIsNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store rooms.Store
		w := newWorld(t, cfgFast, func(s rooms.Store) rooms.Store { store = s; return s })
		n := w.light("plans", 10*time.Minute, 5)
		bob := w.enter(n, "bob")
		other := rooms.NewHub(store, rooms.HubConfig{LivesOn: true})
		guest := rooms.Guest{Alias: "ana", Identity: "id-ana", Returns: true}
		before, err := other.Enter(t.Context(), n, guest)
		if err != nil {
			t.Fatal(err)
		}
		w.post(bob, "read before")
		before.Since(0)
		other.Close()
		before.Leave()
		w.post(bob, "said meanwhile")

		watch := w.start(Config{Member: w.enter(n, "watcher")})
		watch.shows("ana (away)")
		back, err := w.hub.Enter(t.Context(), n, guest)
		if err != nil {
			t.Fatal(err)
		}
		s := w.start(Config{Member: back})
		text := s.screen()
		old, mark, fresh := strings.Index(text, "read before"), strings.Index(text, "─── new since you left ─"), strings.Index(text, "said meanwhile")
		if old < 0 || mark < old || fresh < mark {
			t.Errorf("the mark is not between what is old and what is new:\n%s", text)
		}
		later(time.Second)
		watch.shows("ana (" + back.State().You.KeyTag() + ") is back")
		watch.hides("away)")

		// Somebody who missed nothing sees no mark.
		s = w.start(Config{Member: w.enter(n, "dan")})
		s.hides("new since you left")
	})
}
