//go:build linux

package sshapp_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"wick/sshapp/sshtest"
	"wick/sshapp/ui/uitest"
)

// The screens of those who watch: tall, and one of them of another width, so
// that nothing drawn for it can be shared with the one who clears.
const (
	clearWidth  = 80
	clearHeight = 60
	clearNewest = 30 // rows that have to be the same, from the last on
)

// clears is one member who clears the screen again and again, while others come,
// go and speak: it is that member's screen alone.
func clears() row {
	var room string
	var watchers [2]*uitest.Terminal
	return row{
		name: "clear by one",
		setup: func(ctx context.Context, w *siege) (err error) {
			if room, _, err = w.converse(ctx, "+1h+256p", 4); err != nil {
				return err
			}
			for i := range watchers {
				if watchers[i], _, err = w.watcher(ctx, room, clearWidth+i, i); err != nil {
					return err
				}
			}
			return nil
		},
		attack: func(ctx context.Context, s *source) {
			s.several(2, func(i int, dice *rand.Rand) {
				if i == 0 {
					s.clear(ctx, room)
				} else {
					s.comeAndGo(ctx, room)
				}
			})
		},
		after: func(ctx context.Context, w *siege) error {
			if a := w.command(ctx, honestAddr(105), room, "post the last word"); a.Status != 0 {
				return fmt.Errorf("speaking: status %d, %q", a.Status, a.Err)
			}
			w.alike(ctx, "the last word", watchers[0], watchers[1])
			return w.clearsInRuns(ctx)
		},
	}
}

// watcher is the screen of somebody honest in a room, and the session on it.
func (w *siege) watcher(ctx context.Context, room string, width, n int) (*uitest.Terminal, *sshtest.Session, error) {
	screen := uitest.New(width, clearHeight)
	w.t.Cleanup(func() { screen.Close() })
	client, err := sshtest.Connect(ctx, visitorAddr, w.server.addr, room, w.key(uint64(910+n)))
	if err != nil {
		return nil, nil, err
	}
	s, err := sshtest.Start(client, sshtest.Options{Pty: sshtest.Pty(uint32(width), clearHeight), Stdout: screen})
	if err != nil {
		return nil, nil, err
	}
	return screen, s, s.SeesText(ctx, "kept 3.")
}

// clearsInRuns has people come and go one after the other, and two members clear
// their screens at the same moment between that: one of them shares what is
// drawn with somebody who does not clear, the other with nobody. So do two who
// do not clear.
func (w *siege) clearsInRuns(ctx context.Context) error {
	const rounds = 4
	room, people, err := w.converse(ctx, "+1h+256p", 4)
	if err != nil {
		return err
	}
	const keeps, clears, clearsAlone, keepsAlone = 0, 1, 2, 3
	var screens [4]*uitest.Terminal
	var sessions [4]*sshtest.Session
	for i, width := range []int{clearWidth, clearWidth, clearWidth + 1, clearWidth + 2} {
		if screens[i], sessions[i], err = w.watcher(ctx, room, width, 10+i); err != nil {
			return err
		}
	}
	dice := w.dice(77)
	for round := range rounds {
		left, err := w.passBy(ctx, screens[keeps], room, 1+dice.IntN(2))
		if err != nil {
			return err
		}
		for _, i := range []int{clears, clearsAlone} {
			// Both clear the same events.
			waitFor(ctx, func() bool { return newestRow(screens[i]) == left })
			if err := sessions[i].Types("/clear\r"); err != nil {
				return err
			}
			waitFor(ctx, func() bool { return newestRow(screens[i]) == "" })
		}
		if _, err := w.passBy(ctx, screens[keeps], room, 1+dice.IntN(2)); err != nil {
			return err
		}
		// A run that ends in the middle of a stay.
		client, err := sshtest.Connect(ctx, visitorAddr, w.server.addr, room)
		if err != nil {
			return err
		}
		defer client.Close()
		if _, err = sshtest.Start(client, sshtest.Options{Command: "follow"}); err != nil {
			return err
		}
		if !waitFor(ctx, func() bool { return strings.HasSuffix(newestRow(screens[keeps]), " came in") }) {
			return errors.New("nobody is seen to come in")
		}
		text := fmt.Sprintf("round %d.", round)
		if err := people[0].Types(text + "\r"); err != nil {
			return err
		}
		w.alike(ctx, text, screens[clears], screens[clearsAlone])
		w.alike(ctx, text, screens[keeps], screens[keepsAlone])
	}
	return nil
}

