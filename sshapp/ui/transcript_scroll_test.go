package ui

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"wick/rooms"
)

// Keys between two frames scroll as far as they would with a frame for each key.
func TestKeysBetweenTwoFramesAddUp(t *testing.T) {
	const height = 9
	r := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		log := foldLog(strings.Repeat("mjmmjjjm", 1+r.IntN(6)))
		one := func() *transcript {
			tr := &transcript{theme: NewTheme(termenv.Ascii), loc: time.UTC, me: "me", alias: "me", room: newRowCache(1 << 20)}
			tr.take(log)
			tr.draw(make([]row, height), 60)
			return tr
		}
		each, once := one(), one()
		a, b := each.view(height, 60), make([]row, height)
		var keys []string
		for range 1 + r.IntN(maxMoves) {
			by := []int{1, 3, height - 1, 40, -1, -3, 1 - height, -40, 0, maxMove}[r.IntN(10)]
			keys = append(keys, fmt.Sprint(by))
			for _, tr := range []*transcript{each, once} {
				switch by {
				case 0:
					tr.follow()
				case maxMove:
					tr.scrollToTop()
				default:
					tr.scroll(by)
				}
			}
			a = each.view(height, 60)
		}
		once.draw(b, 60)
		if fmt.Sprint(a) != fmt.Sprint(b) || each.scrolled != once.scrolled {
			t.Fatalf("after %v: at once\n%v\none by one\n%v", keys, b, a)
		}
	}
}

// A flood of keys costs nothing until the frame is drawn, and no memory.
func TestScrollKeysLayNothingOut(t *testing.T) {
	tr := &transcript{theme: NewTheme(termenv.Ascii), loc: time.UTC, me: "me", alias: "me", room: newRowCache(1 << 20)}
	tr.take(foldLog(strings.Repeat("m", 500)))
	rows := make([]row, 20)
	tr.draw(rows, 60)
	before := tr.cache.recent.Len()
	flood := func() {
		tr.scroll(19)
		tr.scroll(-2)
		tr.scrollToTop()
		tr.scroll(-1)
		tr.scroll(1000)
	}
	if n := testing.AllocsPerRun(1000, flood); n > 0 {
		t.Errorf("%v allocations a key", n)
	}
	if n := tr.cache.recent.Len() - before; n != 0 {
		t.Errorf("%d items were laid out", n)
	}
}

func TestHomeThenEndIsTheEndAndThreePagesAreThree(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob := w.enter(named(t, "plans"), "bob")
		for i := range 95 {
			w.post(bob, fmt.Sprintf("line %02d", i))
		}
		later(time.Second)
		tire := func() { // uses up the frames that are allowed at once
			for range frameBurst {
				s.rush(tea.FocusMsg{})
			}
		}
		tire()
		s.rush(hit(tea.KeyHome), hit(tea.KeyEnd))
		later(time.Second)
		s.shows("line 94")
		s.hides("PgDn")
		s.send(hit(tea.KeyPgUp))
		s.send(hit(tea.KeyPgUp))
		s.send(hit(tea.KeyPgUp))
		scrolled := func() string { f := s.frame(); return strings.Join(f.Rows[f.Top:f.Bottom], "\n") }
		want := scrolled()
		s.send(hit(tea.KeyEnd))
		later(time.Second)
		tire()
		n := s.shown()
		s.rush(hit(tea.KeyPgUp), hit(tea.KeyPgUp), hit(tea.KeyPgUp))
		later(frameGap)
		if got := scrolled(); got != want || s.shown()-n > 1 {
			t.Errorf("after three pages in %d frames:\n%s\nwant\n%s", s.shown()-n, got, want)
		}
		s.send(hit(tea.KeyEnd))
		later(time.Second)
		tire()
		// A message that comes between a key and its frame is below the window.
		s.rush(hit(tea.KeyPgUp))
		w.post(bob, "something new")
		later(frameGap)
		s.shows("1 new below")
		s.hides("something new")
	})
}

func TestEveryoneElseSeesTheNewestWhileOneFloods(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		s := w.chat(Config{})
		bob := w.enter(named(t, "plans"), "bob")
		for i := range 200 {
			s.rush(hit(tea.KeyPgUp), tea.WindowSizeMsg{Width: 40 + i%50, Height: 24}, hit(tea.KeyEnd))
		}
		w.post(bob, "still here")
		later(time.Second)
		s.shows("still here")
	})
}

// A window that is scrolled to events which the room then drops shows the newest.
func TestAScrolledWindowSurvivesDroppedEvents(t *testing.T) {
	c := transcript{theme: NewTheme(termenv.Ascii), loc: time.UTC}
	log := func(from, n uint64) rooms.Transcript {
		tr := rooms.Transcript{From: from}
		for i := range n {
			tr.Events = append(tr.Events, &rooms.Event{Kind: rooms.Message, From: rooms.Seat{Alias: "bob"}, Text: rooms.Text(fmt.Sprint("m", from+i))})
		}
		return tr
	}
	rows := make([]row, 5)
	c.take(log(1, 50))
	c.draw(rows, 40)
	c.up(40, 5)
	c.take(log(100, 50))
	clear(rows)
	c.draw(rows, 40)
	if !strings.Contains(rows[4].text, "m149") {
		t.Errorf("the window shows %v", rows)
	}
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
