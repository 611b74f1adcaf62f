package sshapp

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"wick/keys"
	"wick/rooms/memory"
	"wick/sshapp/sshtest"
)

// atBothSizes runs a test for a person at a usual terminal and at a small one,
// with the room to themselves.
func atBothSizes(t *testing.T, test func(t *testing.T, p *person, addr string)) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {40, 12}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			store := memory.New(memory.Config{})
			t.Cleanup(func() { store.Close() })
			addr, _ := startApp(t, store, keys.NewSecret(), Config{})
			p := join(t, addr, "new+1h", size[0], size[1])
			p.sees("❯")
			test(t, p, addr)
		})
	}
}

func (p *person) small() bool { return len(p.screen.Screen()) < 24 }

// friend joins the room that p is in, at a usual terminal.
func (p *person) friend(addr string) *person {
	p.t.Helper()
	f := join(p.t, addr, p.room(), 80, 24)
	f.sees("2/8")
	p.sees("2/8")
	return f
}

// seesAll waits until the screen, read as one line, has all parts.
func (p *person) seesAll(parts ...string) {
	p.t.Helper()
	p.screen.WaitFor(p.t, sshtest.Patience, func(s string) bool {
		for _, part := range parts {
			if !strings.Contains(unspaced(s), unspaced(part)) {
				return false
			}
		}
		return true
	})
}

// seesRows waits until the rows stand on the screen, one below the other.
func (p *person) seesRows(rows ...string) {
	p.t.Helper()
	p.sees(strings.Join(rows, "\n"))
}

const (
	keyUp    = "\x1b[A"
	keyDown  = "\x1b[B"
	keyPgUp  = "\x1b[5~"
	keyHome  = "\x1b[H"
	keyEnd   = "\x1b[F"
	wheelUp  = "\x1b[<64;5;5M"
	wheelDn  = "\x1b[<65;5;5M"
	altEnter = "\x1b\r"
	ctrlJ    = "\n"
	panicKey = "\x1c"
)

func TestMessageOfSeveralLines(t *testing.T) {
	atBothSizes(t, func(t *testing.T, p *person, addr string) {
		f := p.friend(addr)
		p.types("one" + altEnter + "two" + ctrlJ + "three" + altEnter + "four")
		rows := []string{" ❯ one", "   two", "   three", "   four"}
		if p.small() { // a quarter of the screen
			rows = []string{" ↑ two", "   three", "   four"}
		}
		p.seesRows(rows...)
		p.types("\r")
		f.seesAll("one two three four")
		p.seesRows(" ❯")
		// A paste comes whole, and is not sent by its line ends.
		pasted := "begin\r\n" + strings.Repeat("word ", 100) + "\rend\r"
		p.types("\x1b[200~" + pasted + "\x1b[201~")
		p.sees("   end")
		p.types("\x7f\r") // less the last line end
		f.sees("end")
		f.seesAll("begin" + strings.Repeat("word ", 100) + "end")
	})
}

func TestArrowsRecallSentMessages(t *testing.T) {
	atBothSizes(t, func(t *testing.T, p *person, _ string) {
		p.says("first")
		p.says("second")
		p.types("a draft")
		p.sees("❯ a draft")
		p.types(keyUp)
		p.sees("❯ second")
		p.types(keyUp)
		p.sees("❯ first")
		p.types(keyDown + keyDown)
		p.sees("❯ a draft")
		// Emacs: the start, over a word, cut the rest, put it back in front.
		p.types("\x01\x1bf\x0b")
		p.sees("❯ a")
		p.types("\x01\x19.")
		p.sees("❯  draft.a")
	})
}

func TestTabCompletesNamesAndCommands(t *testing.T) {
	atBothSizes(t, func(t *testing.T, p *person, addr string) {
		f := p.friend(addr)
		f.says("/nick zebra")
		p.seesAll("is now zebra")
		p.types("ZE\t")
		p.sees("❯ zebra:")
		p.types("hi\r")
		f.sees("zebra: hi")
		p.types("/th\tco\t")
		p.sees("❯ /theme contrast")
		p.types("\x15/\t")
		p.sees(" ‹/admit› /bell  /burn  /clear")
	})
}

