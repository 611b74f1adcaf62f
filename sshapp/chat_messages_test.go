package sshapp

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"wick/keys"
	"wick/sshapp/sshtest"
)

// What people do with each other, at both sizes, across two servers.

func onStoresAtBothSizes(t *testing.T, test func(t *testing.T, start wicks, width, height int)) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {40, 12}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			onStores(t, func(t *testing.T, start wicks) { test(t, start, size[0], size[1]) })
		})
	}
}

// shows waits until the screen has the text, wherever its lines break.
func (p *person) shows(text string) {
	p.t.Helper()
	p.screen.WaitFor(p.t, sshtest.Patience, func(s string) bool {
		return strings.Contains(unspaced(strings.ReplaceAll(s, "│", "")), unspaced(text))
	})
}

// looksBack scrolls up until each of the texts was on the screen, the lowest first,
// and down again.
func (p *person) looksBack(texts ...string) {
	p.t.Helper()
	p.sees("❯")
	for _, text := range texts {
		looks := 0
		sshtest.Eventually(p.t, "it shows "+text, func() bool {
			if looks++; looks%20 == 0 { // give the screen time to follow
				p.types("\x1b[1;5A") // Ctrl-up
			}
			return strings.Contains(unspaced(strings.ReplaceAll(p.screen.Text(), "│", "")), unspaced(text))
		})
	}
	p.types(strings.Repeat("\x1b[6~", 9))
}

// takes changes the alias of the person to one that fits into a narrow header.
func (p *person) takes(alias string) {
	p.t.Helper()
	p.says("/nick " + alias)
	p.sees(alias + " (you)")
}

// never checks that none of the bytes that came to the person held the text.
func (p *person) never(text string) {
	p.t.Helper()
	if strings.Contains(p.Out.String(), text) {
		p.t.Errorf("a terminal was sent %q:\n%s", text, p.screen.Text())
	}
}

func TestDirectMessagesReachOnlyTheirRecipient(t *testing.T) {
	onStoresAtBothSizes(t, func(t *testing.T, start wicks, width, height int) {
		addrs, _ := start(t, 2)
		key, _ := sshtest.NewKey(t)
		ann := join(t, addrs[0], "new", width, height)
		room, annAlias := ann.room(), "ann"
		ann.takes(annAlias)
		bob := join(t, addrs[1], room, width, height, key)
		const bobAlias = "bob"
		bob.takes(bobAlias)
		eve := join(t, addrs[1], room, width, height)
		eve.sees(" 3/")
		ann.sees(" 3/")

		ann.says("/msg " + strings.ToUpper(bobAlias) + " psst")
		ann.shows(annAlias + " → " + bobAlias + " (direct) psst")
		bob.shows(annAlias + " → you (direct) psst")
		bob.says("/msg " + annAlias + " whisper")
		ann.shows(bobAlias + " → you (direct) whisper")
		bob.says("m1") // to all, and after that
		for _, p := range []*person{ann, bob, eve} {
			p.sees("m1")
		}
		// An unknown recipient is refused, and ↑ brings the line back.
		ann.says("/msg nobody-there psst")
		ann.shows("Nobody has that name.")
		ann.types(keyUp)
		ann.shows("❯ /msg nobody-there psst")
		ann.types("\x15")
		ann.says("/msg " + annAlias + " psst")
		ann.shows("That is you.")
		ann.types("\x15/msg\r")
		ann.shows("Say who and what")

		// The same holds for newcomers and for people who return.
		bob.types("\x03")
		bob.leaves()
		late := join(t, addrs[0], room, width, height)
		late.looksBack("m1")
		again := join(t, addrs[1], room, width, height, key)
		again.looksBack("m1", "whisper", annAlias+" → you (direct) psst")
		for _, p := range []*person{eve, late} {
			p.never("psst")
			p.never("whisper")
			p.never("direct")
		}
	})
}

