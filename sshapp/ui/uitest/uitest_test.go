package uitest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWaitForSeesWhatIsWrittenLater(t *testing.T) {
	term := New(20, 3)
	defer term.Close()
	go func() {
		for i := range 100 {
			fmt.Fprintf(term, "\x1b[Hline %d", i)
		}
	}()
	if screen := term.WaitForText(t, 5*time.Second, "line 99"); screen != "line 99\n\n\n" {
		t.Errorf("the screen is %q", screen)
	}
	go term.Resize(10, 2)
	term.WaitFor(t, 5*time.Second, func(screen string) bool { return strings.Count(screen, "\n") == 2 })
}

func TestTheTerminalAnswersQuestionsWithoutHoldingUpWrites(t *testing.T) {
	term := New(20, 3)
	defer term.Close()
	for range 100 {
		fmt.Fprint(term, "\x1b[6n\x1b[c")
	}
	fmt.Fprint(term, "世界 \x1b[31me\x1b[m  \r\n\r\nend")
	if got, want := term.Screen(), []string{"世界 e", "", "end"}; !slices.Equal(got, want) {
		t.Errorf("the screen is %q, want %q", got, want)
	}
	fmt.Fprint(term, "\n")
	if got, want := term.Scrollback(), []string{"世界 e"}; !slices.Equal(got, want) {
		t.Errorf("the scrollback is %q, want %q", got, want)
	}
}

func TestDifferenceFindsWhatCanBeSeen(t *testing.T) {
	show := func(text string) *Terminal {
		term := New(20, 3)
		t.Cleanup(func() { term.Close() })
		fmt.Fprint(term, text)
		return term
	}
	const text = "\x1b[?25l\x1b[1;31mhello\x1b[m"
	if a, b := show(text), show("\x1b[?25l\x1b[31m\x1b[1mhello\x1b[0m   \x1b[H"); !Equal(a, b) {
		t.Errorf("what looks the same differs: %s", Difference(a, b))
	}
	if a, b := show("e\u0301"), show("e\u0301\x1b[2G\x1b[K\x1b[2G"); !Equal(a, b) {
		t.Errorf("a mark in a cell of its own is seen: %s", Difference(a, b))
	}
	if Equal(show("e\u0301\x1b[3G"), show("ex\x1b[3G")) {
		t.Error("a letter is not told apart from a mark")
	}
	for _, other := range []string{
		"\x1b[?25l\x1b[1;31mhallo\x1b[m",
		"\x1b[?25l\x1b[1;32mhello\x1b[m",
		"\x1b[?25l\x1b[1;31m\x1b]8;id=1;https://a.example\x1b\\hello\x1b]8;;\x1b\\\x1b[m",
		"\x1b[1;31mhello\x1b[m",
		"\x1b]2;title\a" + text,
		"\x1b[?1049h" + text,
	} {
		if Equal(show(text), show(other)) {
			t.Errorf("%q is not told apart", other)
		}
	}
	a, b := show("hello\x1b[2;2H"), show("hello\x1b[2;3H")
	if Equal(a, b) {
		t.Error("the cursor is not told apart")
	}
	b.Resize(20, 4)
	if Equal(a, b) {
		t.Error("the size is not told apart")
	}
}
