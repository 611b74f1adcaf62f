package sshapp

import (
	"bytes"
	"context"
	"io"
	"time"

	"wick/rooms"
)

// page is what a session in a room writes its lines on. A client may take them
// as slowly as it likes while the room burns; once that or the session has
// ended, it has refuseLimit for what is left. For one goroutine.
type page struct {
	bytes.Buffer // what is not written yet
	visit        *visit
	member       *rooms.Member // nil: what is written is none of a room's
	news         bool          // the room's news were taken while something was written
	burnt        bool          // see over
}

// pageful is how many events are written at once.
const pageful = 32

// portion is how many bytes are written at once, roughly: a client that takes
// none may get the last of them after the deadline.
const portion = 4 << 10

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
	if p.Len() == 0 {
		return nil
	}
	written := make(chan error, 1)
	go func() { // ends with the connection at the latest
		err := io.ErrClosedPipe
		defer func() { written <- err }()
		defer rescue(p.visit.app.cfg.Log, p.visit.term.ID, p.visit.term.Kill)
		err = p.writeLines()
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
			p.Reset()
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

// writeLines writes what is there, some whole lines at a time, unless the room's
// deadline passes meanwhile.
func (p *page) writeLines() error {
	for rest := p.Bytes(); len(rest) > 0; {
		n := len(rest)
		if n > portion {
			if end := bytes.LastIndexByte(rest[:portion], '\n'); end >= 0 {
				n = end + 1
			} else if end := bytes.IndexByte(rest, '\n'); end >= 0 {
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
	term *terminal
}

func (b bounded) Write(p []byte) (int, error) {
	stuck := time.AfterFunc(refuseLimit, b.term.Kill)
	defer stuck.Stop()
	return b.Writer.Write(p)
}

func (v *visit) stdout() io.Writer { return bounded{v.sess, v.term} }
func (v *visit) stderr() io.Writer { return bounded{v.sess.Stderr(), v.term} }
