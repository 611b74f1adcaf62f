package rooms

// Announce shows a line from the operator to everybody in a room on this process, and
// returns how many such rooms there are. The text becomes one line. No store sees it.
func (h *Hub) Announce(text string) (reached int) {
	text = CleanLine(text)
	for _, l := range h.liveRooms() {
		if l.announce(text) {
			reached++
		}
	}
	return reached
}

func (l *liveRoom) announce(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || len(l.members) == 0 {
		return false
	}
	l.transcript.note(Event{Kind: Announced, Epoch: l.state.Epoch, Time: l.state.now(), Text: Text(text)})
	l.wake()
	return true
}
