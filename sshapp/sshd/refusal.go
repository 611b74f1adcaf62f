package sshd

import (
	"net"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// farewellRate and farewellBurst are how many clients that are refused or cut are told
// why, per second and at once. A farewell costs about as much as accepting and closing
// the connection, so in a flood most clients get none.
const (
	farewellRate  = 50
	farewellBurst = 100
)

// farewells are what people read whose connection is refused.
var farewells = map[Reason]string{
	TooManyConns:                "the server is full: try again later",
	TooManyHandshakes:           "the server is busy: try again in a few seconds",
	DroppedEarly:                "the server is busy: try again in a few seconds",
	TooManyConnsFromSource:      "too many connections from your address: close one of them",
	TooManyHandshakesFromSource: "too many connections from your address at once: try again in a few seconds",
	TooManyConnects:             "too many connections from your address: wait a minute",
	Penalized:                   "too many connections from your address came to nothing: wait a few minutes",
	ShortOfMemory:               "the server is short of memory: try again later",
	Banned:                      ErrBanned.Error(),
	NoProxyHeader:               "the proxy in front of this server does not pass on your address, as it must: tell its operator",
}

// refusalPause is how long a refused connection is left open. Most clients of a
// flood come again at once; so they come once in that time and not a thousand times.
// maxRefused bounds how many such connections there are. Beyond it they are closed
// at once.
const (
	refusalPause = time.Second
	maxRefused   = 256
)

// refusals are the connections that are refused as soon as they are accepted. It is
// safe for concurrent use.
//
// RFC 4253 allows SSH_MSG_DISCONNECT at any time. OpenSSH, PuTTY and dropbear show
// the text of one that comes unencrypted behind the version line.
type refusals struct {
	limiter *rate.Limiter // of farewells
	packets map[Reason][]byte

	mu      sync.Mutex
	paused  map[net.Conn]*time.Timer // that closes it
	stopped bool
}

func newRefusals(version string) *refusals {
	r := &refusals{
		limiter: rate.NewLimiter(farewellRate, farewellBurst),
		packets: make(map[Reason][]byte), paused: make(map[net.Conn]*time.Timer),
	}
	for why, text := range farewells {
		r.packets[why] = append([]byte("SSH-2.0-"+version+"\r\n"), disconnectPacket(tooManyConnections, text)...)
	}
	return r
}

// refuse closes a connection that was just accepted, at once or after refusalPause.
// It does not block.
func (r *refusals) refuse(nc net.Conn, why Reason) {
	if tcpOf(nc) == nil || r.packets[why] == nil {
		nc.Close()
		return
	}
	if r.limiter.Allow() {
		tcpOf(nc).Write(r.packets[why]) // so little fits into the kernel's buffer
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped || len(r.paused) >= maxRefused {
		nc.Close()
		return
	}
	r.paused[nc] = time.AfterFunc(refusalPause, func() {
		r.mu.Lock()
		delete(r.paused, nc)
		r.mu.Unlock()
		nc.Close()
	})
}

// stop closes the connections that are still open. After it, refuse closes at once.
func (r *refusals) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
	for nc, timer := range r.paused {
		timer.Stop()
		nc.Close()
	}
	clear(r.paused)
}
