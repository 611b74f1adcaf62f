package ui

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"wick/rooms"
	"wick/sshapp/ui/cells"
	"wick/sshapp/ui/uitest"
	"wick/sshapp/wording"
)

// play is what eve and bob do on ana's screen. Eve writes to the store directly, as if
// another server had let anything through; bob posts as a member does.
type play struct {
	alias  string // eve's
	stored string // what she says
	posted string // what bob says
}

// tape records what is written to it.
type tape struct {
	mu sync.Mutex
	b  strings.Builder
}

func (r *tape) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(p)
}

func (r *tape) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.String()
}

// shown is what was written to ana's terminal.
type shown struct {
	live, over string // until the room is wiped; until the session is over
	cells      int    // of a row of the transcript
	said       bool   // bob's text was posted
}

// show runs the play. It reports whether eve got in at all.
func (p play) show(t *testing.T, width, height int) (sent shown, in bool) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var store rooms.Store
		w := newWorld(t, cfgFast, func(s rooms.Store) rooms.Store {
			store = s
			return s
		})
		name := w.light("plans", time.Hour, 16)
		ana, bob := w.enter(name, "ana"), w.enter(name, "bob")
		var out tape
		terminal := newTestTerminal(t, width, height, &out)
		s := w.startOn(terminal, Config{Member: ana, Theme: NewTheme(termenv.ANSI256)})
		paint := func() { later(2 * time.Second) }
		paint()

		ctx, ref := t.Context(), ana.State().Room.Ref
		does := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		eve := rooms.Seat{ID: "eve", Node: "elsewhere", Alias: p.alias, Identity: "id-eve"}
		if _, err := store.Enter(ctx, name, eve, time.Hour, 0); err != nil {
			return // somebody has that name
		}
		in = true
		paint()
		_, err := store.Append(ctx, ref, eve, rooms.Words{ID: "message", Text: rooms.Text(p.stored)})
		does(err)
		paint()
		sent.said = bob.Post(ctx, p.posted) == nil
		paint()
		does(store.Rename(ctx, ref, eve, "cat"))
		eve.Alias = "cat"
		does(store.Rename(ctx, ref, eve, p.alias))
		eve.Alias = p.alias
		paint()
		_, err = store.Shorten(ctx, ref, eve, time.Minute)
		does(err)
		paint()
		s.inspect(func(m *model) { sent.cells = m.screen.(*chat).log.width })
		sent.live = out.String()

		does(store.Destroy(ctx, ref, eve))
		paint()
		s.ends()
		if terminal.wasKilled() {
			t.Error("the terminal is stuck")
		}
		sent.over = out.String()
	})
	return sent, in
}

// filler is the only character of harmless people. It takes one cell, and is nowhere else
// on the screen.
const filler = "ψ"

// harmless returns the play with every cell of its names and texts replaced by filler.
func (p play) harmless(columns int) play {
	fill := func(alias, text string) string {
		text, does := wording.Meaning(rooms.CleanText(text))
		before, width := "", columns-clockIndent-cells.MostOf(alias)-2
		if does {
			before, width = "/me ", width-1
		}
		rows := textsOf(NewTheme(termenv.ANSI256).body(text, width))
		for i, r := range rows {
			rows[i] = strings.Repeat(filler, max(textWidth(r), 1))
		}
		return before + strings.Join(rows, "\n")
	}
	alias := rooms.CleanLine(p.alias)
	return play{strings.Repeat(filler, textWidth(alias)), fill(alias, p.stored), fill("bob", string(rooms.Keep(p.posted)))}
}

// onTerminal returns a terminal to which sent was written, and on which each character has
// the cells that it is laid out in. On others, what stands behind a name moves.
func onTerminal(t *testing.T, sent string, width, height int) *uitest.Terminal {
	term := uitest.NewWith(width, height, cells.Width)
	t.Cleanup(func() { term.Close() })
	fmt.Fprint(term, sent)
	return term
}

// within compares two terminals except for the cells that hold filler on harmless, and
// returns the difference.
func within(hostile, harmless *uitest.Terminal) string {
	for y, row := range harmless.Screen() {
		for x := 0; row != ""; {
			c := cells.First(row)
			cell := row[:c.Size]
			row = row[c.Size:]
			if cell == filler {
				blank := fmt.Sprintf("\x1b7\x1b[%d;%dH\x1b[m \x1b8", y+1, x+1)
				fmt.Fprint(hostile, blank)
				fmt.Fprint(harmless, blank)
			}
			x += c.Cells
		}
	}
	if diff := uitest.Difference(hostile, harmless); diff != "" {
		return diff
	}
	if a, b := hostile.Scrollback(), harmless.Scrollback(); !slices.Equal(a, b) {
		return fmt.Sprintf("scrollbacks %q and %q", a, b)
	}
	if hostile.Bells() != 0 {
		return "the bell rang"
	}
	for _, mode := range []ansi.Mode{
		ansi.ModeAutoWrap, ansi.ModeOrigin, ansi.ModeInsertReplace, ansi.ModeCursorKeys, ansi.ModeBracketedPaste, ansi.ModeFocusEvent,
		ansi.ModeMouseNormal, ansi.ModeMouseButtonEvent, ansi.ModeMouseAnyEvent, ansi.ModeMouseExtSgr, ansi.ModeSynchronizedOutput,
	} {
		if hostile.Mode(mode) != harmless.Mode(mode) {
			return fmt.Sprintf("mode %v is %v and %v", mode, hostile.Mode(mode), harmless.Mode(mode))
		}
	}
	return ""
}

