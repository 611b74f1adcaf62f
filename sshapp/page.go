package sshapp

import (
	"bytes"
	"context"
	"io"
	"time"

	"wick/rooms"
	"wick/sshapp/sshd"
)

// page is what a session in a room writes its lines on. A client may take them
// slowly while the room burns, but has to take something within stallLimit; once
// the room or the session has ended, it has refuseLimit for what is left. What
// waits for it is a few lines: the room keeps the others. For one goroutine.
type page struct {
	bytes.Buffer // what is not written yet
	visit        *visit
	member       *rooms.Member // nil: what is written is none of a room's
	room         *reading      // nil: nothing is read
	typed        int           // bytes that wait to be said
	news         bool          // the room's news were taken while something was written
	burnt        bool          // see over
}

// portion is how many bytes are written at once, at most, and how much of what
// was said is read at once, roughly: a client that takes none may get the last
// of them after the deadline.
const portion = 4 << 10

// pageKeep is how large a buffer is used again: one message of the usual length.
const pageKeep = 32 << 10

// stallLimit is how long a client may take no more than a part of a portion. One
// that shows a page at a time, as less does, has its own buffers and those of SSH
// and TCP, some 2 MiB, before that begins.
const stallLimit = 3 * time.Minute

// over reports whether the room's deadline has passed. Nothing of the room is
// written then, though its end may not have come yet: the process may have stood
// still. Once true, it stays so until there is no member.
func (p *page) over() bool {
	p.burnt = p.member != nil && (p.burnt || p.member.Left() == 0)
	return p.burnt
}

// leave makes what comes next none of the room's, and drops what is not written
// of the room if that is over.
func (p *page) leave() {
	if p.over() {
		p.Reset()
	}
	p.member = nil
}

// flush writes what is there. An error means that the client is gone.
func (p *page) flush(ctx context.Context) error {
	if p.over() {
		p.Reset()
	}
	p.account()
	if p.Len() == 0 {
		return nil
	}
	stalled := time.AfterFunc(stallLimit, p.visit.term.KillStalled)
	defer stalled.Stop()
	written := make(chan error, 1)
	go func() { // ends with the connection at the latest
		err := io.ErrClosedPipe
		defer func() { written <- err }()
		defer sshd.Recover(p.visit.app.cfg.Log, p.visit.term.ID, p.visit.term.Kill)
		err = p.writeLines(func() { stalled.Reset(stallLimit) })
	}()
	var news <-chan struct{}
	if p.member != nil {
		news = p.member.News()
	}
	over := ctx.Done()
	var stuck <-chan time.Time
	for {
		select {
		case err := <-written:
			if p.Reset(); p.Cap() > pageKeep {
				p.Buffer = bytes.Buffer{}
			}
			p.account()
			return err
		case <-news:
			p.news = true
			if p.member.State().End != nil {
				news, stuck = nil, time.After(refuseLimit)
			}
		case <-over:
			over, stuck = nil, time.After(refuseLimit)
		case <-stuck:
			p.visit.term.Kill() // which ends the write
		}
	}
}

// account tells the governor what the session holds.
func (p *page) account() {
	held := int64(p.Cap() + p.typed)
	if p.room != nil {
		held += p.room.held()
	}
	p.visit.term.Holds(sshd.MemoryOutput, held)
}

// writeLines writes what is there, some whole lines at a time if they are short
// enough, unless the room's deadline passes meanwhile. It calls took whenever the
// client has taken some.
func (p *page) writeLines(took func()) error {
	for rest := p.Bytes(); len(rest) > 0; took() {
		n := min(len(rest), portion)
		if n < len(rest) {
			if end := bytes.LastIndexByte(rest[:n], '\n'); end >= 0 {
				n = end + 1
			}
		}
		if p.member != nil && p.member.Left() == 0 {
			return nil
		}
		if _, err := p.visit.sess.Write(rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// bounded gives the client refuseLimit to take what is written.
type bounded struct {
	io.Writer
	term *sshd.Terminal
}

func (b bounded) Write(p []byte) (int, error) {
	stuck := time.AfterFunc(refuseLimit, b.term.Kill)
	defer stuck.Stop()
	return b.Writer.Write(p)
}

func (v *visit) stdout() io.Writer { return bounded{v.sess, v.term} }
func (v *visit) stderr() io.Writer { return bounded{v.sess.Stderr(), v.term} }
