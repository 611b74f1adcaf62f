package ui

import (
	"slices"
	"sync/atomic"
)

// Bounds of the messages that wait to be sent. All of them fit into the history, so
// that none is lost if sending fails.
const (
	maxQueue    = 8 // beside the one in flight
	outboxBytes = historyBytes / 2
)

// outgoing is a message on its way to the room.
type outgoing struct {
	typed   string // as it stood in the composer
	message string // as it is sent
}

// outbox sends messages in order. Since commands of Bubble Tea overtake each other,
// one message is in flight at a time and the others wait.
type outbox struct {
	queue  []outgoing // the first is in flight
	bytes  int        // of the typed texts in the queue
	flight uint64     // counts the messages sent
	slow   bool       // the one in flight takes longer than slowPost
	sent   *sending   // the one in flight
}

// sending is a post that is under way, or that is still to begin: then whoever claims it
// does it. It is safe for concurrent use.
type sending struct {
	claimed atomic.Bool
	done    chan error // receives its result
}

// claim reports whether the caller is the first, and so the one who posts.
func (s *sending) claim() bool { return s.claimed.CompareAndSwap(false, true) }

// add queues a message, or returns false if too much waits.
func (o *outbox) add(text outgoing) bool {
	if n := len(o.queue); n > maxQueue || n > 0 && o.bytes+len(text.typed) > outboxBytes {
		return false
	}
	o.queue = append(o.queue, text)
	o.bytes += len(text.typed)
	return true
}

// idle reports whether the message that was just added is the only one, to be launched
// now.
func (o *outbox) idle() bool { return len(o.queue) == 1 }

// launch returns the first message in the queue, to be sent.
func (o *outbox) launch() string {
	o.flight++
	o.slow, o.sent = false, &sending{done: make(chan error, 1)}
	return o.queue[0].message
}

// landed drops the message that was sent, and reports whether there are more.
func (o *outbox) landed() bool {
	o.bytes -= len(o.queue[0].typed)
	o.queue = slices.Delete(o.queue, 0, 1)
	o.slow = false
	return len(o.queue) > 0
}

// recall empties the outbox and returns its messages, oldest first.
func (o *outbox) recall() []outgoing {
	all := o.queue
	o.queue, o.bytes, o.slow = nil, 0, false
	return all
}
