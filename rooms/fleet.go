package rooms

import (
	"context"
	"time"
)

// Fleet is how the servers that share a store reach each other. Whoever can write to
// the store can withhold, delay and repeat what they send, and can neither read nor
// forge it. Its methods are safe for concurrent use.
type Fleet interface {
	// Broadcast sends a message to all servers that receive now, this one included.
	Broadcast(ctx context.Context, message []byte) error
	// Receive has f called with each message, one after the other. f must not block,
	// nor keep what it is given. It takes the place of the f before; nil is none.
	Receive(f func(message []byte))
	// Renew lists the server under its random ID until the lease has passed. It
	// returns the IDs of all that are listed, at most MaxServers and in no order, and
	// the record that was put last, or nil.
	Renew(ctx context.Context, id string, lease time.Duration) (servers []string, record []byte, err error)
	// Retire lists the server no longer.
	Retire(ctx context.Context, id string) error
	// Put replaces the record that all servers share.
	Put(ctx context.Context, record []byte) error
}

// MaxServers is how many servers a Fleet lists.
const MaxServers = 64
