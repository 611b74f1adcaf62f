package sshapp

import (
	"log/slog"
	"math"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// Guards is what a server's guards are told. Its zero value is usable: what is
// zero has the default in brackets; what is negative is not bounded.
type Guards struct {
	// Caps on connections: in all, from one IPv4 address or IPv6 /64, and on
	// those in which no session has begun yet [no caps].
	MaxConns           int
	MaxConnsPerAddress int
	MaxHandshakes      int

	// Of one IPv4 address or IPv6 /64 [no caps]. A /48 has siteShare times that.
	MaxConnects   int           // connections, and sessions on one that is there: at once, and per minute
	MaxPenalty    time.Duration // how long it is kept out whose connections come to nothing; see penalties
	SourceIngress int           // bytes per second that it may send, and sourceBurst times as many at once

	// Of one IPv4 address or IPv6 /64: at once, and per minute [no caps].
	MaxLights  int // rooms lit
	MaxTries   int // names tried, by entering or lighting, that let nobody in
	MaxEntries int // times that a room was entered, or its door knocked at

	Greeting   time.Duration // until the client's first key exchange packet [10 s]
	Login      time.Duration // until a shell or command, and without any [2 min]
	Idle       time.Duration // without input from the client [2 h]
	Lifetime   time.Duration // of a connection [25 h, beyond the longest countdown]
	KeepAlive  time.Duration // without a byte from the client until it is asked for a sign of life [15 s]
	Misses     int           // as often again, without an answer, until it is dead [3]
	Write      time.Duration // for one write to the network [30 s]
	CloseGrace time.Duration // for a client to take the last bytes and leave [30 s]

	AuthTries   int // failed authentications of a connection [6]
	MaxChannels int // of a connection, open at once [4]
	MaxRequests int // of a connection, at once and per requestSpan; see guard.request [64]
	MaxEnv      int // environment variables of a session [16]
	MaxPaste    int // bytes of one paste [64 KiB]

	// What a larger terminal is drawn as, in cells [500 × 200]. Without a bound
	// there still is that of the screens.
	MaxWidth, MaxHeight int

	IngressRate  int // bytes per second that a connection may send on average [8 KiB]
	IngressBurst int // bytes that it may send at once [256 KiB]

	// MaxUnread is how much input of one IPv4 address or IPv6 /64 may wait
	// until sessions read it, in bytes on the network [16 MiB]. Beyond it
	// nothing more is read of those connections whose input waits.
	MaxUnread int64

	// Admit tells whose keys are let in. Nil lets anybody in, without a key
	// too; otherwise nobody without a key. It is called with keys that are
	// only offered as well, and from any goroutine.
	Admit func(gossh.PublicKey) bool

	Meter Meter        // default: nothing is counted
	Log   *slog.Logger // default: nothing is logged
}

func (c Guards) withDefaults() *Guards {
	for d, standard := range map[*time.Duration]time.Duration{
		&c.Greeting:   10 * time.Second,
		&c.Login:      2 * time.Minute,
		&c.Idle:       2 * time.Hour,
		&c.Lifetime:   25 * time.Hour,
		&c.KeepAlive:  15 * time.Second,
		&c.Write:      30 * time.Second,
		&c.CloseGrace: 30 * time.Second,
	} {
		bound(d, standard, forever)
	}
	for n, standard := range map[*int]int{
		&c.Misses:       3,
		&c.AuthTries:    6, // as OpenSSH's server
		&c.MaxChannels:  4,
		&c.MaxRequests:  64,
		&c.MaxEnv:       16,
		&c.MaxPaste:     64 << 10,
		&c.MaxWidth:     500,
		&c.MaxHeight:    200,
		&c.IngressRate:  8 << 10,
		&c.IngressBurst: 256 << 10,
	} {
		bound(n, standard, math.MaxInt32)
	}
	bound(&c.MaxUnread, 16<<20, math.MaxInt64)
	if c.Meter == nil {
		c.Meter = noMeter{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &c
}

// forever is how long a time without a bound lasts: longer than any server,
// and short enough to be counted in.
const forever = 100 * 365 * 24 * time.Hour

func bound[T int | int64 | time.Duration](v *T, standard, unbounded T) {
	switch {
	case *v == 0:
		*v = standard
	case *v < 0:
		*v = unbounded
	}
}

// silence is how long a client may send nothing. It is asked once for a sign
// of life: TCP repeats the question until it is taken.
func (c *Guards) silence() time.Duration {
	if c.KeepAlive == forever || c.Misses == math.MaxInt32 {
		return forever
	}
	return c.KeepAlive * time.Duration(1+c.Misses)
}

// warning is how long before the end of a session that nobody types in the
// person is warned.
func (c *Guards) warning() time.Duration { return min(c.Idle/12, 5*time.Minute) }
