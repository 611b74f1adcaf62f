package sshd

// Meter counts what a server refuses and cuts, never who it was. Its methods
// must be safe for concurrent use and must not block.
type Meter interface {
	// TurnedAway counts a connection, session or action that was refused or cut.
	TurnedAway(Reason)
}

// Reason says why a connection, session or action was refused or cut. Its value
// is fit for the label of a metric.
type Reason string

// The reasons of the server itself. Those of a [Quota] are named by its owner.
const (
	TooManyConns                Reason = "connections"         // at once
	TooManyConnsFromSource      Reason = "address_connections" // at once
	TooManyHandshakes           Reason = "handshakes"          // at once
	TooManyHandshakesFromSource Reason = "address_handshakes"  // at once
	DroppedEarly                Reason = "early_drop"          // by chance, before there are too many handshakes
	TooManyConnects             Reason = "connects"            // connections and sessions of a source per minute
	Penalized                   Reason = "penalty"             // a source whose connections came to nothing
	NoProxyHeader               Reason = "proxy_header"        // of a proxy, none or none that is valid in time
	HandshakeTimedOut           Reason = "greeting_timeout"    // no key exchange in time
	LoginTimedOut               Reason = "login_timeout"       // no session in time
	KeyRefused                  Reason = "key"                 // when offered, or when its next session began
	Banned                      Reason = "banned"              // an address when it connects, or whoever was cut for it
	TooManySessions             Reason = "connection_sessions" // at once, on one connection
	TooManyRequests             Reason = "connection_requests" // of one connection
	Stalled                     Reason = "stalled"             // took nothing of its output; see Terminal.KillStalled
	HeldTooMuch                 Reason = "held_memory"         // cut because memory is short
	ShortOfMemory               Reason = "short_memory"        // refused because memory is short
)

// Reasons returns the reasons of the server itself.
func Reasons() []Reason {
	return []Reason{
		TooManyConns, TooManyConnsFromSource, TooManyHandshakes, TooManyHandshakesFromSource, DroppedEarly,
		TooManyConnects, Penalized, NoProxyHeader, HandshakeTimedOut, LoginTimedOut, KeyRefused, Banned,
		TooManySessions, TooManyRequests, Stalled, HeldTooMuch, ShortOfMemory,
	}
}

type noMeter struct{}

func (noMeter) TurnedAway(Reason) {}
