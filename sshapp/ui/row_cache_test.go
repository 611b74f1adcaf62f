package ui

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"wick/rooms"
)

func rowsOf(text string) func() []row { return func() []row { return []row{{text, len(text)}} } }

func keyOf(pos uint64) rowKey { return rowKey{pos: pos} }

func TestSessionsThatSeeRowsAlikeShareThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		theme := NewTheme(termenv.ANSI256)
		ana := w.chat(Config{Theme: theme})
		plans := named(t, "plans")
		bob, cat := w.enter(plans, "bob"), w.enter(plans, "cat")
		w.post(bob, "hello from bob")
		later(frameGap)
		shared := roomRows(ana.member)
		if roomRows(cat) != shared {
			t.Fatal("members of a room have caches of their own")
		}
		// read returns the newest rows on another reader's screen of the same kind.
		read := func() (text string, made bool) {
			tr := &transcript{theme: theme, loc: time.UTC, me: "id-cat", alias: "cat", room: shared, width: 80, cache: shared}
			tr.take(cat.Since(0))
			it := item{false, tr.log.Next() - 1}
			rows := shared.get(tr.key(it, tr.stampOf(it)), func() []row { made = true; return tr.lay(it, tr.stampOf(it)) })
			return rows[0].text, made
		}
		if text, made := read(); made || !strings.Contains(text, "hello from bob") {
			t.Errorf("the row in the cache is %q, made anew: %v", text, made)
		}
		ana.say("mine")
		if text, made := read(); !made {
			t.Errorf("one's own message, which one sees differently, is there for others: %q", text)
		}
	})
}

func TestTheLeastRecentlyUsedRowsAreDropped(t *testing.T) {
	c := newRowCache(100 << 10)
	text := strings.Repeat("x", 1000)
	for pos := range uint64(10_000) {
		c.get(keyOf(pos), rowsOf(text))
		c.noteHeight(keyOf(pos), 1)
		if c.get(keyOf(0), rowsOf("made anew"))[0].text != text {
			t.Fatal("what is used all the time was dropped")
		}
	}
	n := 0
	for e := c.recent.Front(); e != nil; e = e.Next() {
		n += e.Value.(*cachedRows).bytes
	}
	if n != c.bytes || n > c.limit || len(c.rows) != c.recent.Len() {
		t.Errorf("%d bytes are kept and %d counted, in %d items of a list of %d", n, c.bytes, len(c.rows), c.recent.Len())
	}
	if n := len(c.heights) + len(c.olderHeights); n > maxHeights {
		t.Errorf("%d heights are kept", n)
	}
	if _, ok := c.height(keyOf(9_999 - maxHeights/4)); !ok {
		t.Error("the height went with the rows")
	}
	if got := c.get(keyOf(1), rowsOf("made anew"))[0].text; got != "made anew" {
		t.Error("what was not used for longest is still there")
	}
	c.get(keyOf(1<<40), rowsOf(strings.Repeat("x", c.limit)))
	if c.recent.Len() < 2 {
		t.Error("one item pushed out all others")
	}
}

func TestConcurrentSessionsGetTheRightRows(t *testing.T) {
	c := newRowCache(20 << 10)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for pos := range uint64(2000) {
				if got := c.get(keyOf(pos%300), rowsOf(fmt.Sprint(pos%300))); got[0].text != fmt.Sprint(pos%300) {
					t.Errorf("item %d is %q", pos%300, got[0].text)
				}
				c.noteHeight(keyOf(pos), int(pos))
				if n, ok := c.height(keyOf(pos)); ok && n != int(pos) {
					t.Errorf("item %d has %d rows", pos, n)
				}
			}
		})
	}
	all.Wait()
}

