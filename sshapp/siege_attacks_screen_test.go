//go:build linux

package sshapp_test

import (
	"context"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"wick/sshapp/sshtest"
)

// keyPace is how often somebody at a screen presses a key: ten times a second.
const keyPace = 100 * time.Millisecond

// hugeScreen is the largest terminal that is drawn.
var hugeScreen = sshtest.Pty(500, 200)

// hostilePieces are what costs more to lay out than it looks.
var hostilePieces = []string{
	"**bold** ", "*slanted* ", "`code` ", "_a_", "é́̂̃", "👨‍👩‍👧‍👦", "字", "שלום ", "क्षि", "https://example.org/a/b?c=d ",
	":tada: ", "\u202eabc\u202c", "\u200b\u200d", "ﷺ", "    ", "word ", "``", "**", "T̸̢̛h̷e", "가각", "🇩🇪", "//", "@all ",
}

// hostile is a line of as many characters as a message may have.
func hostile(dice *rand.Rand) string {
	var text []rune
	for len(text) < maxText {
		text = append(text, []rune(hostilePieces[dice.IntN(len(hostilePieces))])...)
	}
	return string(text[:maxText])
}

// screens is a room full of texts that are hard to draw, and screens in it on
// which somebody scrolls, changes the size of the terminal and the theme.
func screens() row {
	return row{name: "screens", attack: func(ctx context.Context, s *source) {
		room := s.roomOf(ctx, "--ttl 30m --seats 64")
		n := 80
		if s.long() {
			n = 200
		}
		s.fill(ctx, room, n, hostile)
		s.several(3, func(i int, dice *rand.Rand) {
			p := s.enter(ctx, room, s.key(uint64(100+i)), sshtest.Options{Pty: hugeScreen, Discard: true})
			if p == nil {
				return
			}
			defer p.Client.Close()
			every(ctx, keyPace, func(n int) bool {
				var err error
				switch i {
				case 0:
					err = p.Types([]string{"\x1b[H", "\x1b[F"}[n%2]) // Home and End
				case 1:
					err = p.Types([]string{"\x1b[5~", "\x1b[5~", "\x1b[6~"}[dice.IntN(3)]) // PgUp and PgDn
				default:
					err = p.Resize(uint32(20+dice.IntN(480)), uint32(8+dice.IntN(192)))
					if err == nil && n%5 == 0 {
						err = p.Types("/theme " + []string{"dark", "light", "contrast"}[dice.IntN(3)] + "\r")
					}
				}
				s.count(err == nil)
				return err == nil
			})
		})
	}}
}

// limitShown is how a screen tells that a draft comes near the limit.
var limitShown = regexp.MustCompile(`(\d[\d,]*)/2,?000`)

// refusals is somebody who says long texts faster than anybody may: what is
// refused is given back to the composer.
func refusals() row {
	var longest atomic.Int64
	return row{
		name: "refused messages given back",
		attack: func(ctx context.Context, s *source) {
			room := s.roomOf(ctx, "--ttl 30m")
			p := s.enter(ctx, room, nil, sshtest.Options{Pty: sshtest.Pty(80, 24), Stdout: onOutput(func(b []byte) {
				for _, m := range limitShown.FindAllSubmatch(b, -1) {
					n, _ := strconv.ParseInt(strings.ReplaceAll(string(m[1]), ",", ""), 10, 64)
					longest.Store(max(longest.Load(), n))
				}
			}), Discard: true})
			if p == nil {
				return
			}
			defer p.Client.Close()
			for ctx.Err() == nil {
				err := p.Types(strings.Repeat("x", 900+s.rand.IntN(maxText-900)) + "\r")
				s.count(err == nil)
				if err != nil {
					return
				}
			}
		},
		after: func(_ context.Context, w *siege) error {
			w.note("the composer held %d characters at most", longest.Load())
			if longest.Load() > 2*maxText {
				w.fault("the composer was given back %d characters, where a message has %d", longest.Load(), maxText)
			}
			return nil
		},
	}
}
