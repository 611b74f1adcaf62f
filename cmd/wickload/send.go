package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// drainPoll is the time between two checks whether all messages have arrived.
const drainPoll = 5 * time.Millisecond

// typed is a message that has been typed and waits for its Enter.
type typed struct {
	i      int
	due    time.Duration // of the Enter, since the start
	sender *session
}

// send types all messages and presses Enter when each is due. It returns the
// moment when the measured messages began, or the zero moment if ctx ended
// before.
func (r *run) send(ctx context.Context) (counting moment, err error) {
	p := r.plan
	var entered atomic.Int64
	defer r.bar.watch("sending", p.messages(), func() int { return int(entered.Load()) })()
	start, lead := time.Now(), p.lead()
	timer := time.NewTimer(0)
	defer timer.Stop()
	var waiting []typed
	next := typed{due: p.due(0, rand.Float64())}
	for next.i < p.messages() || len(waiting) > 0 {
		enter := len(waiting) > 0 && (next.i == p.messages() || waiting[0].due <= next.due-lead)
		at := next.due - lead
		if enter {
			at = waiting[0].due
		}
		timer.Reset(time.Until(start.Add(at)))
		select {
		case <-ctx.Done():
			return counting, nil
		case <-timer.C:
		}
		if !enter {
			if next.i == p.warm() {
				if counting, err = r.now(); err != nil {
					return counting, err
				}
			}
			if next.sender = r.sender(next.i); next.sender != nil && r.typeText(next) {
				waiting = append(waiting, next)
			}
			next = typed{i: next.i + 1, due: p.due(next.i+1, rand.Float64())}
			continue
		}
		if r.enterText(waiting[0]) {
			entered.Add(1)
		}
		r.late = max(r.late, time.Since(start.Add(at)))
		waiting = waiting[1:]
	}
	return counting, nil
}

// sender returns the session whose turn message i is, or nil if it is not open.
func (r *run) sender(i int) *session {
	members := r.rooms[i%r.plan.Rooms]
	if len(members) == 0 {
		return nil
	}
	return members[i/r.plan.Rooms%len(members)]
}

// typeText writes the text of a message and reports whether that succeeded.
func (r *run) typeText(m typed) bool {
	text := r.tokens.text(m.sender.room, m.i/r.plan.Rooms, r.plan.Size)
	return r.write(m.sender, text)
}

// enterText presses Enter, reports whether that succeeded, and counts the
// expected deliveries.
func (r *run) enterText(m typed) bool {
	r.sent[m.i].Store(int64(time.Since(r.began)))
	if !r.write(m.sender, "\r") {
		return false
	}
	if m.i < r.plan.warm() {
		return true
	}
	r.counted++
	for _, s := range r.rooms[m.sender.room] {
		if s != nil && s != m.sender {
			r.expected++
		}
	}
	return true
}

func (r *run) write(s *session, text string) bool {
	if _, err := io.WriteString(s.term, text); err != nil {
		r.fail(fmt.Errorf("cannot send a message: %w", err))
		return false
	}
	return true
}

// drain waits for the last deliveries.
func (r *run) drain(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, r.plan.Drain)
	defer cancel()
	poll := time.NewTicker(drainPoll)
	defer poll.Stop()
	for r.delivered.Load() < r.expected {
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
		}
	}
}
