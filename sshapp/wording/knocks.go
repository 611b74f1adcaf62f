package wording

import (
	"time"

	"golang.org/x/time/rate"

	"wick/rooms"
)

// A session is told of knocksAtOnce knocks at once, and then of one each knocksEvery.
// Further people can knock all the same, and are announced later.
const (
	knocksAtOnce = 8
	knocksEvery  = 4 * time.Second
)

// Knocks announces the people at the door to one session, each of them once. The zero
// value is ready. It is not safe for concurrent use.
type Knocks struct {
	told  map[string]bool // by seat, those who are still at the door
	limit *rate.Limiter
}

// New returns a Knocked event for everybody at the door who was not announced yet,
// in the order of the door.
func (k *Knocks) New(s rooms.State) (all []rooms.Event) {
	if len(s.Knocks) == 0 && len(k.told) == 0 {
		return nil
	}
	if k.limit == nil {
		k.limit = rate.NewLimiter(rate.Every(knocksEvery), knocksAtOnce)
	}
	there := make(map[string]bool, len(s.Knocks))
	for _, seat := range s.Knocks {
		if !k.told[seat.ID] {
			if !k.limit.Allow() {
				continue
			}
			all = append(all, rooms.Event{Kind: rooms.Knocked, Epoch: s.Room.Epoch, Time: s.Room.Clock.Now(), From: seat})
		}
		there[seat.ID] = true
	}
	k.told = there
	return all
}
