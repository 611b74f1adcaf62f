package ui

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"
)

func TestRowsAreMadeOnceForAllWhoSeeThemAlike(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		theme := NewTheme(termenv.ANSI256)
		ana := w.chat(Config{Theme: theme})
		plans := named(t, "plans")
		bob, cat := w.enter(plans, "bob"), w.enter(plans, "cat")
		w.post(bob, "hello from bob")
		one := shelfFor(ana.member, view{theme, "UTC", 80})
		for _, width := range []int{80, 40} {
			ana.send(tea.WindowSizeMsg{Width: width, Height: 24})
			ana.shows("hello from bob")
		}
		made := 0
		shared := func(id uint64) string {
			return one.rows(id, id-1, func() []row { made++; return []row{{"made anew", 9}} })[0].text
		}
		log := ana.member.Since(0)
		if got := shared(log.Next() - 1); !strings.Contains(got, "hello from bob") || made != 0 {
			t.Errorf("the row on the shelf is %q", got)
		}
		if shelfFor(cat, view{theme, "UTC", 80}) != one {
			t.Error("somebody with the same screen has a shelf of their own")
		}
		if shelfFor(cat, view{theme, "UTC", 79}) == one {
			t.Error("a narrower screen has the same shelf")
		}
		ana.say("mine")
		if got := shared(ana.member.Since(0).Next() - 1); got != "made anew" {
			t.Errorf("one's own message, which one sees differently, is on the shelf: %q", got)
		}
	})
}

func TestAShelfAndTheirNumberAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		s := w.chat(Config{})
		n := 0
		for width := range 10 * maxShelves {
			if shelfFor(s.member, view{width: width}) != nil {
				n++
			}
		}
		if n > maxShelves {
			t.Errorf("%d shelves", n)
		}
		var shelf shelf
		for id := uint64(1); id <= 3*shelfItems; id++ {
			shelf.rows(id, id-1, func() []row { return []row{{fmt.Sprint(id), 1}} })
		}
		made := false
		shelf.rows(1, 0, func() []row { made = true; return nil })
		if !made {
			t.Error("an old item is still there")
		}
		if shelf.rows(3*shelfItems, 3*shelfItems-1, func() []row { return nil }) == nil {
			t.Error("an old item took the place of a new one")
		}
	})
}

func TestAShelfGivesEveryoneTheRightRows(t *testing.T) {
	var shelf shelf
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for id := uint64(1); id < 2000; id++ {
				if got := shelf.rows(id, id-1, func() []row { return []row{{fmt.Sprint(id), 1}} }); got[0].text != fmt.Sprint(id) {
					t.Errorf("item %d is %q", id, got[0].text)
				}
			}
		})
	}
	all.Wait()
}

func TestAShelfIsCountedAndEmptied(t *testing.T) {
	var shelf shelf
	rows := []row{{"ten bytes.", 10}, {"and ten.. ", 10}}
	shelf.rows(1, 0, func() []row { return rows })
	shelf.rows(2, 1, func() []row { return rows[:1] })
	if held := shelf.Held(); held != 30 {
		t.Errorf("%d bytes are held", held)
	}
	shelf.Drop()
	if held := shelf.Held(); held != 0 {
		t.Errorf("after it was emptied, %d bytes are held", held)
	}
	if got := shelf.rows(1, 0, func() []row { return rows }); len(got) != 2 {
		t.Errorf("afterwards the rows are %v", got)
	}
}
