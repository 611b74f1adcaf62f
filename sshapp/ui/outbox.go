package ui

import "slices"

// Bounds of what waits to be sent. History has room for all of it, so that it can
// be brought back.
const (
	maxQueue    = 8 // beside the one in flight
	outboxBytes = historyBytes / 2
)

// outgoing is a text that was said.
type outgoing struct {
	typed   string // in the composer
	message string // as it is sent
}

// outbox keeps what is said in order: commands of Bubble Tea overtake each
// other, so one message is in flight at a time and the rest wait.
type outbox struct {
	queue  []outgoing // the first is in flight
	bytes  int        // typed, in the queue
	flight uint64     // counts what was sent
	slow   bool       // the one in flight takes long enough to show it
}

// add queues a text, or returns false if too much waits.
func (o *outbox) add(text outgoing) bool {
	if n := len(o.queue); n > maxQueue || n > 0 && o.bytes+len(text.typed) > outboxBytes {
		return false
	}
	o.queue = append(o.queue, text)
	o.bytes += len(text.typed)
	return true
}

// idle reports whether the first text in the queue, if any, is to be sent now.
func (o *outbox) idle() bool { return len(o.queue) == 1 }

// launch returns the message to send.
func (o *outbox) launch() string {
	o.flight++
	o.slow = false
	return o.queue[0].message
}

// landed drops what was sent, and reports whether there is more.
func (o *outbox) landed() bool {
	o.bytes -= len(o.queue[0].typed)
	o.queue = slices.Delete(o.queue, 0, 1)
	o.slow = false
	return len(o.queue) > 0
}

// recall empties the outbox and returns all that was in it, oldest first.
func (o *outbox) recall() []outgoing {
	all := o.queue
	o.queue, o.bytes, o.slow = nil, 0, false
	return all
}
