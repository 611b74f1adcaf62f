package painter

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"wick/sshapp/ui/uitest"
)

// usedTerminal returns a terminal in which commands were run before.
func usedTerminal(t *testing.T) *uitest.Terminal {
	term := uitest.New(80, 24)
	t.Cleanup(func() { term.Close() })
	for i := range 40 {
		fmt.Fprintf(term, "$ command %d\r\n", i)
	}
	io.WriteString(term, "$ ssh wick.example\r\n")
	return term
}

func TestClosingGivesTheTerminalBack(t *testing.T) {
	term := usedTerminal(t)
	before, beforeBack := term.Screen(), term.Scrollback()
	p := New(term, func() { t.Error("stuck") }, Config{})
	frame := chatFrame(30, "09:59")
	frame.Title = "a chat"
	p.Emit("\a")
	p.Show(frame)
	term.WaitForText(t, 5*time.Second, "message 30")
	if x, y, visible := term.Cursor(); !term.AltScreen() || x != 2 || y != 23 || !visible || term.Title() != "a chat" ||
		term.Mode(ansi.ModeAutoWrap) || !term.Mode(ansi.ModeBracketedPaste) || term.Mode(ansi.ModeSynchronizedOutput) {
		t.Errorf("the terminal was not taken over: cursor at %d, %d", x, y)
	}
	if err := p.Close(false, "You left.\nCome back."); err != nil {
		t.Fatal(err)
	}
	if _, _, visible := term.Cursor(); term.AltScreen() || !visible || term.Title() != "" || term.Bells() != 1 ||
		!term.Mode(ansi.ModeAutoWrap) || term.Mode(ansi.ModeBracketedPaste) || term.Mode(ansi.ModeSynchronizedOutput) {
		t.Errorf("the terminal was not given back: alternate screen %v, cursor %v, title %q, bells %d", term.AltScreen(), visible, term.Title(), term.Bells())
	}
	// The last words scroll it by two rows.
	after, afterBack := term.Screen(), term.Scrollback()
	if got, want := after[:21], before[2:23]; !slices.Equal(got, want) {
		t.Errorf("the primary screen is %q, was %q", got, want)
	}
	if want := []string{"You left.", "Come back.", ""}; !slices.Equal(after[21:], want) {
		t.Errorf("the last words are %q", after[21:])
	}
	if want := append(beforeBack, before[:2]...); !slices.Equal(afterBack, want) {
		t.Errorf("the scrollback is %q, want %q", afterBack, want)
	}
}

func TestWipingLeavesNothingOnTheTerminal(t *testing.T) {
	term := usedTerminal(t)
	p := New(term, func() { t.Error("stuck") }, Config{})
	for i := range 25 {
		p.Show(chatFrame(30+i, "09:59"))
		term.WaitForText(t, 5*time.Second, fmt.Sprintf("message %d,", 30+i))
	}
	if err := p.Close(true, "The room burned out."); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(term.Text()); got != "The room burned out." || strings.Join(term.Scrollback(), "") != "" || term.AltScreen() {
		t.Errorf("left on the screen is %q, in the scrollback %q", got, term.Scrollback())
	}
	// Nor on the alternate screen, which some terminals let people look at.
	fmt.Fprint(term, "\x1b[?1047h")
	if got := strings.TrimSpace(term.Text()); got != "" {
		t.Errorf("left on the alternate screen is %q", got)
	}
}

func TestManyMayUseAPainterAtOnce(t *testing.T) {
	term := uitest.New(80, 24)
	defer term.Close()
	p := New(term, func() { t.Error("stuck") }, Config{})
	var users sync.WaitGroup
	for i := range 8 {
		users.Go(func() {
			for n := range 200 {
				p.Show(chatFrame(100+n, fmt.Sprintf("%02d:%02d", i, n%60)))
				p.Emit("\a")
				p.Redraw()
			}
		})
	}
	users.Wait()
	p.Show(chatFrame(999, "00:01"))
	term.WaitForText(t, 5*time.Second, "message 999")
	full := uitest.New(80, 24)
	defer full.Close()
	full.Write(new(screen).paint(nil, chatFrame(999, "00:01")))
	if diff := uitest.Difference(term, full); diff != "" {
		t.Error(diff)
	}
	if err := p.Close(true, ""); err != nil {
		t.Error(err)
	}
}
