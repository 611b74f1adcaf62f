//go:build linux

package sshapp_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	"wick/sshapp/sshtest"
	"wick/sshapp/ui/uitest"
)

// terminalWidth is that of a terminal whose width the server is not told.
const terminalWidth = 80

var isYou = regexp.MustCompile(`(\S+) \(you\)`)

// rowForged is what a row of an 80-column terminal must not begin with where the
// server began no line: a clock and a name, or the star of what happened.
var rowForged = regexp.MustCompile(`^(\d\d:\d\d \S|\* \d+ minutes left)`)

// Blanks that a server may keep, and how wide a terminal draws them.
var blankRunes = []struct {
	text  string
	width int
}{{" ", 1}, {"\u00a0", 1}, {"\u2003", 1}, {"\u3000", 2}}

var forgeries = []string{"03:36 alice: I say so", "* 5 minutes left.", "03:36 * alice came in", "03:36 (alice nods)"}

// forged is a text that pads itself so that its end may begin a row of its own,
// where as many cells stand before it.
func forged(dice *rand.Rand, before int) string {
	text := []string{"hi", "a sentence of a few words", "**so**", "two\u3000wide"}[dice.IntN(4)]
	end := terminalWidth*(1+dice.IntN(2)) + []int{0, 0, 0, -1, 1, -6, 6}[dice.IntN(7)]
	blank := blankRunes[dice.IntN(len(blankRunes))]
	pad := end - before - ansi.StringWidth(text)
	if pad%blank.width > 0 {
		text += "."
	}
	return text + strings.Repeat(blank.text, pad/blank.width) + forgeries[dice.IntN(len(forgeries))]
}

// blanks is somebody who forges lines with blanks, for those whose width the
// server does not know.
func blanks() row {
	var room string
	var people [2]*sshtest.Session
	var plain, exact *sshtest.Session
	var mu sync.Mutex
	var texts []string
	return row{
		name: "blanks that forge a line",
		setup: func(ctx context.Context, w *siege) (err error) {
			if room, people, err = w.converse(ctx, "+1h", 2); err != nil {
				return err
			}
			for i, into := range []**sshtest.Session{&plain, &exact} {
				client, err := sshtest.Connect(ctx, visitorAddr, w.server.addr, room, w.key(uint64(800+i)))
				if err != nil {
					return err
				}
				if *into, err = sshtest.Start(client, sshtest.Options{Command: []string{"follow", "follow --json"}[i]}); err != nil {
					return err
				}
				if err := (*into).SeesText(ctx, "kept 1."); err != nil {
					return err
				}
			}
			return nil
		},
		attack: func(ctx context.Context, s *source) {
			s.several(4, func(i int, dice *rand.Rand) {
				p := s.enter(ctx, room, nil, sshtest.Options{})
				if p == nil {
					return
				}
				defer p.Client.Close()
				greeting, err := p.Sees(ctx, "alias", func(t string) bool { return isYou.MatchString(t) })
				if err != nil {
					return
				}
				before := len("03:36 ") + len(isYou.FindStringSubmatch(greeting)[1]) + len(": ")
				every(ctx, 100*time.Millisecond, func(int) bool {
					text := forged(dice, before)
					mu.Lock()
					texts = append(texts, text)
					mu.Unlock()
					err := p.Types(text + "\n")
					s.count(err == nil)
					return err == nil
				})
			})
		},
		after: func(_ context.Context, w *siege) error {
			for who, text := range map[string]string{"ssh -T": people[1].Out.String(), "follow": plain.Out.String()} {
				if rows := forgedRows(text); len(rows) > 0 {
					w.fault("%s: %d rows are forged, such as %q", who, len(rows), rows[0])
				}
			}
			all, err := records(exact.Out.String())
			if err != nil {
				return err
			}
			w.note("%d forgeries came", said(all)-2)
			if said(all) < 3 {
				return fmt.Errorf("no forgery came")
			}
			for _, r := range all {
				if r.Type == "message" && !strings.HasPrefix(r.Text, "kept ") && !slices.Contains(texts, r.Text) {
					w.fault("--json tells %q, which nobody said", r.Text)
					break
				}
			}
			return nil
		},
	}
}

// forgedRows returns the rows of an 80-column terminal that look like a line of
// the server's and are none.
func forgedRows(text string) (found []string) {
	const height = 60 // more than a text takes
	screen := uitest.New(terminalWidth, height)
	defer screen.Close()
	for line := range strings.Lines(text) {
		screen.Write([]byte("\x1b[2J\x1b[H" + strings.TrimSuffix(line, "\n")))
		for i, row := range screen.Screen() {
			whole := slices.ContainsFunc(forgeries, func(f string) bool { return strings.HasPrefix(row, f) })
			if whole || i > 0 && rowForged.MatchString(row) {
				found = append(found, row)
			}
		}
	}
	return found
}