func TestDraftSurvivesResizes(t *testing.T) {
	atBothSizes(t, func(t *testing.T, p *person, _ string) {
		p.types("a draft of\nseveral\nlines")
		p.sees("   lines")
		for _, size := range [][2]int{{30, 8}, {100, 30}, {18, 5}, {80, 24}} {
			p.resize(size[0], size[1])
			p.sees("lines")
		}
		p.seesRows(" ❯ a draft of", "   several", "   lines")
	})
}

func TestComposerShowsTheLengthNearTheLimit(t *testing.T) {
	atBothSizes(t, func(t *testing.T, p *person, _ string) {
		p.types("\x1b[200~" + strings.Repeat("x", 1700) + "\x1b[201~")
		p.sees("1700/2000")
		p.types("\x1b[200~" + strings.Repeat("x", 400) + "\x1b[201~")
		p.sees("+100 2000/2000")
		p.seesAll("longer than 2000 characters")
	})
}

func TestTheTranscriptScrolls(t *testing.T) {
	atBothSizes(t, func(t *testing.T, p *person, addr string) {
		f := p.friend(addr)
		if !p.screen.Mode(ansi.ModeMouseNormal) || !p.screen.Mode(ansi.ModeMouseExtSgr) {
			t.Error("the wheel is not asked for")
		}
		for i := range 30 {
			f.says(message(i))
			p.sees(message(i)) // or more would wait than a session sends
		}
		p.types(strings.Repeat(wheelUp, 3))
		p.sees("↓ PgDn")
		p.seesNoMore("m29")
		f.says("news")
		p.sees("↓ 1 new below, PgDn")
		p.types(strings.Repeat(wheelDn, 9))
		p.sees("news")
		p.types(keyHome)
		p.sees("came in")
		p.types(keyEnd)
		p.sees("news")
		p.types(keyPgUp + "\x1b[1;5H") // Ctrl-Home
		p.sees("came in")
		p.types("\x1b[1;5F")
		p.sees("news")
		p.says("/mouse off")
		p.sees("The mouse selects text as usual")
		if p.screen.Mode(ansi.ModeMouseNormal) || p.screen.Mode(ansi.ModeMouseExtSgr) {
			t.Error("the wheel is still asked for")
		}
		p.says("/mouse on")
		p.sees("The wheel scrolls")
		p.says("/clear")
		p.seesNoMore("news")
		p.says("/leave")
		p.leaves()
		if p.screen.Mode(ansi.ModeMouseNormal) || p.screen.Mode(ansi.ModeMouseExtSgr) {
			t.Error("the wheel is asked for after the end")
		}
		f.sees("news")
	})
}

// styled checks that something like the pattern was sent, with its SGR.
func (p *person) styled(pattern string) {
	p.t.Helper()
	if raw := p.Out.String(); !regexp.MustCompile(pattern).MatchString(raw) {
		p.t.Errorf("nothing like %s was sent", pattern)
	}
}

func TestMarksLinksAndEmojiAreShown(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 2)
		for _, size := range [][2]int{{80, 24}, {40, 12}} {
			p := join(t, addrs[0], "new", size[0], size[1])
			f := join(t, addrs[1], p.room(), size[0], size[1])
			f.sees("2/8")
			p.says("is **bold** and *slanted* `code` :tada\t 漢字 שלום")
			f.seesAll("is **bold** and *slanted* `code` 🎉 漢字 שלום")
			f.styled(`\x1b\[1mbold\x1b\[0m`)
			f.styled(`\x1b\[3mslanted\x1b\[0m`)
			f.styled(`\x1b\[[0-9;]+mcode\x1b\[0m`)
			const url = "https://example.org/a/long/way/from/here/to/there"
			p.says("see " + url + ".")
			f.seesAll("see " + url + ".")
			// One link, however many rows show it.
			links := regexp.MustCompile(`\x1b\]8;(id=[0-9a-f]+);(http[^\x1b]*)\x1b\\`).FindAllStringSubmatch(f.Out.String(), -1)
			if len(links) == 0 {
				t.Fatal("no link was sent")
			}
			for _, l := range links {
				if l[2] != url || l[1] != links[0][1] {
					t.Errorf("the link is %q", l)
				}
			}
			p.says("```" + ctrlJ + "if x {" + ctrlJ + "    y()" + ctrlJ + "}" + ctrlJ + "```")
			f.sees("        y()")
			p.says("/me waves to :earth_africa\t")
			f.screen.WaitFor(t, sshtest.Patience, regexp.MustCompile(` \* \S+\s+waves to 🌍`).MatchString)
			f.sees("```")
			f.says("/leave")
			f.leaves()
		}
	})
}