// strayMark matches a mark that the emulator draws in the next cell, see uitest.
var strayMark = regexp.MustCompile(`[ -~]\p{M}`)

// A hostile name or text stays in its own cells: the rest of another person's screen
// looks as if it had been harmless.
func FuzzHostileText(f *testing.F) {
	for _, s := range []string{
		"hello", "\x1b[2J\x1b[1;1Hgone\x1b[31m", "\x1b]0;title\x07\x9d0;title\x9c", "\u009b5A\u009bK", "\x1bc\x1b[?1049l\x1b[?25l\x1b[?7l",
		"a\r\nb\rc\u2028d\u0085e\v\f", "12:00  bob  no\n12:00  bob  yes", "\tx\n\ty", "\u202egnp.exe\u2066\u2069", "a\u200b\u200d\ufeff\u2060b",
		"é" + strings.Repeat("\u0335", 40) + "o", "\xff\xc3\x9b2J", "🏴\U000E0067\U000E007F", "\x0e\x0f\x1b(0lqqk", "\x1bPq\x1b\\\x1b_G\x1b\\",
		"漢字と かな 👩\u200d👩\u200d👧\u200d👦 👍🏽 🇩🇪 ❤️ 1️⃣", "مرحبا بالعالم שלום", "क्षि তর্ক ന്\u200d", strings.Repeat("wide漢", 40), strings.Repeat("\n", 30) + "x",
		"/me waves **wildly**\n12:00  bob  no", "//me waves", "a `b\nc` **d *e* f** _g_ ***h*** **i\n```go\nx := 1\n\n  y\n```\n```\n```", "see (https://a.example/b_(c)?d=*e*), http://" + strings.Repeat("漢a", 90) + " https://" + strings.Repeat("u", 200),
	} {
		f.Add(s, "eve", true)
		f.Add("hi", s, false)
	}
	f.Add("שלום לכולם", "דן", false)
	f.Add("/me مرحبا", "سلمى", true)
	f.Add("http://"+strings.Repeat("漢a", 90), "e\ufffde", true) // a row is shorter beside a name that may be wider
	f.Fuzz(checkHostile)
}

// checkHostile runs a play in which eve has the alias, and she and bob say the text.
func checkHostile(t *testing.T, text, alias string, wide bool) {
	t.Helper()
	const maxText, maxAlias, height = 300, 12, 24 // so that a harmless name or text may have as many cells
	if r := []rune(alias); len(r) > maxAlias {
		alias = string(r[:maxAlias])
	}
	if r := []rune(text); len(r) > maxText {
		text = string(r[:maxText])
	}
	if textWidth(rooms.CleanLine(alias)) > rosterWidth-2 || strayMark.MatchString(rooms.CleanText(text)+rooms.CleanLine(alias)) {
		return
	}
	width := rosterFrom - 1
	if wide {
		width = rosterFrom + 40
	}
	p := play{alias, text, text}
	hostile, in := p.show(t, width, height)
	if !in {
		return
	}
	q := p.harmless(hostile.cells)
	if !hostile.said {
		q.posted = ""
	}
	harmless, _ := q.show(t, width, height)
	for _, sent := range [][2]string{{hostile.live, harmless.live}, {hostile.over, harmless.over}} {
		a, b := onTerminal(t, sent[0], width, height), onTerminal(t, sent[1], width, height)
		before, want := a.Text(), b.Text()
		if diff := within(a, b); diff != "" {
			t.Fatalf("%s\nalias %+q, text %+q:\n%s\nharmless:\n%s", diff, alias, text, before, want)
		}
	}
}

// A fuzzer of bytes seldom finds runes that act on each other.
func TestMixturesOfHostileTextStayInTheirCells(t *testing.T) {
	pieces := append(slices.Clone(uitest.RowPieces), "/me ", "*", "**", "_", "`", "\n```\n", " https://a.example/b", "(http://c/d*e*)",
		"\r", "\u2028", "\u202e", "\u2066", "\u200b", "\u00ad", "\ufeff", "\u3164", "\u115f", "\U000E0067", "🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",
		"\x1bc", "\x1b[?1049l", "\x1b]52;c;AA==\a", "\x9d", "\x0e", "\b\b", "é\u0335\u0335", "क्", "ष", "م", "שָ", "👍🏽", "👩\u200d", "\ufe0f", "กำ", "\u1160", "각", "ൎ", "\ufdfa", "\u3000")
	r := rand.New(rand.NewPCG(3, 4))
	mix := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		return b.String()
	}
	for range 40 {
		checkHostile(t, mix(1+r.IntN(60)), mix(1+r.IntN(6)), r.IntN(2) == 0)
	}
}
