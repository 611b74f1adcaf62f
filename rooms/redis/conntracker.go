package redis

import (
	"context"
	"errors"
	"net"
	"sync"
	"syscall"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// connTracker makes sure that all connections of a client lead to the same
// server: after a failover it closes those to the old one. The client library
// closes only pooled connections, and only if a Sentinel announced the failover;
// the connection that listens would stay with a server that publishes nothing
// any more.
type connTracker struct {
	failsOver bool // Sentinels say where the server is

	mu    sync.Mutex
	open  map[*trackedConn]struct{}
	addr  string    // of the server that the newest connection leads to
	since time.Time // when addr last changed
}

// trackedConn is a connection that removes itself from its tracker on Close.
type trackedConn struct {
	net.Conn
	tracker *connTracker
}

// socketConn is a trackedConn without TLS. The client library inspects its
// socket to see whether the server closed it.
type socketConn struct {
	*trackedConn
	syscall.Conn
}

var errFailedOver = errors.New("another server has taken over")

// notSentError is the error of a command that never left this process because
// there was no connection.
type notSentError struct{ error }

func (e notSentError) Unwrap() error { return e.error }

func newConnTracker(failsOver bool) *connTracker {
	return &connTracker{failsOver: failsOver, open: map[*trackedConn]struct{}{}}
}

// DialHook implements goredis.Hook.
func (t *connTracker) DialHook(next goredis.DialHook) goredis.DialHook {
	next = dialHook{}.DialHook(next)
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		began := time.Now()
		conn, err := next(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return t.add(conn, began)
	}
}

// ProcessHook implements goredis.Hook.
func (t *connTracker) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook { return next }

// ProcessPipelineHook implements goredis.Hook.
func (t *connTracker) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return next
}

// add tracks a connection that was begun at a time. If it leads to another
// server than those before, add closes them. If it was begun before the last
// such change, it is itself the old one, and add closes it.
func (t *connTracker) add(conn net.Conn, began time.Time) (net.Conn, error) {
	addr := conn.RemoteAddr().String()
	added := &trackedConn{Conn: conn, tracker: t}
	t.mu.Lock()
	stale := t.failsOver && addr != t.addr && began.Before(t.since)
	var old []*trackedConn
	if !stale {
		if t.failsOver && addr != t.addr {
			old = t.removeAll()
			t.addr, t.since = addr, time.Now()
		}
		t.open[added] = struct{}{}
	}
	t.mu.Unlock()
	for _, c := range old {
		c.Conn.Close()
	}
	if stale {
		conn.Close()
		return nil, notSentError{errFailedOver}
	}
	if raw, ok := conn.(syscall.Conn); ok {
		return socketConn{added, raw}, nil
	}
	return added, nil
}

// closeAll closes all connections, so that new ones lead to the current server.
func (t *connTracker) closeAll() {
	t.mu.Lock()
	old := t.removeAll()
	t.mu.Unlock()
	for _, c := range old {
		c.Conn.Close()
	}
}

// removeAll empties the tracker and returns the connections that were in it.
// The caller holds mu.
func (t *connTracker) removeAll() []*trackedConn {
	all := make([]*trackedConn, 0, len(t.open))
	for c := range t.open {
		all = append(all, c)
	}
	clear(t.open)
	return all
}

// Close implements net.Conn.
func (c *trackedConn) Close() error {
	c.tracker.mu.Lock()
	delete(c.tracker.open, c)
	c.tracker.mu.Unlock()
	return c.Conn.Close()
}

// dialHook wraps dial errors as notSentError. It does not dial if the context
// has ended.
type dialHook struct{}

// DialHook implements goredis.Hook.
func (dialHook) DialHook(next goredis.DialHook) goredis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		if err := ctx.Err(); err != nil {
			return nil, notSentError{err}
		}
		conn, err := next(ctx, network, addr)
		if err != nil {
			return nil, notSentError{err}
		}
		return conn, nil
	}
}

// ProcessHook implements goredis.Hook.
func (dialHook) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook { return next }

// ProcessPipelineHook implements goredis.Hook.
func (dialHook) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return next
}
