package sshapp

import (
	"encoding/binary"
	"net"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// tooManyConnections is SSH_DISCONNECT_TOO_MANY_CONNECTIONS, RFC 4253, section
// 11.1.
const tooManyConnections = 12

// farewellRate is how many refused clients a second are told why, and how many
// at once. It costs about as much as to accept and close their connection, so in
// a flood most are not.
const (
	farewellRate  = 50
	farewellBurst = 100
)

// farewells are what people read whose connection is refused. Those that are
// refused for something else read that their connection was closed.
var farewells = map[Reason]string{
	TooManyConns:               "the server is full: try again later",
	TooManyHandshakes:          "the server is busy: try again in a few seconds",
	DroppedEarly:               "the server is busy: try again in a few seconds",
	TooManyOfAddress:           "too many connections from your address: end one of them",
	TooManyHandshakesOfAddress: "too many connections from your address at once: try again in a few seconds",
	TooManyConnects:            "too many connections from your address: wait a minute",
	KeptOut:                    "too many connections from your address came to nothing: wait a few minutes",
}

// refusalPause is how long a refused connection is left open before it is
// closed, so that clients that come again at once, as most do, come once in that
// time and not a thousand times. maxRefused bounds how many there are; in
// addition to them connections are closed at once.
const (
	refusalPause = time.Second
	maxRefused   = 256
)

// refusals are the connections that are refused as soon as they are accepted.
// They are safe for concurrent use.
//
// RFC 4253 has SSH_MSG_DISCONNECT at any time; OpenSSH, PuTTY and dropbear show
// one that comes unencrypted behind the version line.
type refusals struct {
	pace *rate.Limiter // of farewells
	text map[Reason][]byte

	mu      sync.Mutex
	paused  map[net.Conn]*time.Timer // close it
	stopped bool
}

func newRefusals() *refusals {
	r := &refusals{
		pace: rate.NewLimiter(farewellRate, farewellBurst),
		text: make(map[Reason][]byte), paused: make(map[net.Conn]*time.Timer),
	}
	for why, text := range farewells {
		r.text[why] = append([]byte("SSH-2.0-"+version+"\r\n"), disconnect(tooManyConnections, text)...)
	}
	return r
}

// refuse closes a connection that was just accepted, sooner or later. It does
// not block.
func (r *refusals) refuse(conn net.Conn, why Reason) {
	if _, ok := conn.(*net.TCPConn); !ok || r.text[why] == nil {
		conn.Close()
		return
	}
	if r.pace.Allow() {
		conn.Write(r.text[why]) // there is room for so little in the system's buffer
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped || len(r.paused) >= maxRefused {
		conn.Close()
		return
	}
	r.paused[conn] = time.AfterFunc(refusalPause, func() {
		r.mu.Lock()
		delete(r.paused, conn)
		r.mu.Unlock()
		conn.Close()
	})
}

// stop closes what is still open. From now on refusals are not slow.
func (r *refusals) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
	for conn, timer := range r.paused {
		timer.Stop()
		conn.Close()
	}
	clear(r.paused)
}

// disconnect is an unencrypted SSH_MSG_DISCONNECT, RFC 4253, sections 6 and 11.1.
func disconnect(reason uint32, text string) []byte {
	const blockSize, least = 8, 4
	payload := []byte{1} // SSH_MSG_DISCONNECT
	payload = binary.BigEndian.AppendUint32(payload, reason)
	payload = binary.BigEndian.AppendUint32(payload, uint32(len(text)))
	payload = append(payload, text...)
	payload = binary.BigEndian.AppendUint32(payload, 0) // no language
	padding := blockSize - (5+len(payload))%blockSize
	if padding < least {
		padding += blockSize
	}
	packet := binary.BigEndian.AppendUint32(nil, uint32(1+len(payload)+padding))
	packet = append(packet, byte(padding))
	packet = append(packet, payload...)
	return append(packet, make([]byte, padding)...)
}