func TestThemesAndTerminalsWithoutColour(t *testing.T) {
	atBothSizes(t, func(t *testing.T, p *person, addr string) {
		p.says("hello")
		p.sees("hello")
		p.styled(`\x1b\[38;5;214m❯`) // dark
		p.says("/theme light")
		p.screen.WaitFor(t, sshtest.Patience, func(string) bool { return strings.Contains(p.Out.String(), "\x1b[38;5;130m❯") })
		p.says("/theme contrast")
		p.screen.WaitFor(t, sshtest.Patience, func(string) bool { return regexp.MustCompile(`\x1b\[[14;]+m❯`).MatchString(p.Out.String()) })

		room, terminal := p.room(), sshtest.Pty(80, 24)
		if p.small() {
			terminal = sshtest.Pty(40, 12)
		}
		on := func(term string, env ...sshtest.Variable) *person {
			terminal.Term = term
			return sit(t, sshtest.Dial(t, addr, room), terminal, env...)
		}
		plain, asked := on("vt100"), on("xterm-256color", sshtest.Variable{Name: "NO_COLOR", Value: "1"})
		rich := on("xterm-256color", sshtest.Variable{Name: "COLORTERM", Value: "truecolor"}, sshtest.Variable{Name: "COLORFGBG", Value: "0;15"})
		few := on("linux")
		p.sees("5/8")
		p.says("look at **this** https://example.org")
		for _, q := range []*person{plain, asked} {
			q.seesAll("look at **this** https://example.org")
			if sgr := regexp.MustCompile(`\x1b\[[0-9;]+m|\x1b\]8`).FindString(q.Out.String()); sgr != "" {
				t.Errorf("without colours %q was sent", sgr)
			}
		}
		rich.seesAll("look at **this** https://example.org")
		rich.styled(`\x1b\[38;2;[0-9;]+m❯`)
		few.seesAll("look at **this** https://example.org")
		few.styled(`\x1b\[9[0-9]m❯`)
		if raw := few.Out.String(); strings.Contains(raw, "\x1b[38;") || strings.Contains(raw, "\x1b]8") {
			t.Error("a console was sent more than 16 colours, or a link")
		}
	})
}

func TestPanicKeyBlanksTheScreen(t *testing.T) {
	atBothSizes(t, func(t *testing.T, p *person, addr string) {
		f := p.friend(addr)
		room := p.room()
		f.says("a secret")
		p.sees("a secret")
		p.types("a draft" + panicKey)
		p.screen.WaitFor(t, sshtest.Patience, func(s string) bool { return strings.TrimSpace(s) == "" })
		p.screen.WaitFor(t, sshtest.Patience, func(string) bool { return !strings.Contains(p.screen.Title(), room) })
		before := len(p.Out.String())
		f.says("another secret")
		f.sees("another secret")
		p.types("lost" + panicKey)
		p.seesAll("another secret", "❯ a draft")
		if sent := p.Out.String()[before:]; strings.Contains(sent, "lost") || !strings.Contains(p.screen.Title(), room) {
			t.Errorf("brought back with title %q", p.screen.Title())
		}
		p.types(panicKey)
		p.screen.WaitFor(t, sshtest.Patience, func(s string) bool { return strings.TrimSpace(s) == "" })
		f.says("/destroy")
		f.sees("Type y")
		f.types("y")
		if status := p.leaves(); status != 0 {
			t.Errorf("exit status %d", status)
		}
		if text := strings.TrimSpace(p.screen.Text()); text != "" || strings.Contains(p.screen.Title(), room) {
			t.Errorf("left on the screen: %q, title %q", text, p.screen.Title())
		}
	})
}
