package rooms

import "time"

// Metrics counts what happens in the rooms of a Hub: never where, by whom or what
// was said. Its methods must be safe for concurrent use and not block.
type Metrics interface {
	// Said counts a message that the store took, and how long after it was posted.
	Said(took time.Duration)
	// Delivered counts messages that a member read and that arrived while it was in
	// the room.
	Delivered(messages uint64)
	// Refused counts why somebody did not get into a room, did not light one, or a
	// message was not said.
	Refused(why error)
}

type noMetrics struct{}

func (noMetrics) Said(time.Duration) {}
func (noMetrics) Delivered(uint64)   {}
func (noMetrics) Refused(error)      {}

// refused counts err unless it is nil, and returns it.
func (h *Hub) refused(err error) error {
	if err != nil {
		h.cfg.Metrics.Refused(err)
	}
	return err
}

// Load returns how many rooms have members in this process, and how many members.
func (h *Hub) Load() (live, members int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range h.rooms {
		members += l.users
	}
	return len(h.rooms), members
}
