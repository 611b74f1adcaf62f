package sshapp

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"time"

	"wick/sshapp/sshd"
)

// Bounds of an SFTP session, in bytes. What is beyond them waits in the connection, which
// has bounds of its own.
const (
	maxSFTPRead     = 64 << 10  // of a file, in a reply
	maxSFTPPacket   = 256 << 10 // as OpenSSH's server
	maxSFTPInFlight = 256 << 10 // of requests without a reply so far, see sftpCost
	minSFTPCost     = 4 << 10
)

var errSFTPPacket = errors.New("sftp: a packet is too long, or empty")

// sftpRead is the type of a request to read (draft-ietf-secsh-filexfer-02, section 3).
const sftpRead = 5

// sftpCost returns the bytes that a request counts for: its own, or those of its reply,
// which waits for those of earlier requests. Small requests count for more than they have,
// because the library sorts those under way.
func sftpCost(size int, kind byte) int {
	if kind == sftpRead {
		return max(size, maxSFTPRead)
	}
	return max(size, minSFTPCost)
}

// sftpStream is the channel of an SFTP session, as a stream of packets
// (draft-ietf-secsh-filexfer-02, section 3). The library replies to each request once and
// in order, but reads on whatever is under way; the stream bounds that. One goroutine may
// read, and one may write.
type sftpStream struct {
	session *session
	ctx     context.Context // of the session: a Read ends with it

	in       *bufio.Reader
	unread   int // of the packet that is being read
	unsent   int // of the reply that is being written
	answered chan struct{}

	mu       sync.Mutex
	inFlight []int // costs of requests, the oldest first
	pending  int   // their sum
	held     int   // see hold
}

func newSFTPStream(s *session, ctx context.Context, in io.Reader) *sftpStream {
	return &sftpStream{session: s, ctx: ctx, in: bufio.NewReader(in), answered: make(chan struct{}, 1)}
}

// Read implements io.Reader.
func (s *sftpStream) Read(p []byte) (int, error) {
	if s.unread == 0 {
		size, kind, err := s.peek()
		if err != nil {
			return 0, err
		}
		if err := s.admit(sftpCost(size, kind)); err != nil {
			return 0, err
		}
		s.unread = size
	}
	n, err := s.in.Read(p[:min(len(p), s.unread)])
	s.unread -= n
	return n, err
}

// peek returns the size of the next packet, with its length, and its type.
func (s *sftpStream) peek() (size int, kind byte, err error) {
	head, err := s.in.Peek(4)
	if err == nil {
		length := binary.BigEndian.Uint32(head)
		if length == 0 || length > maxSFTPPacket {
			return 0, 0, errSFTPPacket
		}
		size = 4 + int(length)
		head, err = s.in.Peek(5)
	}
	switch {
	case err == nil:
		return size, head[4], nil
	case len(head) > 0 && errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	return 0, 0, err
}

// admit waits until there is room for one more request.
func (s *sftpStream) admit(cost int) error {
	for {
		s.mu.Lock()
		fits := s.pending == 0 || s.pending+cost <= maxSFTPInFlight
		if fits {
			s.inFlight = append(s.inFlight, cost)
			s.pending += cost
			s.account()
		}
		s.mu.Unlock()
		if fits {
			return nil
		}
		select {
		case <-s.answered:
		case <-s.ctx.Done():
			return context.Cause(s.ctx)
		}
	}
}

// Write implements io.Writer. The first Write of a reply has at least its length. A client
// that takes nothing for stallLimit is cut.
func (s *sftpStream) Write(p []byte) (int, error) {
	stalled := time.AfterFunc(stallLimit, s.session.term.KillStalled)
	defer stalled.Stop()
	if s.unsent == 0 && len(p) >= 4 {
		s.unsent = 4 + int(binary.BigEndian.Uint32(p))
	}
	n, err := s.session.term.Output().Write(p)
	if s.unsent -= n; s.unsent <= 0 {
		s.unsent = 0
		s.replied()
	}
	return n, err
}

// replied notes that the oldest request has its reply.
func (s *sftpStream) replied() {
	s.mu.Lock()
	if len(s.inFlight) > 0 {
		s.pending -= s.inFlight[0]
		s.inFlight = s.inFlight[1:]
		s.account()
	}
	s.mu.Unlock()
	select {
	case s.answered <- struct{}{}:
	default:
	}
}

// hold counts further bytes that the session holds, or fewer.
func (s *sftpStream) hold(bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held += bytes
	s.account()
}

// account tells the governor how many bytes the session holds. The caller holds mu.
func (s *sftpStream) account() {
	s.session.term.Holds(sshd.MemoryInput, int64(s.pending+s.held))
}

// Close implements io.Closer. The session itself closes the channel, once it has said why.
func (s *sftpStream) Close() error { return nil }
