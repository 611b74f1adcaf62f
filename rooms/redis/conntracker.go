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
func (l *connTracker) DialHook(next goredis.DialHook) goredis.DialHook {
	next = dialHook{}.DialHook(next)
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		began := time.Now()
		conn, err := next(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return l.add(conn, began)
	}
}

// ProcessHook implements goredis.Hook.
func (l *connTracker) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook { return next }

// ProcessPipelineHook implements goredis.Hook.
func (l *connTracker) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return next
}

// add tracks a connection that was begun at a time. If it leads to another
// server than those before, add closes them. If it was begun before the last
// such change, it is itself the old one, and add closes it.
func (l *connTracker) add(conn net.Conn, began time.Time) (net.Conn, error) {
	addr := conn.RemoteAddr().String()
	added := &trackedConn{Conn: conn, tracker: l}
	l.mu.Lock()
	stale := l.failsOver && addr != l.addr && began.Before(l.since)
	var old []*trackedConn
	if !stale {
		if l.failsOver && addr != l.addr {
			old = l.removeAll()
			l.addr, l.since = addr, time.Now()
		}
		l.open[added] = struct{}{}
	}
	l.mu.Unlock()
	for _, o := range old {
		o.Conn.Close()
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
func (l *connTracker) closeAll() {
	l.mu.Lock()
	old := l.removeAll()
	l.mu.Unlock()
	for _, o := range old {
		o.Conn.Close()
	}
}

// removeAll empties the tracker and returns the connections that were in it.
// The caller holds mu.
func (l *connTracker) removeAll() []*trackedConn {
	all := make([]*trackedConn, 0, len(l.open))
	for o := range l.open {
		all = append(all, o)
	}
	clear(l.open)
	return all
}

// Close implements net.Conn.
func (o *trackedConn) Close() error {
	o.tracker.mu.Lock()
	delete(o.tracker.open, o)
	o.tracker.mu.Unlock()
	return o.Conn.Close()
}

// dialHook wraps dial errors as notSentError. It does not dial if the context
// has ended: the client library's TLS dialler ignores the context.
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
