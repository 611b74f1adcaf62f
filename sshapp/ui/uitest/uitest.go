// Package uitest provides a terminal for tests: what is written to it can be read
// back as a person would see it.
//
// The emulator behind it draws some things differently from real terminals: it
// loses a combining mark behind an ASCII letter, blanks a wide character that
// does not fit into the last column, and erases the screen along with the
// scrollback. Tests with such text should compare two terminals of this package
// rather than one of them with the expected screen.
package uitest

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// Terminal is an emulated terminal. It is safe for concurrent use.
type Terminal struct {
	drained chan struct{} // closed when nothing reads the replies any more
	runes   *runeMeter    // nil: the emulator's own way

	mu      sync.Mutex
	vt      *vt.Emulator
	changed chan struct{} // closed and replaced by every change
	title   string
	hidden  bool
	bells   int
	modes   map[ansi.Mode]bool
}

// New returns a blank terminal of the given size in cells, which measures text by grapheme
// clusters. The caller must call Close.
func New(width, height int) *Terminal { return newTerminal(width, height, nil) }

// NewWith is New, but the terminal measures text rune by rune with the function given, such
// as Runes or Wide. It is given a rune and, behind it, the runes of no width that follow
// and join its cells.
func NewWith(width, height int, measure func(string) int) *Terminal {
	return newTerminal(width, height, &runeMeter{width: measure})
}

func newTerminal(width, height int, runes *runeMeter) *Terminal {
	t := &Terminal{
		runes:   runes,
		drained: make(chan struct{}),
		vt:      vt.NewEmulator(width, height),
		changed: make(chan struct{}),
		modes:   map[ansi.Mode]bool{ansi.ModeAutoWrap: true},
	}
	// The emulator calls these from Write, with the lock held.
	t.vt.SetCallbacks(vt.Callbacks{
		Title:            func(title string) { t.title = title },
		CursorVisibility: func(visible bool) { t.hidden = !visible },
		Bell:             func() { t.bells++ },
		EnableMode:       func(mode ansi.Mode) { t.modes[mode] = true },
		DisableMode:      func(mode ansi.Mode) { t.modes[mode] = false },
	})
	// The emulator replies to queries, and blocks until the replies are read.
	go func() {
		defer close(t.drained)
		io.Copy(io.Discard, t.vt)
	}()
	return t
}

// Close ends the terminal's goroutine. The screen can still be read.
func (t *Terminal) Close() error {
	err := t.vt.InputPipe().(io.Closer).Close()
	<-t.drained
	return err
}

// Release closes the terminal, drops the emulator, and ignores what is written from then on:
// an emulator takes 4 MiB, and a test keeps what its Cleanup functions refer to until all
// tests have ended. Nothing can be read any more.
func (t *Terminal) Release() {
	t.Close()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.vt = nil
}

// Write shows p. It never fails.
func (t *Terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.vt == nil {
		return len(p), nil
	}
	defer t.change()
	if _, err := t.vt.Write(t.runes.encode(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Resize changes the size, cutting off or adding cells at the right and at the
// bottom.
func (t *Terminal) Resize(width, height int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.change()
	t.vt.Resize(width, height)
}

func (t *Terminal) change() {
	close(t.changed)
	t.changed = make(chan struct{})
}

// Screen returns the rows of the screen, without styles and trailing blanks.
func (t *Terminal) Screen() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.screen()
}

func (t *Terminal) screen() []string {
	rows := make([]string, t.vt.Height())
	for y := range rows {
		var row strings.Builder
		for x := range t.vt.Width() {
			row.WriteString(t.runes.decode(t.vt.CellAt(x, y).Content))
		}
		rows[y] = strings.TrimRight(row.String(), " ")
	}
	return rows
}

// Text returns the rows of Screen, each with a line feed.
func (t *Terminal) Text() string { return strings.Join(t.Screen(), "\n") + "\n" }

// Cells returns a copy of the screen, row by row.
func (t *Terminal) Cells() [][]uv.Cell {
	t.mu.Lock()
	defer t.mu.Unlock()
	rows := make([][]uv.Cell, t.vt.Height())
	for y := range rows {
		rows[y] = make([]uv.Cell, t.vt.Width())
		for x := range rows[y] {
			rows[y][x] = *t.vt.CellAt(x, y)
		}
	}
	return rows
}

// Scrollback returns the rows that scrolled off the primary screen, oldest first.
func (t *Terminal) Scrollback() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var rows []string
	for _, line := range t.vt.Scrollback().Lines() {
		rows = append(rows, strings.TrimRight(line.String(), " "))
	}
	return rows
}

// Cursor returns the cell of the cursor, counted from 0.
func (t *Terminal) Cursor() (x, y int, visible bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	pos := t.vt.CursorPosition()
	return pos.X, pos.Y, !t.hidden
}

// AltScreen reports whether the alternate screen is shown.
func (t *Terminal) AltScreen() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.vt.IsAltScreen()
}