// A session that keeps resizing or changing its theme adds at most one view a second to
// the cache that it shares with others.
func TestAViewThatKeepsChangingHasItsOwnCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		s := w.chat(Config{Theme: NewTheme(termenv.ANSI256)})
		w.post(w.enter(named(t, "plans"), "bob"), "hello")
		later(2 * viewRest)
		shared := roomRows(s.member)
		views := func() int {
			shared.mu.Lock()
			defer shared.mu.Unlock()
			seen := map[view]bool{}
			for k := range shared.rows {
				seen[view{theme: k.view.theme, width: k.view.width}] = true
			}
			return len(seen)
		}
		before, began := views(), time.Now()
		for i := range 100 {
			s.send(tea.WindowSizeMsg{Width: 40 + i%30, Height: 24})
			if i%10 == 0 {
				s.say("/theme " + themeNames[i/10%len(ThemeNames)])
			}
		}
		if got, most := views()-before, 1+int(time.Since(began)/viewRest); got > most {
			t.Errorf("%d views came to the room's cache in %v", got, time.Since(began))
		}
		before = views()
		later(viewRest)
		s.send(tea.FocusMsg{})
		if got := views() - before; got > 1 {
			t.Errorf("at rest, %d views came at once", got)
		}
		var cache *rowCache
		s.inspect(func(m *model) { cache = m.screen.(*chat).log.cache })
		if cache != shared {
			t.Error("a view at rest is not shared")
		}
	})
}

// Scrolling to the top, to the end and by pages lays out only the rows that are shown.
func TestScrollingLaysOutOnlyWhatIsShown(t *testing.T) {
	const height = 20
	tr := &transcript{theme: NewTheme(termenv.Ascii), loc: time.UTC, me: "me", alias: "me", room: newRowCache(1 << 20)}
	tr.take(foldLog(strings.Repeat("m", 500)))
	laid := func() int { return tr.cache.recent.Len() }
	rows := make([]row, height)
	tr.draw(rows, 60)
	tr.scrollToTop()
	tr.draw(rows, 60)
	if n := laid(); n > 2*height {
		t.Errorf("%d items were laid out for two screens", n)
	}
	if !strings.Contains(rows[0].text, "text0") {
		t.Errorf("the first row at the top is %q", rows[0].text)
	}
	tr.scroll(-height)
	tr.draw(rows, 60)
	if n := laid(); n > 3*height {
		t.Errorf("%d items were laid out for three screens", n)
	}
}

