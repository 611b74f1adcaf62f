package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/dustin/go-humanize"
	"golang.org/x/time/rate"

	"wick/rooms"
	"wick/sshapp"
	"wick/sshapp/sshd"
	"wick/sshapp/wording"
)

// The most that an operator can ask for: beyond, a room would hold, or a screen
// draw, more than a server should.
const (
	mostMessage = 64 << 10                    // characters
	mostRoom    = mostHistory * rooms.MaxText // characters of a room's history
	mostWidth   = 1000                        // cells
	mostHeight  = 500
)

// flagDefaults are the defaults that other packages define, by the names that the
// tags of flags give them.
var flagDefaults = kong.Vars{
	"ttl":         wording.Span(rooms.DefaultTTL),
	"max_ttl":     wording.Span(rooms.DefaultMaxTTL),
	"seats":       strconv.Itoa(rooms.DefaultSeats),
	"max_seats":   strconv.Itoa(rooms.DefaultMaxSeats),
	"history":     strconv.Itoa(rooms.DefaultHistory),
	"max_files":   strings.ReplaceAll(humanize.IBytes(rooms.DefaultMaxFiles), ".0 ", ""),
	"max_file":    strings.ReplaceAll(humanize.IBytes(rooms.DefaultMaxFile), ".0 ", ""),
	"max_message": strconv.Itoa(rooms.MaxText),
}

// limitFlags bound what clients can do to the server. 0 lifts a limit. serveCmd
// names their group.
type limitFlags struct {
	Memory memorySize `default:"auto" placeholder:"SIZE" help:"Memory that the server may hold, such as 512MiB. Near it, the heaviest connections are cut (${default}: the limit of its container or unit, or half of the machine's)."`

	MaxSessions      int `default:"10000" help:"Connections at once (${default})."`
	MaxSessionsPerIP int `name:"max-sessions-per-ip" default:"64" help:"Connections at once from one address, or one IPv6 /64 (${default})."`
	MaxHandshakes    int `default:"1000" help:"Connections at once that have no session yet (${default})."`
	MaxConnects      int `default:"300" help:"Connections and further sessions from one address per minute (${default})."`
	MaxInput         int `default:"131072" help:"Bytes per second from one address; 16 times as many in a burst (${default})."`
	MaxLights        int `default:"30" help:"Rooms lit from one address per minute (${default})."`
	MaxTries         int `default:"60" help:"Room names tried in vain from one address per minute (${default})."`
	MaxEntries       int `default:"60" help:"Rooms entered or knocked at from one address per minute (${default})."`

	MaxPenalty time.Duration `default:"5m" help:"Longest time to keep out an address whose connections come to nothing (${default})."`

	GreetingTimeout time.Duration `default:"10s" help:"Time until the client begins the key exchange (${default})."`
	LoginTimeout    time.Duration `default:"2m" help:"Time from then until a session starts, while people compare fingerprints and type passphrases (${default})."`
	IdleTimeout     time.Duration `default:"2h" help:"Time without a key press; a warning comes first (${default})."`
	WriteTimeout    time.Duration `default:"30s" help:"Time for a client to take its output (${default})."`
	KeepAlive       time.Duration `name:"keepalive" default:"15s" help:"Silence after which a client is asked for a sign of life (${default})."`
	KeepAliveMisses int           `name:"keepalive-misses" default:"3" help:"Requests without a reply until the client counts as gone (${default})."`

	MaxAuthTries int      `default:"6" help:"Keys refused per connection (${default})."`
	MaxChannels  int      `default:"4" help:"Sessions per connection at once; more wait for 2 s (${default})."`
	MaxRequests  int      `default:"64" help:"Sessions and key exchanges that a connection may begin at once, and again every 8 s; more wait. A connection is cut when eight times as many other requests were refused (${default})."`
	MaxEnv       int      `default:"16" help:"Environment variables per session (${default})."`
	MaxTerminal  terminal `default:"500x200" placeholder:"COLSxROWS" help:"Largest terminal drawn in full (${default}; 0 and at most: 1000x500)."`
	MaxPaste     int      `default:"65536" help:"Bytes in one paste (${default})."`
	MaxMessage   int      `default:"${max_message}" help:"Characters in a message (${default}; 0 and at most: 65536)."`
	Rate         float64  `default:"2" help:"Messages and commands per second from one member, counting those that others see or the store keeps (${default})."`
	Burst        int      `default:"8" help:"How many of these at once (${default}; 0: as --rate 0)."`
}

// terminal is a size in cells: COLSxROWS, or 0 for none.
type terminal struct{ width, height int }

