package sshd

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/ssh"

	"wick/sshapp/sshtest"
)

// stalls is a handler that reads no input before read is closed, then all of it. For
// the command echo it repeats its input at once.
type stalls struct {
	read chan struct{}
	mu   sync.Mutex
	got  []int // bytes of each session that has ended
	bad  bool  // they were not the bytes that were sent
}

func (s *stalls) session(sess ssh.Session, _ *Terminal) {
	if sess.RawCommand() == "echo" {
		io.Copy(sess, sess)
		return
	}
	select {
	case <-s.read:
	case <-sess.Context().Done():
		return
	}
	all, _ := io.ReadAll(sess)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, len(all))
	s.bad = s.bad || len(bytes.Trim(all, "x")) > 0
}

func TestUnreadInputOfASourceIsBounded(t *testing.T) {
	const limit, each, conns = 256 << 10, 200 << 10, 6
	h := &stalls{read: make(chan struct{})}
	cfg := shortLimits()
	cfg.MaxUnread, cfg.KeepAliveInterval = limit, 100*time.Millisecond // a client that is held back is not silent
	addr, s := startServer(t, h.session, cfg)
	neighbour := sshtest.Exec(t, sshtest.DialFrom(t, "127.0.0.1", addr, "new"), "echo")
	var sent sync.WaitGroup
	for range conns {
		w := sshtest.Exec(t, sshtest.DialFrom(t, "127.0.0.2", addr, "new"), "stall")
		sent.Go(func() {
			// In small packets, which cost the most.
			for range each / 100 {
				w.Types("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")
			}
			w.CloseWrite()
		})
	}
	sshtest.Eventually(t, "the limit is reached", func() bool { return s.unread() > limit })
	stop := time.After(time.Second)
	for i, more := 0, true; more; i++ {
		select {
		case <-stop:
			more = false
		default:
			line := fmt.Sprintf("line%d\n", i)
			neighbour.Types(line)
			neighbour.Shows(t, line)
		}
		// One more read of each connection, and what each may have in any case.
		if n := s.unread(); n > limit+conns*(unreadFloor+8<<10) {
			t.Fatalf("%d bytes are unread", n)
		}
	}
	var total int64
	for c, n := range s.inputs() {
		if total += n; c.ctx.Err() != nil {
			t.Error("a connection that is held back was cut")
		}
	}
	if total < limit {
		t.Errorf("%d bytes are unread by connection", total)
	}
	close(h.read)
	sent.Wait()
	sshtest.Eventually(t, "everything is read", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return len(h.got) == conns
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, n := range h.got {
		if n != each || h.bad {
			t.Errorf("%d of %d bytes came", n, each)
		}
	}
	sshtest.Eventually(t, "nothing is unread", func() bool { return s.unread() < 8<<10 })
}

// While a session reads, nothing is measured; while none does, no less than there is.
func TestUnreadInputIsMeasured(t *testing.T) {
	h := &stalls{read: make(chan struct{})}
	addr, s := startServer(t, h.session, shortLimits())
	c := sshtest.Dial(t, addr, "new")
	w := sshtest.Exec(t, c, "stall")
	for range 1000 {
		w.Types("x")
	}
	// Packets of one byte have 36 on the network, or more.
	sshtest.Eventually(t, "it is counted", func() bool { return s.unread() >= 1000*36 })
	close(h.read)
	// Bytes that came during a read may be counted until the next one.
	sshtest.Eventually(t, "it is read", func() bool { return s.unread() <= unreadFloor })
	for range 100 {
		w.Types("x")
	}
	sshtest.Eventually(t, "a session that reads has next to none", func() bool { return s.unread() <= unreadFloor })
	w.CloseWrite()
	w.Ends(t)
	c.Close()
	sshtest.Eventually(t, "a connection that is gone has none", func() bool { return s.unread() == 0 })
}

func TestAPausedConnectionEndsWithItsServer(t *testing.T) {
	h := &stalls{read: make(chan struct{})}
	cfg := shortLimits()
	cfg.MaxUnread = 1
	addr, s := startServer(t, h.session, cfg) // checks that nothing is left
	w := sshtest.Exec(t, sshtest.Dial(t, addr, "new"), "stall")
	go w.Types(string(make([]byte, 1<<20)))
	sshtest.Eventually(t, "it is held back", func() bool {
		for c := range s.inputs() {
			if c.readsPaused.Load() {
				return true
			}
		}
		return false
	})
}

// unread returns about how much input no session has read yet, in bytes.
func (s *Server) unread() (sum int64) {
	for _, n := range s.inputs() {
		sum += n
	}
	return sum
}

// inputs returns the connections and the unread input of each.
func (s *Server) inputs() iter.Seq2[*conn, int64] {
	return func(yield func(*conn, int64) bool) {
		for _, c := range s.tracker.list(true) {
			if !yield(c, c.unread.bytes()) {
				return
			}
		}
	}
}
