package sshapp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"

	"github.com/charmbracelet/ssh"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/ui"
)

// Config is what an App is made of. Hub and Keys are required.
type Config struct {
	Hub    *rooms.Hub
	Keys   keys.Ring
	Limits ui.Limits
	// PublicHost is NAME or NAME:PORT, for the command that people share.
	// Default: the address that the client reached.
	PublicHost string
	// Redis tells people that a Redis holds the rooms, sealed; else it is
	// this process alone. Keeps is what may keep sealed remains there, see
	// redis.Audit.Remains.
	Redis  bool
	Keeps  string
	Guards Guards
	// Budget is how many bytes of memory the process may hold: beyond, the
	// connections that hold most are cut. Default: no bound.
	Budget int64
	// Rooms is how many bytes rooms hold. Default: that is not known.
	Rooms func() int64
	Meter Meter        // default: nothing is counted
	Log   *slog.Logger // default: nothing is logged
}

// App is the SSH face of wick. Its methods are safe from any goroutine.
type App struct {
	cfg      Config
	server   *server
	governor *governor
	lights   *allowance // rooms lit
	tries    *allowance // names tried under which nothing burns
	visits   *allowance // rooms entered, or knocked at
	drawings drawings
	faults   logEvery        // why sessions got into no room
	ctx      context.Context // ends the sessions that are still there when draining
	stop     context.CancelFunc
}

// New returns an App that does not listen yet.
func New(cfg Config) (*App, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Meter == nil {
		cfg.Meter = noMeter{}
	}
	a := &App{
		cfg: cfg, lights: newAllowance(cfg.Guards.MaxLights),
		tries: newAllowance(cfg.Guards.MaxTries), visits: newAllowance(cfg.Guards.MaxEntries),
	}
	for limit, why := range map[*allowance]Reason{a.lights: TooManyLights, a.tries: TooManyTries, a.visits: TooManyEntries} {
		limit.spent = func(source netip.Prefix) {
			cfg.Meter.TurnedAway(why)
			a.server.register.penalties.add(source, penaltyTries)
		}
	}
	// The app's own lifetime: it ends with Drain.
	a.ctx, a.stop = context.WithCancel(context.Background())
	var err error
	cfg.Guards.Log, cfg.Guards.Meter = cfg.Log, cfg.Meter
	a.server, err = newServer(cfg.Guards, cfg.Keys.Host, a.session)
	if err != nil {
		return nil, fmt.Errorf("ssh server: %w", err)
	}
	a.governor = &governor{
		budget: cfg.Budget, rooms: cfg.Rooms, trim: cfg.Hub.Trim, register: a.server.register,
		meter: cfg.Meter, log: cfg.Log, heap: readHeap,
	}
	return a, nil
}

// Serve accepts connections until Drain. It closes ln. It is called once.
func (a *App) Serve(ln net.Listener) error {
	ctx, cancel := context.WithCancel(a.ctx)
	governed := make(chan struct{})
	go func() {
		defer close(governed)
		defer rescue(a.cfg.Log, "", func() {})
		a.governor.run(ctx)
	}()
	defer func() {
		cancel()
		<-governed
	}()
	err := a.server.Serve(ln)
	if errors.Is(err, ssh.ErrServerClosed) {
		return nil
	}
	return err
}

// Drain ends the service: nobody gets in any more, members are told, and who
// is still there when ctx ends is cut. It closes the hub on the way, and
// returns when every session has ended.
func (a *App) Drain(ctx context.Context) {
	a.server.register.stop()
	a.cfg.Hub.Drain(ctx)
	a.stop()
	a.server.Shutdown(ctx) // its error says only that some were cut
}

// share is the exact command that connects as user.
func (a *App) share(reached net.Addr, user string) string {
	host, port := a.cfg.PublicHost, ""
	if h, p, err := net.SplitHostPort(host); err == nil {
		host, port = h, p
	}
	if addr, ok := reached.(*net.TCPAddr); ok {
		if port == "" {
			port = strconv.Itoa(addr.Port)
		}
		if host == "" {
			host = addr.IP.String()
			if addr.IP.IsLoopback() {
				host = "localhost"
			}
		}
	}
	return ShareCommand(user, host, port)
}

// ShareCommand is the ssh command that reaches an address on a server.
func ShareCommand(user, host, port string) string {
	if port == "" || port == "22" {
		return fmt.Sprintf("ssh %s@%s", user, host)
	}
	return fmt.Sprintf("ssh -p %s %s@%s", port, user, host)
}
