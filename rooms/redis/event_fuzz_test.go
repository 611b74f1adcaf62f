package redis

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"wick/rooms"
)

// rawEvent is what event in prelude.lua makes.
func rawEvent(kind byte, n uint64, epoch string, ms int64, seat, body []byte) string {
	return fmt.Sprintf("%c%d:%s:%d:%d:%s%s", kind, n, epoch, ms, len(seat), seat, body)
}

// Whoever can publish in Redis can publish anything, and change what is there.
// Only what was sealed comes out of it, or an error.
func FuzzOpenEvent(f *testing.F) {
	f.Add("m1:epoch:1:4:seatbody", "ann", "hello", uint64(1), int64(1), 0, byte(0))
	f.Add("s18446744073709551615:epoch:-1:0:", "ann", "\x1b[2J", uint64(1)<<63-1, int64(-1), 0, byte('m'^'j'))
	f.Add("m1:epoch:1:-1:x", "", "", uint64(0), int64(0), 1, byte(1))
	f.Add(":::::", "\xff\u202e", "a\nb", uint64(9), int64(1)<<62, 40, byte(':'))
	f.Add("t", "大輔", "漢字", uint64(2), int64(1700000000000), 100, byte(0x80))
	name, w := rooms.NewName(), wire{sealer}
	const epoch = "epoch"
	ref := rooms.Ref{Name: name, Epoch: epoch}
	f.Fuzz(func(t *testing.T, raw, alias, text string, n uint64, ms int64, at int, flip byte) {
		if e, err := w.openEvent(name, raw); !errors.Is(err, rooms.ErrSealed) || e != (rooms.Event{}) {
			t.Fatalf("%q passes for %+v, %v", raw, e, err)
		}

		n &= 1<<63 - 1
		from := rooms.Seat{ID: "id", Node: "node", Alias: alias, Identity: text, Away: flip%2 == 1}
		if from.Away {
			from.Seen = n
		}
		was := rooms.Seat{ID: "id", Alias: text}
		said := rooms.Words{ID: alias, To: text, ToAlias: alias, Burn: time.Duration(1+uint16(n)) * time.Millisecond}
		seat, by := w.sealSeat(ref, from), w.seal(ref, sealedBy, alias)
		for kind, sealed := range map[byte][2][]byte{
			'm': {seat, append([]byte(":tag:"), w.seal(ref, sealedMessage, alias, text)...)},
			'j': {seat, nil}, 'l': {seat, nil}, 'a': {seat, nil}, 'b': {seat, nil},
			'r': {seat, w.sealSeat(ref, was)},
			's': {nil, by}, 'x': {nil, by},
			'w': {seat, nil},
			'f': {seat, append([]byte(fmt.Sprint(n>>8, ":tag:")), w.sealWords(ref, said)...)},
			'c': {seat, append([]byte(":tag:"), w.sealWords(ref, said)...)},
		} {
			raw := []byte(rawEvent(kind, n, epoch, ms, sealed[0], sealed[1]))
			whole, err := w.openEvent(name, string(raw))
			if err != nil {
				t.Fatalf("%c is refused: %v", kind, err)
			}
			if want := (rooms.Seat{Alias: alias}); whole.From != from && whole.From != want || whole.Epoch != epoch || whole.Time.UnixMilli() != ms {
				t.Fatalf("%c came back as %+v", kind, whole)
			}
			switch kind {
			case 'm':
				if whole.Seq != n || whole.ID != alias || whole.Text != text {
					t.Fatalf("the message came back as %+v", whole)
				}
			case 'f', 'c':
				if whole.Seq != n || whole.Words() != (rooms.Event{}).Say(said).Words() || whole.Burnt != (kind == 'c') {
					t.Fatalf("%c came back as %+v", kind, whole)
				}
			case 'r':
				if whole.Roster != n || whole.Was != text {
					t.Fatalf("the new name came back as %+v", whole)
				}
			}

			raw[int(uint(at)%uint(len(raw)))] ^= flip
			e, err := w.openEvent(name, string(raw))
			if err != nil {
				if !errors.Is(err, rooms.ErrSealed) || e != (rooms.Event{}) {
					t.Fatalf("with a byte changed: %+v, %v", e, err)
				}
				continue
			}
			e.From.Marked = whole.From.Marked // the store's word, which is not sealed
			if e.From != whole.From || e.Epoch != epoch || e.ID != "" && e.ID != alias || e.Text != "" && e.Text != text || e.Was != "" && e.Was != text ||
				e.To != nil && *e.To != (rooms.Seat{Identity: text, Alias: alias}) {
				t.Fatalf("with a byte changed %c came back as %+v, not %+v", kind, e, whole)
			}
		}
	})
}
