package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/slash"
)

// FuzzCommands types any line and hits Enter. The line is sent, exactly as the room keeps
// it; or it was a command, which sends nothing; or it is back in the composer,
// and a sentence says why.
func FuzzCommands(f *testing.F) {
	for _, s := range []string{
		"hello", "//help me", "/", "//", "/help", "/HELP", "/who", "/share", "/nick zoë", "/nick", "/nick admin", "/nick bob", "/nick ВоЬ", "/nick \x1b[2J",
		"/ttl 5m", "/ttl 5h", "/ttl 1s", "/ttl -5m", "/ttl", "/destroy", "/destroy now", "/leave", "/quit", " /leave ", "/leave\n", "\t/ttl 20s\n",
		"/nope", "／msg bob pw", " /MSG\u3000@bob pw", "\\msg bob pw", "\u200b//x", "a\nb\n/leave", "\u202e/leave", "/\u200bleave", "\u3164", "/me waves", "/me ", "/me", "//me waves", "///me waves", "///", ":tada: `:tada:`", "/theme light", "/mouse", "/mouse sideways", "/clear", "/help keys", "/plain", "/clock quiet", "/clock x",
		strings.Repeat("漢", rooms.MaxText+1), "/" + strings.Repeat("x", rooms.MaxText),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, cfgFast, nil)
			s := w.chat(Config{})
			bob := w.enter(s.member.State().Room.Name, "bob")
			s.send(runes(text))
			typed, before := s.typed(), s.told()
			s.send(hit(tea.KeyEnter))
			later(time.Second)

			said := bob.Since(0).Events
			var texts []string
			for _, e := range said {
				if e.Kind == rooms.Message {
					texts = append(texts, string(e.Text))
				}
			}
			select {
			case <-s.done:
				if !slash.IsCommand(typed) || len(texts) != 0 || s.ends().Status != 0 {
					t.Fatalf("%q ended the session, and said %q", typed, texts)
				}
				return
			default:
			}
			checkPaintable(t, s.frame())
			alias := s.member.State().You.Alias
			if again, err := rooms.ParseAlias(alias); again != alias || err != nil || rooms.FoldAlias(alias) == rooms.FoldAlias("bob") {
				t.Fatalf("after %q the name is %q", typed, alias)
			}
			rest, told := s.typed(), s.told()
			command := slash.IsCommand(typed)
			switch {
			case command && (len(texts) != 0 || rest != ""):
				t.Fatalf("the command %q said %q, and left %q", typed, texts, rest)
			case command:
			case len(texts) == 1:
				if rest != "" || texts[0] != string(rooms.Keep(slash.Message(typed))) {
					t.Fatalf("%q was said as %q, and %q is left", typed, texts, rest)
				}
			case len(texts) != 0:
				t.Fatalf("%q said %q", typed, texts)
			case rest != "":
				if rest != typed || told == before {
					t.Fatalf("%q is left of %q, with %d new notes", rest, typed, told-before)
				}
			case strings.TrimSpace(typed) != "":
				t.Fatalf("%q is gone, and was not said", typed)
			}
		})
	})
}

// told returns how many notes this session has seen.
func (s *session) told() (n uint64) {
	s.t.Helper()
	s.inspect(func(m *model) {
		if c, ok := m.screen.(*chat); ok {
			n = c.log.first + uint64(len(c.log.notes))
		}
	})
	return n
}
