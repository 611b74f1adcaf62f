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
	member       *rooms.Member // nil: before there is one
	news         bool          // the room's news were taken while something was written
}

// pageful is how many events are written at once.
const pageful = 32

// flush writes what is there. An error means that the client is gone.
func (p *page) flush(ctx context.Context) error {
	if p.Len() == 0 {
		return nil
	}
	written := make(chan error, 1)
	go func() { // ends with the connection at the latest
		err := io.ErrClosedPipe
		defer func() { written <- err }()
		defer rescue(p.visit.app.cfg.Log, p.visit.term.ID, p.visit.term.Kill)
		_, err = p.visit.sess.Write(p.Bytes())
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
