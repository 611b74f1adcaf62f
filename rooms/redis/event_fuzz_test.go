package redis

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"wick/rooms"
)

// rawEvent is what event in lua/core.lua makes.
func rawEvent(kind byte, n uint64, epoch, clear string, envelope []byte) string {
	return fmt.Sprintf("%c%d:%s:%s:%s", kind, n, epoch, clear, envelope)
}

// Whoever can publish in Redis can publish anything, and change what is there.
// Only what was sealed comes out of it, as what it was sealed as, or an error.
func FuzzOpenEvent(f *testing.F) {
	f.Add("m1:epoch:tag:body", "ann", "hello", uint64(1), int64(1), 0, byte(0))
	f.Add("s18446744073709551615:epoch::", "ann", "\x1b[2J", uint64(1)<<63-1, int64(1), 0, byte('m'^'p'))
	f.Add("m1:epoch:1:-1:x", "", "", uint64(0), int64(0), 1, byte(1))
	f.Add(":::::", "\xff\u202e", "a\nb", uint64(9), int64(1)<<40, 40, byte(':'))
	f.Add("t", "大輔", "漢字", uint64(2), int64(1700000000000), 100, byte(0x80))
	name, w := rooms.NewName(), wire{sealer}
	ref := rooms.Ref{Name: name, Epoch: "epoch"}
	f.Fuzz(func(t *testing.T, raw, alias, text string, n uint64, ms int64, at int, flip byte) {
		if e, err := w.openEvent(name, raw); !errors.Is(err, rooms.ErrSealed) || e != (rooms.Event{}) {
			t.Fatalf("%q passes for %+v, %v", raw, e, err)
		}
		n, ms = n&(1<<53-1), ms&(1<<53-1)
		when := time.UnixMilli(ms)
		seat := rooms.Seat{ID: "id", Node: "node", Alias: alias, Identity: text, Keyed: flip%3 == 1, Marked: flip%5 == 1, Away: flip%2 == 1, Seen: n, Rev: n}.Tagged(ref.Epoch)
		said := rooms.Event{Epoch: ref.Epoch, Seq: n, Time: when, From: seat}.Say(
			rooms.Words{ID: alias, Text: text, To: text, ToAlias: alias, Burn: time.Duration(1+uint16(n)) * time.Millisecond})
		if text == "" {
			said.To = nil
		}
		burnt, lit := said, said
		burnt.Text, burnt.Burnt = "", true
		lit.Kind, lit.Text, lit.Deadline = rooms.Revealed, "", when
		note := notice{at: when, n: n, by: alias, seat: seat}
		told := rooms.Event{Epoch: ref.Epoch, Time: when}
		by := func(kind rooms.Kind) rooms.Event {
			e := told
			e.Kind, e.From.Alias = kind, alias
			return e
		}
		about := func(kind rooms.Kind) rooms.Event {
			e := told
			e.Kind, e.From, e.By = kind, seat, alias
			return e
		}
		shortened, locked, unlocked, destroyed := by(rooms.Shortened), by(rooms.Locked), by(rooms.Unlocked), by(rooms.Destroyed)
		shortened.Deadline, destroyed.Deadline, destroyed.Seq = time.UnixMilli(int64(n)), time.UnixMilli(int64(n)), n
		locked.Lock, unlocked.Lock = n, n
		renamed, left := told, told
		renamed.Kind, renamed.From, renamed.Was, renamed.Roster, renamed.Before, renamed.Mark = rooms.Renamed, seat, text, n, "b", "a"
		left.Kind, left.From, left.Roster, left.Before, left.Mark = rooms.Left, seat, n, "b", "a"

		published := []struct {
			kind     byte
			clear    string
			envelope []byte
			want     rooms.Event
		}{
			{'m', "tag", w.sealWords(ref, sealedMessage, said), said},
			{'c', "tag", w.sealWords(ref, sealedBurnt, burnt), burnt},
			{'f', "tag", w.sealWords(ref, sealedRevealed, lit), lit},
			{'p', "b,a", w.sealSeat(ref, when, seat, rooms.Renamed, text), renamed},
			{'l', "b,a", w.sealSeat(ref, when, seat, rooms.Renamed, text), left},
			{'s', "", w.sealNotice(ref, sealedShortened, note), shortened},
			{'L', "", w.sealNotice(ref, sealedLocked, note), locked},
			{'U', "", w.sealNotice(ref, sealedUnlocked, note), unlocked},
			{'x', "", w.sealNotice(ref, sealedDestroyed, note), destroyed},
			{'k', "", w.sealNotice(ref, sealedKnocked, note), about(rooms.Knocked)},
			{'y', "", w.sealNotice(ref, sealedAdmitted, note), about(rooms.Admitted)},
			{'d', "", w.sealNotice(ref, sealedDenied, note), about(rooms.Denied)},
			{'o', "", w.sealNotice(ref, sealedKicked, note), about(rooms.Kicked)},
			{'w', "", w.sealNotice(ref, sealedTyping, note), about(rooms.Typing)},
		}
		for _, p := range published {
			raw := rawEvent(p.kind, n, ref.Epoch, p.clear, p.envelope)
			whole, err := w.openEvent(name, raw)
			if err != nil || !sameEvent(whole, p.want) {
				t.Fatalf("%c came back as %+v, not %+v: %v", p.kind, whole, p.want, err)
			}
			// As anything else it is nothing, but for a seat, which may be said
			// to have been given up: that is what deleting it does.
			for _, other := range published {
				seats := p.clear == "b,a" && other.clear == "b,a"
				if other.kind == p.kind || seats {
					continue
				}
				if e, err := w.openEvent(name, rawEvent(other.kind, n, ref.Epoch, other.clear, p.envelope)); err == nil {
					t.Fatalf("what was sealed for %c passes for %c: %+v", p.kind, other.kind, e)
				}
			}
			// Nor of another burning of the room, nor of another room.
			if e, err := w.openEvent(name, rawEvent(p.kind, n, "other", p.clear, p.envelope)); err == nil {
				t.Fatalf("%c passes in another epoch: %+v", p.kind, e)
			}
			if e, err := w.openEvent(rooms.NewName(), raw); err == nil {
				t.Fatalf("%c passes in another room: %+v", p.kind, e)
			}

			bent := []byte(raw)
			bent[int(uint(at)%uint(len(bent)))] ^= flip
			e, err := w.openEvent(name, string(bent))
			if err != nil {
				if !errors.Is(err, rooms.ErrSealed) || e != (rooms.Event{}) {
					t.Fatalf("with a byte changed: %+v, %v", e, err)
				}
				continue
			}
			// What is in the clear may be changed, and nothing else.
			e.Seq, e.Roster, e.Mark, e.Before = whole.Seq, whole.Roster, whole.Mark, whole.Before
			if p.clear == "b,a" && e.Kind != whole.Kind {
				e.Kind, e.Was = whole.Kind, whole.Was
			}
			if !sameEvent(e, whole) {
				t.Fatalf("with a byte changed %c came back as %+v, not %+v", p.kind, e, whole)
			}
		}
	})
}

// sameEvent compares what pointers lead to.
func sameEvent(a, b rooms.Event) bool {
	if (a.To == nil) != (b.To == nil) || a.To != nil && *a.To != *b.To {
		return false
	}
	a.To, b.To = nil, nil
	return a == b && a.Time.Equal(b.Time)
}
