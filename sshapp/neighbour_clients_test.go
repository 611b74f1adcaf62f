package sshapp

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wick/sshapp/sshtest"
)

// street is a room of neighbours who chat. They look at the bytes that come
// rather than at an emulated screen, which costs more than to serve it.
type street struct {
	addr, room string
	all        []*neighbour
	said       []string // in the order in which it was said
}

// neighbour sits at a terminal and notes what is on it.
type neighbour struct {
	w *sshtest.Session

	mu    sync.Mutex
	heard []string // tokens, in the order in which they came first
	knows map[string]bool
	read  int // bytes looked at
}

// lead is how long before Enter a neighbour types: what comes at once could be a paste.
const lead = 20 * time.Millisecond

const tokenLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// tokenSize is short enough that none is written in two parts, see token.
const tokenSize = 8

// token is a word that the painter writes whole over another one: they begin
// differently, and their common end is not worth leaving.
func token(n int) string {
	b := []byte{tokenLetters[n%len(tokenLetters)]}
	for len(b) < tokenSize-1 {
		b = append(b, tokenLetters[rand.IntN(len(tokenLetters))])
	}
	return string(b) + "~"
}

var tokens = regexp.MustCompile(fmt.Sprintf("[a-zA-Z]{%d}~", tokenSize-1))

// newStreet lights a room and seats n neighbours.
func newStreet(t *testing.T, addr string, n int) *street {
	t.Helper()
	s := &street{addr: addr}
	name := "new"
	for i := range n {
		n := &neighbour{w: sshtest.Shell(t, sshtest.Dial(t, addr, name)), knows: map[string]bool{}}
		s.all = append(s.all, n)
		if i == 0 {
			sshtest.Eventually(t, "there is a room", func() bool { name = generated.FindString(n.w.Text()); return name != "" })
			s.room = name
		}
		sshtest.Eventually(t, "a neighbour is in", func() bool { return strings.Contains(n.w.Text(), "Others join with") })
	}
	return s
}

// chat has every neighbour say something within the time, one after the other,
// and returns how long it took from Enter to the screen of the next one.
func (s *street) chat(t *testing.T, within time.Duration) []time.Duration {
	var took []time.Duration
	pause := time.NewTicker(within / time.Duration(len(s.all)))
	defer pause.Stop()
	for i, n := range s.all {
		<-pause.C
		word := token(len(s.said))
		n.w.Types(word)
		s.said = append(s.said, word)
		next := s.all[(i+1)%len(s.all)]
		<-time.After(lead)
		enter := time.Now()
		n.w.Types("\r")
		sshtest.Eventually(t, "the next one sees it", func() bool { return next.hears(word) })
		took = append(took, time.Since(enter))
	}
	return took
}

// hears looks at what came, and reports whether the word did.
func (n *neighbour) hears(word string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	text := n.w.Text()
	for _, m := range tokens.FindAllString(text[max(n.read-tokenSize, 0):], -1) {
		if !n.knows[m] {
			n.knows[m] = true
			n.heard = append(n.heard, m)
		}
	}
	n.read = len(text)
	return n.knows[word]
}

// check makes sure that everybody saw all that was said, in one order, and that
// none of it is in the room twice.
func (s *street) check(t *testing.T) {
	t.Helper()
	last := s.said[len(s.said)-1]
	for i, n := range s.all {
		sshtest.Eventually(t, "everybody saw the last message", func() bool { return n.hears(last) })
		if !slices.Equal(n.heard, s.said) {
			t.Errorf("neighbour %d saw %d messages of %d: %q, said was %q", i, len(n.heard), len(s.said), n.heard, s.said)
		}
	}
	tall := join(t, s.addr, s.room, 80, 190)
	tall.sees(last)
	screen := tokens.FindAllString(tall.screen.Text(), -1)
	if from := len(s.said) - len(screen); from < 0 || !slices.Equal(screen, s.said[from:]) {
		t.Errorf("the room remembers %q, said was %q", screen, s.said)
	}
}