// Mode reports whether a mode is set, such as ansi.ModeBracketedPaste.
func (t *Terminal) Mode(mode ansi.Mode) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.modes[mode]
}

// Title returns the title of the window. There is no stack of titles.
func (t *Terminal) Title() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.title
}

// Bells returns how often the bell rang.
func (t *Terminal) Bells() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.bells
}

// WaitFor waits until ok returns true for Text, and returns that text. If this takes
// longer than the time given, the test fails and shows the screen.
func (t *Terminal) WaitFor(tb testing.TB, within time.Duration, ok func(screen string) bool) string {
	tb.Helper()
	limit := time.NewTimer(within)
	defer limit.Stop()
	for {
		t.mu.Lock()
		changed := t.changed
		text := strings.Join(t.screen(), "\n") + "\n"
		t.mu.Unlock()
		if ok(text) {
			return text
		}
		select {
		case <-changed:
		case <-limit.C:
			tb.Fatalf("the expected screen did not come within %v:\n%s", within, text)
		}
	}
}

// WaitForText waits until the screen shows the text, see WaitFor.
func (t *Terminal) WaitForText(tb testing.TB, within time.Duration, text string) string {
	tb.Helper()
	return t.WaitFor(tb, within, func(screen string) bool { return strings.Contains(screen, text) })
}

// Equal reports whether a and b show the same, see Difference.
func Equal(a, b *Terminal) bool { return Difference(a, b) == "" }

// comparing is held while two terminals are locked, so that they never wait for each
// other.
var comparing sync.Mutex

// Difference says in which size, title, visible cursor or cell, with its style and
// link, a and b first differ. It is empty if they look the same. A mark that the emulator
// puts into a cell of its own, as behind an ASCII letter, counts as a blank there. The two
// must not be the same terminal.
func Difference(a, b *Terminal) string {
	comparing.Lock()
	defer comparing.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case a.vt.Bounds() != b.vt.Bounds():
		return fmt.Sprintf("sizes %v and %v", a.vt.Bounds(), b.vt.Bounds())
	case a.vt.IsAltScreen() != b.vt.IsAltScreen():
		return fmt.Sprintf("alternate screens %v and %v", a.vt.IsAltScreen(), b.vt.IsAltScreen())
	case a.title != b.title:
		return fmt.Sprintf("titles %q and %q", a.title, b.title)
	case a.hidden != b.hidden:
		return fmt.Sprintf("hidden cursors %v and %v", a.hidden, b.hidden)
	case !a.hidden && a.vt.CursorPosition() != b.vt.CursorPosition():
		return fmt.Sprintf("cursors at %v and %v", a.vt.CursorPosition(), b.vt.CursorPosition())
	}
	for y := range a.vt.Height() {
		for x := range a.vt.Width() {
			if p, q := a.vt.CellAt(x, y), b.vt.CellAt(x, y); !same(p, q) {
				return fmt.Sprintf("cells at column %d of row %d: %+v and %+v", x, y, *p, *q)
			}
		}
	}
	return ""
}

// same reports whether two cells look the same.
func same(a, b *uv.Cell) bool {
	stray := func(c *uv.Cell) bool { return c.Width == 0 && c.Content != "" }
	switch {
	case stray(a):
		return stray(b) || b.Content == " "
	case stray(b):
		return a.Content == " "
	default:
		return a.Equal(b)
	}
}
