package rooms

import "time"

// Meter is told what happens in the rooms of a Hub, to count it: never where,
// by whom or what. Its methods must be safe from any goroutine and not block.
type Meter interface {
	// Said is told of a message that the store took, and how long that was
	// after the member posted it.
	Said(took time.Duration)
	// Delivered is told how many messages a member read that came while it
	// was in the room.
	Delivered(messages uint64)
	// Refused is told why somebody got into no room, lit none, or a message
	// was not said.
	Refused(why error)
}

type noMeter struct{}

func (noMeter) Said(time.Duration) {}
func (noMeter) Delivered(uint64)   {}
func (noMeter) Refused(error)      {}

// refused tells the meter of an error, if it is one, and answers it.
func (h *Hub) refused(err error) error {
	if err != nil {
		h.cfg.Meter.Refused(err)
	}
	return err
}

// Load is how many rooms have members in this process, and how many members.
func (h *Hub) Load() (live, members int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range h.rooms {
		members += l.users
	}
	return len(h.rooms), members
}