func TestBurningMessagesAreHiddenAndThenGone(t *testing.T) {
	onStoresAtBothSizes(t, func(t *testing.T, start wicks, width, height int) {
		addrs, _ := start(t, 2)
		ann := join(t, addrs[0], "new", width, height)
		room := ann.room()
		bob := join(t, addrs[1], room, width, height)
		eve := join(t, addrs[0], room, width, height)
		eve.sees(" 3/")
		ann.sees(" 3/")
		ann.says("/burn 5s swordfish")
		ann.shows("swordfish (burns 5s after the first look)")
		for _, p := range []*person{bob, eve} {
			p.shows("▒▒▒ burns 5s after the first look: Ctrl-R shows it")
			p.never("swordfish")
		}
		looked := time.Now()
		bob.types("\x12") // Ctrl-R
		bob.shows("swordfish (burns at")
		eve.says("/reveal")
		eve.shows("swordfish (burns at")
		dan := join(t, addrs[1], room, width, height)
		dan.looksBack("Ctrl-R shows it")
		for _, p := range []*person{ann, bob, eve, dan} {
			p.shows("▒▒▒ burned")
			p.seesNoMore("swordfish")
		}
		// The server reckons the time of Redis to within some milliseconds.
		if after := time.Since(looked); after < 5*time.Second-100*time.Millisecond {
			t.Errorf("gone after %v", after)
		}
		dan.never("swordfish")
		late := join(t, addrs[1], room, width, height)
		late.looksBack("▒▒▒ burned")
		late.says("/reveal")
		late.shows("There is nothing hidden here.")
		late.never("swordfish")
		late.types("\x15/burn 1s x\r")
		late.shows("A message burns 5s to 1h")
		late.types("\x15")
		late.says("m1")
		for _, p := range []*person{ann, bob, eve, dan, late} {
			p.sees("m1")
		}
	})
}

func TestWhoIsTypingIsShown(t *testing.T) {
	onStoresAtBothSizes(t, func(t *testing.T, start wicks, width, height int) {
		addrs, _ := start(t, 2)
		ann := join(t, addrs[0], "new", width, height)
		room, annAlias := ann.room(), "ann"
		ann.takes(annAlias)
		bob := join(t, addrs[1], room, width, height)
		bob.sees(" 2/")
		ann.sees(" 2/")
		ann.types("hel")
		bob.sees(annAlias + " is typing…")
		ann.says("lo m1")
		bob.sees("hello m1")
		bob.seesNoMore("is typing")
		// A command is nobody's business, and nor is what is not gone on with.
		bob.types("/msg " + annAlias + " he")
		ann.types("m2")
		bob.sees("is typing…")
		bob.seesNoMore("is typing")
		ann.never("is typing")
	})
}

// unfocused makes the terminal report that it lost the focus, or got it back.
func (p *person) unfocused(away bool) {
	p.t.Helper()
	if !strings.Contains(p.Out.String(), "\x1b[?1004h") {
		p.t.Error("the terminal was not asked to tell of its focus")
	}
	p.types(map[bool]string{true: "\x1b[O", false: "\x1b[I"}[away])
}

func (p *person) titled(title string) {
	p.t.Helper()
	p.screen.WaitFor(p.t, sshtest.Patience, func(string) bool { return p.screen.Title() == title })
}

