package ui

import (
	"time"

	"golang.org/x/time/rate"

	"wick/rooms"
)

// Knocks of which a session is told at once, and then one at a time. Others stand at
// the door, and are told of later.
const (
	knocksAtOnce = 8
	knocksEvery  = 4 * time.Second
)

// Knocks tells one session of everybody at the door, once each. The zero value is
// ready. For one goroutine.
type Knocks struct {
	told  map[string]bool // by seat, of those who are still there
	limit *rate.Limiter
}

// New returns a Knocked for everybody at the door of whom the session was not told.
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

// knocked tells of those who came to the door.
func (c *chat) knocked() {
	for _, e := range c.knocks.New(c.state) {
		c.log.add(note{at: c.log.log.Next(), text: happened(e), when: e.Time})
	}
}
