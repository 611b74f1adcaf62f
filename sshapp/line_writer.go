package sshapp

import (
	"bytes"
	"context"
	"io"
	"time"

	"wick/rooms"
	"wick/sshapp/sshd"
)

// lineWriter writes the lines of a session in a room. While the room burns, a client
// may take them slowly, but it has to take some within stallLimit. Once the room or the
// session has ended, the client has refuseLimit for the rest. Only a few lines are
// buffered here; the room keeps the others. It is not safe for concurrent use.
type lineWriter struct {
	bytes.Buffer // what is not written yet
	session      *session
	member       *rooms.Member // nil: the text is not of a room
	room         *cursor       // nil: the session does not read
	typed        int           // bytes of input that wait to be posted, for the governor
	news         bool          // the room had news during a flush
	burnt        bool          // see over
	gone         bool          // the client is: nothing is written any more
}

// chunkSize is the most bytes that are written at once, and about how many of the
// transcript are read at once. A client that takes nothing may still get the last chunk
// after the deadline.
const chunkSize = 4 << 10

// bufferKeep is the largest buffer that is kept for reuse.
const bufferKeep = 32 << 10

// stallLimit is how long a client may take for one chunk. It is generous because a
// client that pauses, such as a pager, is not stuck: less fills its own buffers and those
// of SSH and TCP first, some 2 MiB.
const stallLimit = 3 * time.Minute

// over reports whether the room's deadline has passed. From then on nothing of the
// room is written, even if the store has not reported its end yet, as when the process
// was suspended. Once true, it stays true as long as there is a member.
func (w *lineWriter) over() bool {
	w.burnt = w.member != nil && (w.burnt || w.member.Left() == 0)
	return w.burnt
}

// leave begins text that is not of the room. If the room is over, it drops the text that
// is not written yet.
func (w *lineWriter) leave() {
	if w.over() {
		w.Reset()
	}
	w.member = nil
}

// flush writes the buffer. An error means that the client is gone.
func (w *lineWriter) flush(ctx context.Context) error {
	if w.over() || w.gone {
		w.Reset()
	}
	w.account()
	if w.Len() == 0 {
		return nil
	}
	stalled := time.AfterFunc(stallLimit, w.session.term.KillStalled)
	defer stalled.Stop()
	written := make(chan error, 1)
	go func() { // ends with the connection at the latest
		err := io.ErrClosedPipe
		defer func() { written <- err }()
		defer w.session.term.Recover()
		err = w.writeLines(func() { stalled.Reset(stallLimit) })
	}()
	var news <-chan struct{}
	if w.member != nil {
		news = w.member.News()
	}
	over := ctx.Done()
	var stuck <-chan time.Time
	for {
		select {
		case err := <-written:
			if w.Reset(); w.Cap() > bufferKeep {
				w.Buffer = bytes.Buffer{}
			}
			w.account()
			return err
		case <-news:
			w.news = true
			if w.member.State().End != nil {
				news, stuck = nil, time.After(refuseLimit)
			}
		case <-over:
			over, stuck = nil, time.After(refuseLimit)
		case <-stuck:
			w.session.term.Kill() // unblocks the write
		}
	}
}

// account tells the governor how many bytes the session holds.
func (w *lineWriter) account() {
	held := int64(w.Cap() + w.typed)
	if w.room != nil {
		held += w.room.held()
	}
	w.session.term.Holds(sshd.MemoryOutput, held)
}

// writeLines writes the buffer in chunks of whole lines, or of a part of a line that is
// too long. It stops when the room's deadline passes. It calls took after each chunk.
func (w *lineWriter) writeLines(took func()) error {
	for rest := w.Bytes(); len(rest) > 0; took() {
		n := min(len(rest), chunkSize)
		if n < len(rest) {
			if end := bytes.LastIndexByte(rest[:n], '\n'); end >= 0 {
				n = end + 1
			}
		}
		if w.member != nil && w.member.Left() == 0 {
			return nil
		}
		if _, err := w.session.ssh.Write(rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// timedWriter gives the client refuseLimit to take each write.
type timedWriter struct {
	io.Writer
	term *sshd.Terminal
}

func (w timedWriter) Write(p []byte) (int, error) {
	stuck := time.AfterFunc(refuseLimit, w.term.Kill)
	defer stuck.Stop()
	return w.Writer.Write(p)
}

func (s *session) stdout() io.Writer { return timedWriter{s.ssh, s.term} }
func (s *session) stderr() io.Writer { return timedWriter{s.ssh.Stderr(), s.term} }
