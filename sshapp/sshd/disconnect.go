package sshd

import (
	"encoding/binary"
	"reflect"
	"slices"
	"time"
	"unsafe"

	gossh "golang.org/x/crypto/ssh"
)

// Reasons of an SSH_MSG_DISCONNECT (RFC 4253, section 11.1).
const (
	byApplication      = 11
	tooManyConnections = 12
)

// farewellTime is how long a client has to take the reason why its connection is cut,
// and to close the connection itself. If the server closed it first, what is under way
// could be lost.
const farewellTime = time.Second

// hangUp cuts the connection after its client has been told why. The contexts of its
// sessions end with cause, and their handlers have cutGrace to give the terminal back.
// Then text follows in an SSH_MSG_DISCONNECT, which clients show. What the client sends
// meanwhile is not heard. hangUp reports whether the connection was open, and does not
// block.
func (c *conn) hangUp(cause error, text string) bool {
	c.mu.Lock()
	if c.closed || c.leaving.Swap(true) {
		c.mu.Unlock()
		return false
	}
	sessions := slices.Clone(c.running)
	c.mu.Unlock()
	for _, t := range sessions {
		t.cancel(cause)
	}
	if len(sessions) > 0 {
		time.AfterFunc(cutGrace, func() { c.sayGoodbye(text) })
	} else {
		go c.sayGoodbye(text) // ends with the connection, farewellTime later at most
	}
	return true
}

// sayGoodbye tells the client why the connection is cut, if so many clients were not
// told just before, and closes it.
func (c *conn) sayGoodbye(text string) {
	defer recoverPanic(c.cfg.Log, "", func() { c.Close() })
	c.mu.Lock()
	transport := c.transport
	c.mu.Unlock()
	tcp := tcpOf(c.Conn)
	plain := transport == nil && tcp != nil && !c.keyExchanged.Load()
	if (transport == nil && !plain) || !c.tracker.refusals.limiter.Allow() {
		c.Close()
		return
	}
	time.AfterFunc(farewellTime, func() { c.Close() })
	var err error
	if plain {
		tcp.SetWriteDeadline(time.Now().Add(farewellTime))
		_, err = tcp.Write(disconnectPacket(byApplication, text))
	} else {
		err = transport.writePacket(disconnectMessage(byApplication, text))
	}
	if err != nil {
		c.Close()
	}
}

// disconnectMessage returns the payload of an SSH_MSG_DISCONNECT (RFC 4253, section
// 11.1).
func disconnectMessage(reason uint32, text string) []byte {
	payload := []byte{1} // SSH_MSG_DISCONNECT
	payload = binary.BigEndian.AppendUint32(payload, reason)
	payload = binary.BigEndian.AppendUint32(payload, uint32(len(text)))
	payload = append(payload, text...)
	return binary.BigEndian.AppendUint32(payload, 0) // no language
}

// disconnectPacket returns an unencrypted SSH_MSG_DISCONNECT (RFC 4253, section 6).
func disconnectPacket(reason uint32, text string) []byte {
	const blockSize, minPadding = 8, 4
	payload := disconnectMessage(reason, text)
	padding := blockSize - (5+len(payload))%blockSize
	if padding < minPadding {
		padding += blockSize
	}
	packet := binary.BigEndian.AppendUint32(nil, uint32(1+len(payload)+padding))
	packet = append(packet, byte(padding))
	packet = append(packet, payload...)
	return append(packet, make([]byte, padding)...)
}

// sshTransport is the interface connTransport of x/crypto/ssh: the packets of a
// connection after its first key exchange. Its methods are safe for concurrent use.
type sshTransport interface {
	Close() error
	getAlgorithms() gossh.NegotiatedAlgorithms
	getSessionID() []byte
	readPacket() ([]byte, error)
	waitSession() error
	writePacket([]byte) error
}

// transportOf returns the transport of a connection of x/crypto/ssh, which has no
// function that sends an SSH_MSG_DISCONNECT (connection.go: "consider exposing:
// Disconnect"). It returns nil if the library is not as it is known here; then clients
// are cut without a reason.
func transportOf(conn gossh.ServerPreAuthConn) sshTransport {
	v := reflect.ValueOf(conn)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return nil
	}
	field := v.Elem().FieldByName("transport")
	if !field.IsValid() || field.Kind() != reflect.Interface || field.IsNil() || !sameMethods(field.Type(), reflect.TypeFor[sshTransport]()) {
		return nil
	}
	// Two interfaces with the same methods are the same in memory. The language does
	// not convert between them because the names belong to two packages.
	return *(*sshTransport)(unsafe.Pointer(field.UnsafeAddr()))
}

// sameMethods reports whether two interface types have the same methods, whatever
// packages their names belong to.
func sameMethods(a, b reflect.Type) bool {
	if a.NumMethod() != b.NumMethod() {
		return false
	}
	for i := range a.NumMethod() {
		if a.Method(i).Name != b.Method(i).Name || a.Method(i).Type != b.Method(i).Type {
			return false
		}
	}
	return true
}
