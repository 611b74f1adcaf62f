package sshd

import (
	"cmp"
	"log/slog"
	"math"
	"net/netip"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// Limits bounds what clients can take from a server. Zero means the default in
// brackets; negative, no limit.
//
// Some limits are per source: an IPv4 address or an IPv6 /64, see [Source]. An
// IPv6 /48 may have eight times the limit of a source.
type Limits struct {
	// Connections at once: in all, from one source, and in all without a session
	// so far [no limit].
	MaxConns          int
	MaxConnsPerSource int
	MaxHandshakes     int

	// MaxConnects is how many connections, and further sessions on a connection,
	// a source may open at once, and again per minute [no limit]. With a limit,
	// those of all sources begin at a pace that leaves the processors to whoever
	// is talking.
	MaxConnects int
	// MaxPenalty is the longest time for which a source is refused because its
	// connections came to nothing [never refused].
	MaxPenalty time.Duration
	// SourceReadRate is how many bytes a source may send per second, over all its
	// connections, and sixteen times as many at once [no limit].
	SourceReadRate int

	HandshakeTimeout  time.Duration // until the first key exchange packet [10 s]
	LoginTimeout      time.Duration // until a shell or command, and between sessions [2 min]
	IdleTimeout       time.Duration // without input from the client [2 h]
	MaxLifetime       time.Duration // of a connection [25 h]
	KeepAliveInterval time.Duration // without a byte from the client before it is asked for one [15 s]
	KeepAliveMisses   int           // intervals without an answer before the client is dead [3]
	WriteTimeout      time.Duration // for one write to the network [30 s]
	CloseTimeout      time.Duration // for a client to take the last bytes and close [30 s]

	MaxAuthTries int // failed authentications per connection [6]
	MaxChannels  int // sessions at once per connection; more wait for 2 s [4]
	// MaxRequests is how many sessions and key exchanges a connection may begin at
	// once, and again per 8 s [64]; more have to wait. A connection that has eight
	// times as much refused is cut, and a session is ended.
	MaxRequests int
	MaxEnv      int // environment variables per session [16]
	MaxPaste    int // bytes of one bracketed paste [64 KiB]
	MaxCommand  int // bytes of a command that a session gets, see Terminal.Truncated [32 KiB; at most 255 KiB]

	// The size in cells that a larger terminal is reported as [500 × 200].
	MaxWidth, MaxHeight int

	ReadRate  int // bytes per second that a connection may send on average [8 KiB]
	ReadBurst int // bytes that it may send at once [256 KiB]

	// MaxUnread is how much input of one source may wait for sessions to read it,
	// in bytes on the network [16 MiB]. Beyond it, the server stops reading from
	// those connections of the source whose input waits.
	MaxUnread int64
}

// Config holds what is optional about a server. The zero value works: it lets
// anybody in and applies the default limits.
type Config struct {
	Limits

	// Version is what the server calls itself in its version line, without spaces
	// or hyphens (RFC 4253, section 4.2) ["Go"].
	Version string
	// Env names the environment variables that a client may set besides those of
	// the locale, the terminal and the time zone [none].
	Env []string

	// ProxyFrom are the networks of the proxies in front of the server. Their
	// connections have to begin with a PROXY protocol header, of version 1 or 2,
	// within HandshakeTimeout. The client's address and the one that it reached are
	// those in the header; nobody else's header is taken [no proxies].
	ProxyFrom []netip.Prefix

	// Admit reports whether the holder of a key may log in. Nil admits anybody,
	// with or without a key; otherwise nobody without a key gets in. It is also
	// called for keys that are only offered, and again for every session. It must
	// be safe for concurrent use.
	Admit func(gossh.PublicKey) bool
	// Bans says who is turned away [nobody]. A banned address is refused when it connects;
	// whether a banned key gets a session is for the handler to say. See
	// [Server.CutBanned]. It must be safe for concurrent use.
	Bans Bans
	// Keyless reports whether a client may log in as user with nothing at all, even
	// if it has keys, by the authentication method "none". It is for clients that know
	// no other method but keys; with Admit it is not asked. It must be safe for
	// concurrent use [nobody may].
	Keyless func(user string) bool

	// MemoryBudget is how many bytes the process may hold [no bound]. Beyond 70 %
	// of it, the connections that hold most are cut, down to 60 %.
	MemoryBudget int64
	// OtherMemory returns how many bytes the process holds besides connections
	// [none]. Trim drops what can be made again if memory is short [nothing]. Both
	// must be safe for concurrent use.
	OtherMemory func() int64
	Trim        func()

	// Meter counts refusals and cuts [nothing is counted]. The log says so too, in one
	// line a minute at most.
	Meter Meter
	Log   *slog.Logger // [nothing is logged]
}

func (c Config) withDefaults() *Config {
	orDefault(&c.HandshakeTimeout, 10*time.Second, forever)
	orDefault(&c.LoginTimeout, 2*time.Minute, forever)
	orDefault(&c.IdleTimeout, 2*time.Hour, forever)
	orDefault(&c.MaxLifetime, 25*time.Hour, forever)
	orDefault(&c.KeepAliveInterval, 15*time.Second, forever)
	orDefault(&c.WriteTimeout, 30*time.Second, forever)
	orDefault(&c.CloseTimeout, 30*time.Second, forever)
	orDefault(&c.KeepAliveMisses, 3, math.MaxInt32)
	orDefault(&c.MaxAuthTries, 6, math.MaxInt32) // as OpenSSH's server
	orDefault(&c.MaxChannels, 4, math.MaxInt32)
	orDefault(&c.MaxRequests, 64, math.MaxInt32)
	orDefault(&c.MaxEnv, 16, math.MaxInt32)
	orDefault(&c.MaxPaste, 64<<10, math.MaxInt32)
	orDefault(&c.MaxCommand, 32<<10, math.MaxInt32)
	c.MaxCommand = min(c.MaxCommand, mostCommand)
	orDefault(&c.MaxWidth, 500, math.MaxInt32)
	orDefault(&c.MaxHeight, 200, math.MaxInt32)
	orDefault(&c.ReadRate, 8<<10, math.MaxInt32)
	orDefault(&c.ReadBurst, 256<<10, math.MaxInt32)
	orDefault(&c.MaxUnread, 16<<20, math.MaxInt64)
	c.Version = cmp.Or(c.Version, "Go")
	if c.Trim == nil {
		c.Trim = func() {}
	}
	if c.Meter == nil {
		c.Meter = noMeter{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	} else {
		c.Meter = newRefusalLog(c.Meter, c.Log)
	}
	return &c
}

// forever stands for a duration without a limit. It is longer than any process
// lives and short enough to be added to others without overflow.
const forever = 100 * 365 * 24 * time.Hour

func orDefault[T int | int64 | time.Duration](v *T, standard, unlimited T) {
	switch {
	case *v == 0:
		*v = standard
	case *v < 0:
		*v = unlimited
	}
}

// silence returns how long a client may send nothing. It is asked for a sign of
// life only once, because TCP retransmits the question.
func (l *Limits) silence() time.Duration {
	if l.KeepAliveInterval == forever || l.KeepAliveMisses == math.MaxInt32 {
		return forever
	}
	return l.KeepAliveInterval * time.Duration(1+l.KeepAliveMisses)
}

// warning returns how long before the end of an idle session the person is
// warned.
func (l *Limits) warning() time.Duration { return min(l.IdleTimeout/12, 5*time.Minute) }

// clamp returns the size that a terminal is reported as. A terminal that does not
// know its size sends 0 × 0.
func (l *Limits) clamp(width, height uint32) (uint32, uint32) {
	if width == 0 {
		width = defaultWidth
	}
	if height == 0 {
		height = defaultHeight
	}
	return min(width, uint32(l.MaxWidth)), min(height, uint32(l.MaxHeight))
}
