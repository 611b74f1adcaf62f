package ui

import "slices"

// maxQueue bounds the messages that wait for the one in flight.
const maxQueue = 8

// outbox keeps what is said in order: commands of Bubble Tea overtake each
// other, so one message is in flight at a time and the rest wait.
type outbox struct {
	queue  []string // the first is in flight
	flight uint64   // counts what was sent
	slow   bool     // the one in flight takes long enough to show it
}

// add queues a text, or answers false where too many wait.
func (o *outbox) add(text string) bool {
	if len(o.queue) > maxQueue {
		return false
	}
	o.queue = append(o.queue, text)
	return true
}

// idle tells whether the first text in the queue, if any, is to be sent now.
func (o *outbox) idle() bool { return len(o.queue) == 1 }

// launch answers the text to send.
func (o *outbox) launch() string {
	o.flight++
	o.slow = false
	return o.queue[0]
}

// landed drops what was sent, and tells whether there is more.
func (o *outbox) landed() bool {
	o.queue = slices.Delete(o.queue, 0, 1)
	o.slow = false
	return len(o.queue) > 0
}

// recall empties the outbox and answers all that was in it, oldest first.
func (o *outbox) recall() []string {
	all := o.queue
	o.queue, o.slow = nil, false
	return all
}