func TestMentionsNotify(t *testing.T) {
	onStoresAtBothSizes(t, func(t *testing.T, start wicks, width, height int) {
		addrs, _ := start(t, 2)
		ann := join(t, addrs[0], "new", width, height)
		room, annAlias := ann.room(), "ann"
		ann.takes(annAlias)
		bob := join(t, addrs[1], room, width, height)
		bob.sees(" 2/")
		ann.sees(" 2/")
		const notified = "\x1b]9;wick: you were mentioned\a"

		bob.says("nothing to do with " + annAlias + "s, m1")
		ann.sees("m1")
		if n := ann.screen.Bells(); n != 0 {
			t.Errorf("the bell rang %d times for nothing", n)
		}
		bob.says(strings.ToUpper(annAlias) + ", are you there? m2")
		ann.sees("m2")
		ann.screen.WaitFor(t, sshtest.Patience, func(string) bool { return ann.screen.Bells() == 1 })
		ann.sees("▌")
		ann.never("\x1b]9;") // she is looking
		ann.titled(room + " · wick")

		ann.unfocused(true)
		sshtest.Eventually(t, "two messages are counted while she is away, and not before", func() bool {
			bob.says("m3 m4")
			ann.sees("m3")
			return strings.HasPrefix(ann.screen.Title(), "(") && strings.HasSuffix(ann.screen.Title(), ") "+room+" · wick")
		})
		ann.never("\x1b]9;")
		bob.says("@" + annAlias + ": m5")
		sshtest.Eventually(t, "her desktop is told", func() bool { return strings.Contains(ann.Out.String(), notified) })
		if all := ann.Out.String(); strings.Count(all, "\x1b]9;") != 1 {
			t.Errorf("the desktop was told %d times", strings.Count(all, "\x1b]9;"))
		}
		ann.unfocused(false)
		ann.titled(room + " · wick")
		bob.says("m6")
		ann.sees("m6")
		ann.titled(room + " · wick")

		bob.says("/bell off")
		bob.shows("The bell is off.")
		bells := bob.screen.Bells()
		bob.takes("bob")
		ann.says("hi bob m7")
		bob.sees("m7")
		ann.says("m8")
		bob.sees("m8")
		if n := bob.screen.Bells(); n != bells {
			t.Error("the bell rang although it is off")
		}
		bob.says("/bell all")
		bob.shows("rings for every message")
		ann.says("m9")
		bob.sees("m9")
		bob.screen.WaitFor(t, sshtest.Patience, func(string) bool { return bob.screen.Bells() == bells+1 })
	})
}

func TestRxvtGetsItsOwnNotification(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := join(t, addr, "new", 80, 24)
	room := ann.room()
	terminal := sshtest.Pty(80, 24)
	terminal.Term = "rxvt-unicode-256color"
	bob := sit(t, sshtest.Dial(t, addr, room), terminal)
	bobAlias := bob.alias()
	bob.unfocused(true)
	sshtest.Eventually(t, "the desktop is told in the way of rxvt", func() bool {
		ann.says("psst " + bobAlias)
		bob.sees("psst")
		return strings.Contains(bob.Out.String(), "\x1b]777;notify;wick;you were mentioned\a")
	})
	bob.never("\x1b]9;")
}

func TestArrivalsAndDeparturesShareALine(t *testing.T) {
	onStoresAtBothSizes(t, func(t *testing.T, start wicks, width, height int) {
		addrs, _ := start(t, 2)
		ann := join(t, addrs[0], "new", width, height)
		room := ann.room()
		ann.says("m1")
		ann.sees("m1")
		var all []*person
		for i := range 5 {
			all = append(all, join(t, addrs[i%2], room, 80, 24))
			all[i].sees("  m1\n")
		}
		ann.sees("→ 4 came in")
		for i, p := range all[:3] {
			alias := p.alias()
			p.types("\x03")
			p.leaves()
			ann.sees(fmt.Sprintf(" %d/", 5-i))
			ann.sees("← " + alias + " left")
		}
		ann.sees("→ 5 came in, 2 left")
		_, run, _ := strings.Cut(ann.screen.Text(), "m1\n")
		if strings.Count(run, "came in") != 1 || strings.Count(run, " left") != 2 {
			t.Errorf("those who came and went are\n%s", run)
		}
		// The line scrolls with the rest, and later arrivals begin another one.
		ann.says("m2")
		all[3].sees("  m2\n")
		all[3].types("\x03")
		all[3].leaves()
		ann.sees(" 2/")
		screen := ann.sees("→ 5 came in, 2 left")
		if !before(screen, "2 left", "m2") {
			t.Errorf("the line has moved:\n%s", screen)
		}
		for range 3 {
			ann.types("\x1b[5~")
		}
		ann.sees("Others join with")
		for range 5 {
			ann.types("\x1b[6~")
		}
		ann.sees("m2")
	})
}
