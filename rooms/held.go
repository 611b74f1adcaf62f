package rooms

// eventCost is what an event in a journal takes beside its text, in bytes,
// roughly: with its position and the names in it.
const eventCost = 512

// Holder is implemented by what sessions put into Member.Shared, to be counted by
// Hub.Held and emptied by Hub.Trim. Its methods must be safe for concurrent use
// and not block.
type Holder interface {
	// Held returns how many bytes it takes, roughly.
	Held() int64
	// Drop frees what can be derived again.
	Drop()
}

// Trim frees what sessions share of the live rooms and can derive again, if memory is
// short.
func (h *Hub) Trim() {
	for _, l := range h.liveRooms() {
		l.shared.Range(func(_, v any) bool {
			if s, ok := v.(Holder); ok {
				s.Drop()
			}
			return true
		})
	}
}

// Held returns how many bytes the live rooms take in this process, roughly: their
// transcripts, and what sessions share of them. Texts that the embedded store
// holds as well are not counted.
func (h *Hub) Held() int64 {
	sum := int64(0)
	for _, l := range h.liveRooms() {
		sum += l.held(h.cfg.LivesOn)
	}
	return sum
}

// held is Hub.Held for one room, with the texts or without.
func (l *liveRoom) held(texts bool) int64 {
	sum := int64(0)
	l.shared.Range(func(_, v any) bool {
		if s, ok := v.(Holder); ok {
			sum += s.Held()
		}
		return true
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	return sum + l.transcript.held(texts)
}
