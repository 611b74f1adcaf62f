package sshapp

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"
	"unicode/utf8"

	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/fleet"
	"wick/sshapp/sshd"
	"wick/sshapp/wording"
)

// Config configures an App. Hub and Keys are required; of the others, zero means the
// default in brackets.
type Config struct {
	Hub    *rooms.Hub
	Keys   keys.Ring
	Limits rooms.Limits // of the rooms that may be lit
	// PublicHost is what ParseHost takes, for the command that people share [the
	// address that the client reached]. Contained says that the process runs in a
	// container, whose own private address nobody can share.
	PublicHost string
	Contained  bool
	// Redis says that a Redis holds the rooms, sealed, not only this process. People
	// read so. Keeps is what may keep sealed remains there; see redis.Audit.Remains.
	Redis bool
	Keeps string
	// SSH bounds what clients take from the server, Quotas what they do to rooms.
	SSH    sshd.Limits
	Quotas Quotas
	// ProxyFrom are the networks of the proxies that say who a client is; see
	// sshd.Config [no proxies].
	ProxyFrom []netip.Prefix
	// Admit reports whether the holder of a key may log in; see sshd.Config
	// [everybody may, with or without a key].
	Admit func(gossh.PublicKey) bool
	// Bans says who is turned away [nobody]; see sshd.Config and EndBanned.
	Bans sshd.Bans
	// Operators reports whether the holder of a key is an operator, who gets in as op
	// [nobody is]. End ends the process, for an operator who asks for it [nobody can].
	// Both must be safe for concurrent use, and End must not block.
	Operators func(gossh.PublicKey) bool
	End       func()
	// Fleet connects the servers that share the store, for their operators [this one is
	// alone].
	Fleet rooms.Fleet
	// Notice returns the operator's notice to everybody, shown on entering and in the
	// lobby [none]. The App makes it safe for terminals. It must be safe for concurrent
	// use.
	Notice func() string
	// Budget is how many bytes of memory the process may hold [no bound]. Beyond it,
	// the connections that hold most are cut.
	Budget int64
	// Rooms returns how many bytes rooms hold [not counted].
	Rooms func() int64
	Meter Meter        // [nothing is counted]
	Log   *slog.Logger // [nothing is logged]
}

// Quotas bounds how often one source may do something, at once and again per
// minute. Zero means no limit. See [sshd.Source] and [sshd.Quota].
type Quotas struct {
	Lights  int // rooms lit
	Tries   int // names tried, by entering or lighting, without getting in
	Entries int // rooms entered, or knocked at
}

// App is the SSH face of wick. Its methods are safe for concurrent use.
type App struct {
	cfg         Config
	server      *sshd.Server
	createQuota *sshd.Quota // see Quotas.Lights
	lookupQuota *sshd.Quota // see Quotas.Tries
	enterQuota  *sshd.Quota // see Quotas.Entries
	publicHost  Host
	toldNAT     sync.Once
	storage     wording.Storage
	drawBudgets drawBudgets
	sessions    sessionList
	fleet       *fleet.Fleet
	started     time.Time
	warnings    *rooms.LogThrottle // of sessions that got into no room
	ctx         context.Context    // ends in Drain, and with it the sessions that are left
	stop        context.CancelFunc
}

// New returns an App that does not listen yet.
func New(cfg Config) (*App, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Meter == nil {
		cfg.Meter = noMeter{}
	}
	cfg.Limits = cfg.Limits.WithDefaults()
	a := &App{cfg: cfg, started: time.Now(), storage: wording.Storage{Redis: cfg.Redis, Door: cfg.Operators != nil, Keeps: cfg.Keeps}, warnings: rooms.NewLogThrottle(cfg.Log)}
	var err error
	if a.publicHost, err = ParseHost(cfg.PublicHost); err != nil {
		return nil, err
	}
	// The App's own lifetime, rather than a caller's.
	a.ctx, a.stop = context.WithCancel(context.Background())
	a.fleet = fleet.New(fleet.Config{
		Store:    cfg.Fleet,
		Do:       a.obey,
		Changed:  a.logDoor,
		Panicked: func(v any) { sshd.LogPanic(cfg.Log, "", v) },
		Log:      cfg.Log,
	})
	if err := a.setServer(a.handle); err != nil {
		return nil, err
	}
	return a, nil
}

