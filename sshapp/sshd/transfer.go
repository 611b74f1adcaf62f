package sshd

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Files come faster than people type. A connection that a session expects one from may
// send it at transferRate in place of Limits.ReadRate; the limit of its source holds for
// both. A transfer leaves a quarter of that one's burst to others, so that neighbours do not
// wait for it.
const (
	transferRate  = 1 << 20   // bytes per second
	transferBurst = 256 << 10 // at once
	// transferExtra is how much more than the bytes of a file may come with it: packets
	// and padding, up to an eighth of it, and this much besides.
	transferExtra = 32 << 10
)

// expectedInput is how many bytes the sessions of a connection expect besides what people
// type. The zero value expects none. It is safe for concurrent use.
type expectedInput struct {
	mu       sync.Mutex
	left     int64 // bytes
	sessions int   // that expect some
	limiter  *rate.Limiter
}

// begin expects some more bytes for one more session.
func (e *expectedInput) begin(bytes int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.limiter == nil {
		e.limiter = rate.NewLimiter(transferRate, transferBurst)
	}
	e.left += bytes + bytes/8 + transferExtra
	e.sessions++
}

// end ends what begin began. Which session the bytes were for is not known: none are
// expected any more when no session expects any.
func (e *expectedInput) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.sessions--; e.sessions == 0 {
		e.left = 0
	}
}

// take counts bytes that came, and returns the limiter for them, or nil if they were not
// expected.
func (e *expectedInput) take(n int) *rate.Limiter {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.left <= 0 {
		return nil
	}
	e.left -= int64(n)
	return e.limiter
}

// giveWay waits until the limiter of a source, less n bytes, still has a quarter of its
// burst for those who type or connect.
func giveWay(ctx context.Context, l *rate.Limiter, n int) error {
	for {
		missing := float64(l.Burst()/4+n) - l.Tokens()
		if missing <= 0 {
			return nil
		}
		select {
		case <-time.After(time.Millisecond + time.Duration(missing/float64(l.Limit())*float64(time.Second))):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ExpectInput lets the client send so many bytes faster than Limits.ReadRate, until done
// is called, which must be.
func (t *Terminal) ExpectInput(bytes int64) (done func()) {
	t.conn.expected.begin(bytes)
	return sync.OnceFunc(t.conn.expected.end)
}

// errClosed is returned by Acknowledged if the client has closed the channel.
var errClosed = errors.New("the client closed the channel")

// Acknowledged returns nil once the client has read all that was written: it replies to
// requests in the order of what it gets (RFC 4254, section 4), and to one that it does
// not know as well. It returns an error if the channel, or ctx, ends first.
func (t *Terminal) Acknowledged(ctx context.Context) error {
	replied := make(chan error, 1)
	go func() { // ends with the channel at the latest
		defer t.Recover()
		_, err := t.channel.SendRequest(keepAlive, true, nil)
		replied <- err
	}()
	select {
	case err := <-replied:
		if err != nil {
			return errClosed
		}
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
