package ui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/ui/painter"
)

var update = flag.Bool("update", false, "write the golden screens")

var sizes = []struct{ w, h int }{{80, 24}, {40, 12}, {160, 50}}

// golden compares the screen at every size with those in testdata.
func (s *session) golden(name string) {
	s.t.Helper()
	for _, size := range sizes {
		s.send(tea.WindowSizeMsg{Width: size.w, Height: size.h})
		f := s.frame()
		if f.Width != size.w || f.Height != size.h {
			s.t.Fatalf("a frame of %d×%d on a screen of %d×%d", f.Width, f.Height, size.w, size.h)
		}
		compare(s.t, fmt.Sprintf("%s_%dx%d", name, size.w, size.h), f, "")
	}
}

// tagShown matches a key tag, which differs in every room.
var tagShown = regexp.MustCompile(`\(([2-9]\w{3}|\w[2-9]\w\w|\w\w[2-9]\w)\)`)

func compare(t *testing.T, name string, f painter.Frame, last string) {
	t.Helper()
	checkPaintable(t, f)
	var b strings.Builder
	fmt.Fprintf(&b, "title %q, cursor %d,%d, scrolls %d-%d\n", f.Title, f.CursorX, f.CursorY, f.Top, f.Bottom)
	b.WriteString(tagShown.ReplaceAllString(plainText(f), "(k7f3)") + "\n")
	if last != "" {
		fmt.Fprintf(&b, "last line %q\n", last)
	}
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != b.String() {
		t.Errorf("%s is not what it was; go test -update writes it anew\n--- got\n%s--- want\n%s", path, b.String(), want)
	}
}

func TestLobbyLooksRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		s := w.start(Config{Lobby: Lobby{Offer: "plans", TTL: 30 * time.Minute, Notice: "plans is not burning.", Join: "ssh NAME@chat.example.org"}})
		s.golden("lobby")
	})
}

// A small screen says where the operator's words can be read.
func TestLobbyShowsTheOperatorsWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		s := w.start(Config{
			Words: "Run by the library of Exampleton; be kind.\nImprint and terms of use: https://library.example.org/chat\x1b[31m",
			Lobby: Lobby{TTL: 30 * time.Minute, Notice: "That is a login name, not a room.", Join: "ssh -p 2222 NAME@chat.gardening.example.org"},
		})
		s.golden("lobby_words")
	})
}

// talk fills ana's room with people and messages.
func talk(w *world, s *session) {
	plans := named(w.t, "plans")
	bob := w.enter(plans, "bob")
	zoe := w.enter(plans, "zoë")
	lei := w.enter(plans, "李雷")
	long := w.enter(plans, "a-very-long-name-indeed")
	w.post(bob, "shall we move the release to friday? the build is green since noon, and nobody wants to be on call over the weekend")
	w.post(zoe, "fine with me 👍🏽")
	later(time.Minute)
	w.post(lei, "我可以在星期四准备好所有的文件,然后我们一起检查一遍,看看还有什么遗漏的地方。")
	w.post(bob, "steps:\n1. tag\n2. build\n\n3. announce")
	w.post(long, "https://example.org/a/rather/long/address/that/has/no/spaces/in/it/at/all?and=a&query=too")
	if err := zoe.Rename(w.t.Context(), "zoé"); err != nil {
		w.t.Fatal(err)
	}
	lei.Leave()
	synctest.Wait()
	s.say("friday it is")
	s.send(runes("and one more th"))
}

func TestChatLooksRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		s := w.chat(Config{Notice: "The room is already burning: the options were ignored."})
		talk(w, s)
		s.golden("chat")
	})
}

func TestLastSecondsAndTheEndLookRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		s := w.chat(Config{})
		talk(w, s)
		later(8*time.Minute + 15*time.Second)
		s.golden("last_minute")
		later(38 * time.Second)
		s.golden("last_seconds")
		later(7 * time.Second)
		o := s.ends()
		compare(t, "end", s.frame(), o.Line)
		if !o.Wipe || o.Status != 0 {
			t.Errorf("the outcome is %+v", o)
		}
	})
}