func (t *terminal) UnmarshalText(b []byte) error {
	if string(b) == "0" {
		*t = terminal{}
		return nil
	}
	var rest string
	n, _ := fmt.Sscanf(string(b)+" .", "%dx%d %s", &t.width, &t.height, &rest)
	if n != 3 || rest != "." || t.width < 1 || t.width > mostWidth || t.height < 1 || t.height > mostHeight {
		return fmt.Errorf("a terminal is COLSxROWS, %dx%d at most, or 0", mostWidth, mostHeight)
	}
	return nil
}

// check reports what kong cannot check. Its errors are wrong usage.
func (l *limitFlags) check(history int) error {
	for _, flag := range []struct {
		name  string
		value float64
	}{
		{"max-sessions", float64(l.MaxSessions)},
		{"max-sessions-per-ip", float64(l.MaxSessionsPerIP)},
		{"max-handshakes", float64(l.MaxHandshakes)},
		{"max-connects", float64(l.MaxConnects)},
		{"max-input", float64(l.MaxInput)},
		{"max-lights", float64(l.MaxLights)},
		{"max-tries", float64(l.MaxTries)},
		{"max-entries", float64(l.MaxEntries)},
		{"max-penalty", l.MaxPenalty.Seconds()},
		{"greeting-timeout", l.GreetingTimeout.Seconds()},
		{"login-timeout", l.LoginTimeout.Seconds()},
		{"idle-timeout", l.IdleTimeout.Seconds()},
		{"write-timeout", l.WriteTimeout.Seconds()},
		{"keepalive", l.KeepAlive.Seconds()},
		{"keepalive-misses", float64(l.KeepAliveMisses)},
		{"max-auth-tries", float64(l.MaxAuthTries)},
		{"max-channels", float64(l.MaxChannels)},
		{"max-requests", float64(l.MaxRequests)},
		{"max-env", float64(l.MaxEnv)},
		{"max-paste", float64(l.MaxPaste)},
		{"max-message", float64(l.MaxMessage)},
		{"rate", l.Rate},
		{"burst", float64(l.Burst)},
	} {
		if !(flag.value >= 0) { // or NaN
			return fmt.Errorf("--%s is 0 or more; 0 lifts it", flag.name)
		}
		if flag.value > math.MaxInt32 {
			return fmt.Errorf("--%s is too large; 0 lifts it", flag.name)
		}
	}
	if l.MaxMessage > mostMessage {
		return fmt.Errorf("--max-message is at most %d", mostMessage)
	}
	if history*l.message() > mostRoom {
		return fmt.Errorf("--history times --max-message is at most %d characters, the most that a room keeps", mostRoom)
	}
	return nil
}

func (l *limitFlags) message() int {
	if l.MaxMessage == 0 {
		return mostMessage
	}
	return l.MaxMessage
}

// pace is how much a member may say and do per second, after how much at once.
func (l *limitFlags) pace() (rate.Limit, int) {
	if l.Rate == 0 || l.Burst == 0 {
		return rate.Inf, 0
	}
	return rate.Limit(l.Rate), l.Burst
}

// sshLimits are the flags as the SSH server takes them.
func (l *limitFlags) sshLimits() sshd.Limits {
	limits := sshd.Limits{
		MaxConns: l.MaxSessions, MaxConnsPerSource: l.MaxSessionsPerIP, MaxHandshakes: l.MaxHandshakes,
		MaxConnects: l.MaxConnects, SourceReadRate: l.MaxInput, MaxPenalty: l.MaxPenalty,
		HandshakeTimeout: orUnlimited(l.GreetingTimeout), LoginTimeout: orUnlimited(l.LoginTimeout),
		IdleTimeout: orUnlimited(l.IdleTimeout), WriteTimeout: orUnlimited(l.WriteTimeout),
		KeepAliveInterval: orUnlimited(l.KeepAlive), KeepAliveMisses: orUnlimited(l.KeepAliveMisses),
		MaxAuthTries: orUnlimited(l.MaxAuthTries), MaxChannels: orUnlimited(l.MaxChannels), MaxRequests: orUnlimited(l.MaxRequests),
		MaxEnv: orUnlimited(l.MaxEnv), MaxPaste: orUnlimited(l.MaxPaste),
		MaxWidth: l.MaxTerminal.width, MaxHeight: l.MaxTerminal.height,
	}
	if l.MaxTerminal == (terminal{}) {
		limits.MaxWidth, limits.MaxHeight = mostWidth, mostHeight
	}
	return limits
}

// quotas are the flags as sshapp takes them.
func (l *limitFlags) quotas() sshapp.Quotas {
	return sshapp.Quotas{Lights: l.MaxLights, Tries: l.MaxTries, Entries: l.MaxEntries}
}

// orUnlimited turns the 0 of a flag into the -1 of sshd.Limits, which means no limit.
func orUnlimited[T int | time.Duration](v T) T {
	if v == 0 {
		return -1
	}
	return v
}