// passBy has somebody new enter and leave a room n times, and waits until a screen
// shows it. It returns the row of the last who left: that is never folded.
func (w *siege) passBy(ctx context.Context, screen *uitest.Terminal, room string, n int) (left string, err error) {
	for range n {
		before := newestRow(screen)
		client, err := sshtest.Connect(ctx, visitorAddr, w.server.addr, room)
		if err != nil {
			return "", err
		}
		a := sshtest.Run(ctx, client, "follow --for 1ms", "")
		client.Close()
		if a.Status != 0 {
			return "", fmt.Errorf("passing by: status %d, %q", a.Status, a.Err)
		}
		if !waitFor(ctx, func() bool {
			left = newestRow(screen)
			return left != before && strings.HasSuffix(left, " left")
		}) {
			return "", fmt.Errorf("nobody is seen to leave; the newest row is %q", left)
		}
	}
	return left, nil
}

// alike checks that two screens show the same once both show a text.
func (w *siege) alike(ctx context.Context, text string, one, other *uitest.Terminal) {
	var rows, others []string
	same := waitFor(ctx, func() bool {
		rows, others = newestRows(one), newestRows(other)
		return strings.Contains(strings.Join(rows, "\n"), text) && slices.Equal(rows, others)
	})
	if !same {
		w.fault("two screens of the same differ after %q:\n%s\n-- and:\n%s", text, strings.Join(rows, "\n"), strings.Join(others, "\n"))
	}
}

// waitFor polls until ok holds, for as long as a screen may take, and reports
// whether it does.
func waitFor(ctx context.Context, ok func() bool) bool {
	const drawn = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, drawn)
	defer cancel()
	for !ok() {
		if pause(ctx, 20*time.Millisecond); ctx.Err() != nil {
			return false
		}
	}
	return true
}

// newestRows are the newest of the transcript on a screen, without what stands
// around it.
func newestRows(s *uitest.Terminal) (rows []string) {
	const header, footer = 2, 3
	all := s.Screen()
	for _, row := range all[header : len(all)-footer] {
		if row = strings.TrimSpace(row); row != "" {
			rows = append(rows, row)
		}
	}
	return rows[max(len(rows)-clearNewest, 0):]
}

// newestRow is the last of them, or "".
func newestRow(s *uitest.Terminal) string {
	rows := newestRows(s)
	if len(rows) == 0 {
		return ""
	}
	return rows[len(rows)-1]
}

// clear clears the screen of a member as often as somebody can type it.
func (s *source) clear(ctx context.Context, room string) {
	p := s.enter(ctx, room, s.key(901), sshtest.Options{Pty: sshtest.Pty(clearWidth, clearHeight), Discard: true})
	if p == nil {
		return
	}
	defer p.Client.Close()
	every(ctx, keyPace/2, func(int) bool {
		err := p.Types("/clear\r")
		s.count(err == nil)
		return err == nil
	})
}

// comeAndGo enters and leaves a few times and says something, again and again.
func (s *source) comeAndGo(ctx context.Context, room string) {
	const runs = 4
	for n := 0; ctx.Err() == nil; n++ {
		command := "follow --for 1ms"
		if n%runs == runs-1 {
			command = fmt.Sprintf("post turn %d.", n)
		}
		client, err := sshtest.Connect(ctx, s.addr, s.server.addr, room)
		if err != nil {
			s.count(false)
			pause(ctx, refusedPause)
			continue
		}
		a := sshtest.Run(ctx, client, command, "")
		client.Close()
		if s.count(a.Status == 0); a.Status != 0 {
			pause(ctx, refusedPause)
		}
	}
}
