package rooms

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// A budget counts exactly what is kept, in whatever order things happen, and
// nothing when all rooms have ended.
func TestBudgetAddsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dice := rand.New(rand.NewPCG(1, 2))
		b := newBudget(func() Space { return Space{} }, NewLogThrottle(slog.New(slog.DiscardHandler)))
		type post struct {
			source string
			room   Room
			bytes  int
		}
		var rooms []Room
		var underWay []post
		var seq uint64
		for range 20_000 {
			source := fmt.Sprint(dice.IntN(5))
			switch dice.IntN(12) {
			case 0:
				r := Room{Ref: Ref{Epoch: fmt.Sprint(seq, len(rooms))}, Deadline: Now().Add(time.Duration(dice.IntN(600)) * time.Second), History: 1 + dice.IntN(20)}
				if b.mayLight(source) == nil {
					b.chargeRoom(source, r)
					rooms = append(rooms, r)
				}
			case 1:
				if len(rooms) > 0 {
					b.ended(rooms[dice.IntN(len(rooms))].Ref)
				}
			case 2:
				time.Sleep(time.Second)
			case 3, 4, 5:
				if n := len(underWay); n > 0 {
					i := dice.IntN(n)
					p := underWay[i]
					underWay[i], underWay = underWay[n-1], underWay[:n-1]
					b.refund(p.source, p.room, p.bytes)
				}
			case 6, 7:
				if n := len(underWay); n > 0 {
					p := underWay[n-1]
					underWay = underWay[:n-1]
					seq++
					b.confirm(p.source, p.room, seq, p.bytes)
				}
			default:
				if len(rooms) > 0 {
					p := post{source, rooms[dice.IntN(len(rooms))], dice.IntN(8000)}
					if b.charge(p.source, p.room, p.bytes) == nil {
						underWay = append(underWay, p)
					}
				}
			}
			var sum, all int64
			for _, c := range b.rooms {
				sum += c.used
			}
			for _, n := range b.bySource {
				all += n
			}
			if sum != b.used || all != b.used {
				t.Fatalf("%d bytes in rooms, %d of sources, %d in all", sum, all, b.used)
			}
		}
		for _, r := range rooms {
			b.ended(r.Ref)
		}
		if b.used != 0 || len(b.bySource) != 0 || len(b.rooms) != 0 || len(b.byEnd) != 0 {
			t.Errorf("when all rooms have ended, %d bytes of %d sources in %d rooms are left", b.used, len(b.bySource), len(b.rooms))
		}
	})
}