// version is what the server calls itself. OpenSSH tells only servers whose name begins
// like its own that nobody reads the output any more ("eow@openssh.com" in its PROTOCOL
// file), without which ssh ROOM@HOST follow | grep -m1 would last as long as the room.
const version = "OpenSSH_like_wick"

// setServer sets the SSH server, whose sessions handler serves, and the quotas.
func (a *App) setServer(handler sshd.Handler) (err error) {
	limits := a.cfg.SSH
	limits.MaxCommand = a.maxCommand()
	a.server, err = sshd.New(a.cfg.Keys.Host, handler, sshd.Config{
		Limits:       limits,
		Version:      version,
		Env:          clientVariables,
		ProxyFrom:    a.cfg.ProxyFrom,
		Admit:        a.cfg.Admit,
		Bans:         a.cfg.Bans,
		Keyless:      keyless,
		MemoryBudget: a.cfg.Budget,
		OtherMemory:  a.cfg.Rooms,
		Trim:         a.cfg.Hub.Trim,
		Meter:        a.cfg.Meter,
		Log:          a.cfg.Log,
	})
	if err != nil {
		return err
	}
	a.createQuota = a.server.NewQuota(a.cfg.Quotas.Lights, TooManyLights)
	a.lookupQuota = a.server.NewQuota(a.cfg.Quotas.Tries, TooManyTries)
	a.enterQuota = a.server.NewQuota(a.cfg.Quotas.Entries, TooManyEntries)
	return nil
}

// A command has room for a message of the greatest length, and commandRoom bytes for all
// else: its name, its options and quotes. It never has less than minCommand bytes.
const (
	commandRoom = 8 << 10
	minCommand  = 32 << 10
)

func (a *App) maxCommand() int { return max(minCommand, utf8.UTFMax*a.cfg.Limits.Text+commandRoom) }

// Serve accepts connections on the listeners until Drain, and closes them. It must be
// called only once.
func (a *App) Serve(listeners ...net.Listener) error {
	a.fleet.Start()
	err := a.server.Serve(listeners...)
	if errors.Is(err, sshd.ErrServerClosed) {
		return nil
	}
	return err
}

// Load returns how many connections there are, and how many sessions run on them.
func (a *App) Load() (conns, sessions int) { return a.server.Load() }

// Memory returns what the server holds at this moment, with rooms under Other.
func (a *App) Memory() sshd.MemoryUse { return a.server.Memory() }

// EndBanned ends the sessions of people whom Config.Bans now bans.
func (a *App) EndBanned() { a.server.CutBanned() }

// Drain ends the service and closes the hub. Nobody gets in any longer, and members
// read that the server is going down. When ctx ends, Drain cuts the connections that
// are left. Drain returns when every session has ended.
func (a *App) Drain(ctx context.Context) {
	a.server.StopAccepting()
	a.cfg.Hub.Drain(ctx)
	a.stop()
	a.server.Shutdown(ctx) // the error says only that some were cut
	a.fleet.Stop()
}

// checkOptions returns an error for people if an address asks for more than the
// server offers.
func (a *App) checkOptions(address Address) error {
	switch l := a.cfg.Limits; {
	case address.TTL > l.MaxTTL:
		return errors.New("rooms on this server burn for at most " + wording.Span(l.MaxTTL))
	case address.Seats > l.MaxSeats:
		return errors.New("rooms on this server have at most " + wording.Places(l.MaxSeats))
	}
	return nil
}
