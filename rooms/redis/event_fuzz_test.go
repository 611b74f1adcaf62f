package redis

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"wick/rooms"
)

// rawEvent returns what the function event in lua/core.lua does.
func rawEvent(kind byte, n uint64, epoch, clear string, envelope []byte) string {
	return fmt.Sprintf("%c%d:%s:%s:%s", kind, n, epoch, clear, envelope)
}

// An attacker can publish anything in Redis and change what it holds. openEvent
// returns either what a server sealed, as the kind that it was sealed as, or an
// error.
func FuzzOpenEvent(f *testing.F) {
	f.Add("m1:epoch:tag:body", "ann", "hello", uint64(1), int64(1), 0, byte(0))
	f.Add("s18446744073709551615:epoch::", "ann", "\x1b[2J", uint64(1)<<63-1, int64(1), 0, byte('m'^'p'))
	f.Add("m1:epoch:1:-1:x", "", "", uint64(0), int64(0), 1, byte(1))
	f.Add(":::::", "\xff\u202e", "a\nb", uint64(9), int64(1)<<40, 40, byte(':'))
	f.Add("t", "大輔", "漢字", uint64(2), int64(1700000000000), 100, byte(0x80))
	name, c := rooms.NewName(), codec{sealer}
	ref := rooms.Ref{Name: name, Epoch: "epoch"}
	f.Fuzz(func(t *testing.T, raw, alias, text string, n uint64, ms int64, at int, flip byte) {
		if e, err := c.openEvent(name, raw); !errors.Is(err, rooms.ErrSealed) || e != (rooms.Event{}) {
			t.Fatalf("%q is opened as %+v, %v", raw, e, err)
		}
		n, ms = n&(1<<53-1), ms&(1<<53-1)
		when := time.UnixMilli(ms)
		seat := rooms.Seat{ID: "id", Node: "node", Alias: alias, Identity: text, Keyed: flip%3 == 1, Marked: flip%5 == 1, Away: flip%2 == 1, Seen: n, Rev: n}.Tagged(ref.Epoch)
		said := rooms.Event{Epoch: ref.Epoch, Seq: n, Time: when, From: seat}.Say(
			rooms.Words{ID: alias, Text: rooms.Text(text), To: text, ToAlias: alias, Burn: time.Duration(1+uint16(n)) * time.Millisecond})
		if text == "" {
			said.To = nil
		}
		burnt, lit := said, said
		burnt.Text, burnt.Burnt = "", true
		lit.Kind, lit.Text, lit.Deadline = rooms.Revealed, "", when
		unsaid := burnt
		unsaid.Burnt, unsaid.Unsaid = false, true
		if ms > 0 {
			unsaid.Deadline = when
		}
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
		looked := told
		looked.Kind, looked.From, looked.ID, looked.Seq = rooms.Looked, seat, alias, n
		renamed, left := told, told
		renamed.Kind, renamed.From, renamed.Was, renamed.Roster, renamed.Before, renamed.Mark = rooms.Renamed, seat, text, n, "b", "a"
		left.Kind, left.From, left.Roster, left.Before, left.Mark = rooms.Left, seat, n, "b", "a"

		published := []struct {
			kind     byte
			clear    string
			envelope []byte
			want     rooms.Event
		}{
			{'m', "tag", c.sealWords(ref, sealedMessage, said), said},
			{'c', "tag", c.sealWords(ref, sealedBurnt, burnt), burnt},
			{'u', "tag", c.sealWords(ref, sealedUnsaid, unsaid), unsaid},
			{'f', "tag", c.sealWords(ref, sealedRevealed, lit), lit},
			{'p', "b,a", c.sealSeat(ref, when, seat, rooms.Renamed, text), renamed},
			{'l', "b,a", c.sealSeat(ref, when, seat, rooms.Renamed, text), left},
			{'s', "", c.sealNotice(ref, sealedShortened, note), shortened},
			{'L', "", c.sealNotice(ref, sealedLocked, note), locked},
			{'U', "", c.sealNotice(ref, sealedUnlocked, note), unlocked},
			{'x', "", c.sealNotice(ref, sealedDestroyed, note), destroyed},
			{'k', "", c.sealNotice(ref, sealedKnocked, note), about(rooms.Knocked)},
			{'y', "", c.sealNotice(ref, sealedAdmitted, note), about(rooms.Admitted)},
			{'d', "", c.sealNotice(ref, sealedDenied, note), about(rooms.Denied)},
			{'o', "", c.sealNotice(ref, sealedKicked, note), about(rooms.Kicked)},
			{'w', "", c.sealNotice(ref, sealedTyping, note), about(rooms.Typing)},
			{'q', "", c.sealNotice(ref, sealedProbed, note), about(rooms.Probed)},
			{'a', "", c.sealNotice(ref, sealedAnswered, note), about(rooms.Answered)},
			{'r', "", c.sealNotice(ref, sealedLooked, note), looked},
		}
		for _, p := range published {
			raw := rawEvent(p.kind, n, ref.Epoch, p.clear, p.envelope)
			whole, err := c.openEvent(name, raw)
			if err != nil || !sameEvent(whole, p.want) {
				t.Fatalf("%c is opened as %+v, want %+v: %v", p.kind, whole, p.want, err)
			}
			// It opens as no other kind. Only a seat opens as one that was given
			// up, which an attacker can also achieve by deleting it.
			for _, other := range published {
				seats := p.clear == "b,a" && other.clear == "b,a"
				if other.kind == p.kind || seats {
					continue
				}
				if e, err := c.openEvent(name, rawEvent(other.kind, n, ref.Epoch, other.clear, p.envelope)); err == nil {
					t.Fatalf("what was sealed as %c is opened as %c: %+v", p.kind, other.kind, e)
				}
			}
			// Nor in another epoch of the room, nor in another room.
			if e, err := c.openEvent(name, rawEvent(p.kind, n, "other", p.clear, p.envelope)); err == nil {
				t.Fatalf("%c is opened in another epoch: %+v", p.kind, e)
			}
			if e, err := c.openEvent(rooms.NewName(), raw); err == nil {
				t.Fatalf("%c is opened in another room: %+v", p.kind, e)
			}

			damaged := []byte(raw)
			damaged[int(uint(at)%uint(len(damaged)))] ^= flip
			e, err := c.openEvent(name, string(damaged))
			if err != nil {
				if !errors.Is(err, rooms.ErrSealed) || e != (rooms.Event{}) {
					t.Fatalf("with a byte changed: %+v, %v", e, err)
				}
				continue
			}
			// Only what is not sealed can have changed.
			e.Seq, e.Roster, e.Mark, e.Before = whole.Seq, whole.Roster, whole.Mark, whole.Before
			if p.clear == "b,a" && e.Kind != whole.Kind {
				e.Kind, e.Was = whole.Kind, whole.Was
			}
			if !sameEvent(e, whole) {
				t.Fatalf("with a byte changed, %c is opened as %+v, want %+v", p.kind, e, whole)
			}
		}
	})
}

// sameEvent reports whether two events are equal, comparing what pointers point
// to.
func sameEvent(a, b rooms.Event) bool {
	if (a.To == nil) != (b.To == nil) || a.To != nil && *a.To != *b.To {
		return false
	}
	a.To, b.To = nil, nil
	return a == b && a.Time.Equal(b.Time)
}
