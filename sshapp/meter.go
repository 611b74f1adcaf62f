package sshapp

import "time"

// Meter is told what happens at the SSH face, to count it: never who it was. Its
// methods must be safe from any goroutine and not block.
type Meter interface {
	// TurnedAway is told of a connection, a session or a wish that was
	// refused, or cut, for one of the Reasons.
	TurnedAway(why Reason)
	// Painted is told how long after a message had come to this process a
	// terminal's connection had taken the frame that takes account of it. Of
	// messages that one frame shows it is the oldest.
	Painted(took time.Duration)
}

// Reason is why somebody was turned away, or cut.
type Reason string

// The reasons, each a limit of the Guards but for the last three.
const (
	TooManyConns      Reason = "connections"         // at once
	TooManyOfAddress  Reason = "address_connections" // at once, from one address
	TooManyHandshakes Reason = "handshakes"          // at once
	DroppedEarly      Reason = "early_drop"          // by chance, before there are too many handshakes
	TooManyConnects   Reason = "connects"            // and sessions, from one address
	KeptOut           Reason = "penalty"             // an address whose connections came to nothing
	NoGreeting        Reason = "greeting_timeout"    // no key exchange in time
	NoLogin           Reason = "login_timeout"       // no session in time
	KeyNotAdmitted    Reason = "key"                 // one that was offered or, by now, the one that was let in
	TooManySessions   Reason = "connection_sessions" // at once, on one connection
	TooManyRequests   Reason = "connection_requests" // of one connection
	TooManyLights     Reason = "lights"              // of rooms, from one address
	TooManyTries      Reason = "tries"               // of names, from one address
	TooManyEntries    Reason = "entries"             // of rooms, from one address
	Stalled           Reason = "stalled"             // took nothing of what is said for minutes
	HeldTooMuch       Reason = "held_memory"         // of the memory that is to be had
	ShortOfMemory     Reason = "short_memory"        // no more connections for now

	TooManyHandshakesOfAddress Reason = "address_handshakes" // at once, from one address
)

// Reasons are all of them.
var Reasons = []Reason{
	TooManyConns, TooManyOfAddress, TooManyHandshakes, NoGreeting, NoLogin,
	KeyNotAdmitted, TooManySessions, TooManyRequests, TooManyLights, TooManyTries,
	TooManyEntries, DroppedEarly, TooManyConnects, KeptOut, TooManyHandshakesOfAddress,
	Stalled, HeldTooMuch, ShortOfMemory,
}

type noMeter struct{}

func (noMeter) TurnedAway(Reason)     {}
func (noMeter) Painted(time.Duration) {}

// Load is how many connections there are, and how many sessions run on them.
func (a *App) Load() (conns, sessions int) {
	r := a.server.register
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.conns), r.handlers
}