// Shared rows depend on nothing of one reader: two readers who differ in one thing each
// see what they would see alone.
func TestSharedRowsDependOnNoReader(t *testing.T) {
	seat := func(alias string) rooms.Seat { return rooms.Seat{ID: alias, Alias: alias, Identity: "id-" + alias} }
	day := time.Date(2026, 3, 1, 22, 30, 0, 0, time.UTC)
	log := rooms.Transcript{From: 1}
	add := func(e rooms.Event) {
		e.Time = day.Add(time.Duration(len(log.Events)) * 5 * time.Minute)
		log.Events = append(log.Events, &e)
	}
	come := func(names ...string) {
		for _, n := range names {
			add(rooms.Event{Kind: rooms.Joined, From: seat(n)})
		}
	}
	say := func(from, text string) {
		add(rooms.Event{Kind: rooms.Message, From: seat(from), Text: rooms.Text(text)})
	}
	come("ann", "bob", "cat", "dan", "eve")
	say("bob", "hello ann, how is *bob*?")
	say("ann", "hello bob")
	come("fay", "gus", "hal", "ida")
	add(rooms.Event{Kind: rooms.Left, From: seat("ida")})
	say("cat", "/me waves at bob")
	come("jan", "kim", "leo")

	base := func() *transcript {
		tr := &transcript{theme: NewTheme(termenv.ANSI256), loc: time.UTC, me: "id-ann", alias: "ann"}
		tr.take(log)
		return tr
	}
	zone := func(name string) *time.Location { return time.FixedZone(name, 3*3600) }
	for name, differs := range map[string]func(*transcript){
		"nothing":                func(*transcript) {},
		"who they are":           func(tr *transcript) { tr.me, tr.alias = "id-bob", "bob" },
		"what they are called":   func(tr *transcript) { tr.alias = "gus" },
		"the theme":              func(tr *transcript) { tr.theme = ThemeOf(termenv.ANSI256, Contrast) },
		"the profile":            func(tr *transcript) { tr.theme = NewTheme(termenv.Ascii) },
		"the zone":               func(tr *transcript) { tr.loc = zone("elsewhere") },
		"when they came":         func(tr *transcript) { tr.take(log.Tail(9)) },
		"when they came, a run":  func(tr *transcript) { tr.take(log.Tail(3)) },
		"cleared":                func(tr *transcript) { tr.clear = 7; tr.take(log) },
		"cleared within a run":   func(tr *transcript) { tr.clear = 3; tr.take(log) },
		"cleared within another": func(tr *transcript) { tr.clear = 10; tr.take(log) },
		"cleared before the end": func(tr *transcript) { tr.clear = 15; tr.take(log) },
		"how far they read":      func(tr *transcript) { short := log; short.Events = log.Events[:10]; tr.take(short) },
		"notes":                  func(tr *transcript) { tr.tell(aside, "a note") },
	} {
		for _, width := range []int{30, 80} {
			show := func(tr *transcript) string {
				rows := make([]row, 30)
				tr.draw(rows, width)
				return strings.Join(textsOf(rows), "\n")
			}
			two := func() (a, b *transcript) {
				a, b = base(), base()
				differs(b)
				return a, b
			}
			a, b := two()
			alone, aloneToo := show(a), show(b)
			for _, order := range []string{"ab", "ba", "abab", "baba"} {
				shared := newRowCache(roomRowBytes)
				for _, who := range order {
					a, b := two() // without a window from before
					a.room, b.room = shared, shared
					tr, want := a, alone
					if who == 'b' {
						tr, want = b, aloneToo
					}
					if got := show(tr); got != want {
						t.Errorf("they differ in %s, drawn in order %s at %d: %c sees\n%s\nalone\n%s", name, order, width, who, got, want)
					}
					tr.scrollToTop() // using the cached heights
					tr.draw(make([]row, 5), width)
					fresh := base()
					if who == 'b' {
						differs(fresh)
					}
					fresh.draw(make([]row, 5), width)
					fresh.scrollToTop()
					rows, want5 := make([]row, 5), make([]row, 5)
					tr.draw(rows, width)
					fresh.draw(want5, width)
					if got, want := fmt.Sprint(rows), fmt.Sprint(want5); got != want {
						t.Errorf("they differ in %s: at the top %c sees\n%s\nalone\n%s", name, who, got, want)
					}
				}
			}
		}
	}
}

// The rows of a burning message are nowhere but in the window.
func TestRowsOfBurningMessagesAreNotCached(t *testing.T) {
	log := rooms.Transcript{From: 1, Events: []*rooms.Event{
		{Kind: rooms.Message, From: rooms.Seat{Alias: "bob", Identity: "bob"}, Text: "for a moment", Burn: time.Second},
	}}
	tr := &transcript{theme: NewTheme(termenv.Ascii), loc: time.UTC, me: "bob", alias: "bob", room: newRowCache(1 << 20)}
	tr.take(log)
	if got := drawn(tr); !strings.Contains(got, "for a moment") {
		t.Errorf("it is drawn as %q", got)
	}
	if n := len(tr.cache.rows) + len(tr.cache.heights); n != 0 {
		t.Errorf("%d entries are kept", n)
	}
	burnt := *log.Events[0]
	burnt.Text, burnt.Burnt = "", true
	log.Events = []*rooms.Event{&burnt}
	tr.take(log)
	if got := drawn(tr); strings.Contains(got, "for a moment") || !strings.Contains(got, "burned") {
		t.Errorf("burnt, it is drawn as %q", got)
	}
}

func TestACacheReportsItsSizeAndCanBeEmptied(t *testing.T) {
	c := newRowCache(1 << 20)
	c.get(keyOf(1), rowsOf("ten bytes."))
	c.get(keyOf(2), rowsOf("and ten.. "))
	if held := c.Held(); held < 20 {
		t.Errorf("%d bytes are held", held)
	}
	c.Drop()
	if held := c.Held(); held != 0 {
		t.Errorf("after it was emptied, %d bytes are held", held)
	}
	if got := c.get(keyOf(1), rowsOf("again")); got[0].text != "again" || c.Held() == 0 {
		t.Errorf("afterwards the row is %q", got[0].text)
	}
}
