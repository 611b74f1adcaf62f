package sshapp_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

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
				if watchers[i], err = w.watcher(ctx, room, clearWidth+i); err != nil {
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
			if a := w.command(ctx, honestAddr(105), room, "post the last word"); a.status != 0 {
				return fmt.Errorf("speaking: status %d, %q", a.status, a.err)
			}
			var rows [2][]string
			late := time.Now().Add(5 * time.Second)
			for rows[0] == nil || !slices.Equal(rows[0], rows[1]) && time.Now().Before(late) {
				pause(ctx, 50*time.Millisecond)
				for i, s := range watchers {
					rows[i] = newestRows(s)
				}
			}
			if !slices.Equal(rows[0], rows[1]) {
				w.fault("the screens of two who did not clear differ:\n%s\n-- and:\n%s", strings.Join(rows[0], "\n"), strings.Join(rows[1], "\n"))
			}
			return nil
		},
	}
}

// watcher is the screen of somebody honest in a room.
func (w *siege) watcher(ctx context.Context, room string, width int) (*uitest.Terminal, error) {
	screen := uitest.New(width, clearHeight)
	w.t.Cleanup(func() { screen.Close() })
	client, err := connect(ctx, visitorAddr, w.server.addr, room, w.key(uint64(900+width)))
	if err != nil {
		return nil, err
	}
	s, err := open(client, options{terminal: size{uint32(width), clearHeight}, took: func(b []byte, _ int64) { screen.Write(b) }})
	if err != nil {
		return nil, err
	}
	return screen, s.seesText(ctx, "kept 3.")
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

// clear clears the screen of a member as often as somebody can type it.
func (s *source) clear(ctx context.Context, room string) {
	p := s.enter(ctx, room, s.key(901), options{terminal: size{clearWidth, clearHeight}, deaf: true})
	if p == nil {
		return
	}
	defer p.client.Close()
	every(ctx, keyPace/2, func(int) bool {
		err := p.types("/clear\r")
		s.count(err == nil)
		return err == nil
	})
}

// comeAndGo enters and leaves a few times and says something, again and again.
func (s *source) comeAndGo(ctx context.Context, room string) {
	const runs = 4
	for n := 0; ctx.Err() == nil; n++ {
		input := ""
		if n%runs == runs-1 {
			input = fmt.Sprintf("turn %d.\n", n)
		}
		client, err := connect(ctx, s.addr, s.server.addr, room, nil)
		if err != nil {
			s.count(false)
			pause(ctx, refusedPause)
			continue
		}
		a := run(ctx, client, "post", input)
		client.Close()
		if s.count(a.status == 0); a.status != 0 {
			pause(ctx, refusedPause)
		}
	}
}
