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

// links are the connections of a client to one server at a time, be it another
// after a failover. The client library closes connections to the old one only
// of its pool, and only if a Sentinel told it; but the one that listens would
// stay with a server that says nothing any more.
type links struct {
	moves bool // Sentinels say where the server is

	mu    sync.Mutex
	open  map[*link]struct{}
	addr  string    // where the newest leads
	since time.Time // when addr became another
}

// link is one connection.
type link struct {
	net.Conn
	links *links
}

// bareLink is a link that is no TLS connection: the client library looks at its
// socket to see whether the server closed it.
type bareLink struct {
	*link
	syscall.Conn
}

var errElsewhere = errors.New("the server in charge is another by now")

// notDialled is the error of a command that never left this process, for no
// connection came about.
type notDialled struct{ error }

func (e notDialled) Unwrap() error { return e.error }

func newLinks(moves bool) *links { return &links{moves: moves, open: map[*link]struct{}{}} }

// DialHook implements goredis.Hook.
func (l *links) DialHook(next goredis.DialHook) goredis.DialHook {
	next = dialling{}.DialHook(next)
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
func (l *links) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook { return next }

// ProcessPipelineHook implements goredis.Hook.
func (l *links) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return next
}

// add notes a connection that was begun at a time. Where it leads to another
// server than those before, they are closed.
func (l *links) add(conn net.Conn, began time.Time) (net.Conn, error) {
	at := conn.RemoteAddr().String()
	added := &link{Conn: conn, links: l}
	l.mu.Lock()
	stale := l.moves && at != l.addr && began.Before(l.since)
	var old []*link
	if !stale {
		if l.moves && at != l.addr {
			old = l.takeAll()
			l.addr, l.since = at, time.Now()
		}
		l.open[added] = struct{}{}
	}
	l.mu.Unlock()
	for _, o := range old {
		o.Conn.Close()
	}
	if stale {
		conn.Close()
		return nil, notDialled{errElsewhere}
	}
	if raw, ok := conn.(syscall.Conn); ok {
		return bareLink{added, raw}, nil
	}
	return added, nil
}

// drop closes all connections, so that new ones find the server in charge.
func (l *links) drop() {
	l.mu.Lock()
	old := l.takeAll()
	l.mu.Unlock()
	for _, o := range old {
		o.Conn.Close()
	}
}

// takeAll takes the links that are open, with mu held.
func (l *links) takeAll() []*link {
	all := make([]*link, 0, len(l.open))
	for o := range l.open {
		all = append(all, o)
	}
	clear(l.open)
	return all
}

// Close implements net.Conn.
func (o *link) Close() error {
	o.links.mu.Lock()
	delete(o.links.open, o)
	o.links.mu.Unlock()
	return o.Conn.Close()
}

// dialling marks the errors of what did not come about, and does nothing for
// whoever has left: the library's TLS dialler does not look at the context.
type dialling struct{}

// DialHook implements goredis.Hook.
func (dialling) DialHook(next goredis.DialHook) goredis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		if err := ctx.Err(); err != nil {
			return nil, notDialled{err}
		}
		conn, err := next(ctx, network, addr)
		if err != nil {
			return nil, notDialled{err}
		}
		return conn, nil
	}
}

// ProcessHook implements goredis.Hook.
func (dialling) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook { return next }

// ProcessPipelineHook implements goredis.Hook.
func (dialling) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return next
}
