package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"wick/keys"
	"wick/rooms"
	"wick/rooms/memory"
	"wick/rooms/redis"
	"wick/sshapp"
	"wick/sshapp/sshd"
)

// The most that an operator can ask for: beyond, a room would hold more than
// a server should.
const (
	mostSeats   = 10_000
	mostHistory = 10_000
)

type serveCmd struct {
	Listen     []string  `group:"Address:" default:":2222" placeholder:"ADDR" help:"Listen on these addresses (${default}). :22,:443 also serves people whose network blocks port 22."`
	PublicHost string    `group:"Address:" placeholder:"NAME[:PORT]" help:"Name of this server in the share command, such as chat.example.org:22 or [2001:db8::1]:2222. Needed behind NAT and in a container. Default: the address that the client reached."`
	ProxyFrom  []network `group:"Address:" placeholder:"CIDR" help:"Require a PROXY protocol header, version 1 or 2, on connections from these networks, and take the client's address from it."`

	redisFlags `group:"Storage:"`
	Ephemeral  string `group:"Storage:" enum:"announce,strict" default:"announce" placeholder:"announce|strict" help:"What to do if Redis may keep sealed remains of wiped rooms, or evict parts of rooms: announce says so, strict refuses to start (${default})."`
	dataFlags  `group:"Storage:"`

	TTL      time.Duration `group:"Rooms:" default:"${ttl}" help:"Countdown, unless the address sets one (${default})."`
	MaxTTL   time.Duration `group:"Rooms:" default:"${max_ttl}" help:"Longest countdown (${default})."`
	Seats    int           `group:"Rooms:" default:"${seats}" help:"Places, unless the address sets them (${default})."`
	MaxSeats int           `group:"Rooms:" default:"${max_seats}" help:"Most places (${default})."`
	History  int           `group:"Rooms:" default:"${history}" help:"Messages that a room keeps (${default})."`
	MaxFiles fileSize      `group:"Rooms:" default:"${max_files}" placeholder:"SIZE" help:"Total size of the files in a room (${default}; 0: no files)."`
	MaxFile  fileSize      `group:"Rooms:" default:"${max_file}" placeholder:"SIZE" help:"Size of a file or a drop (${default}; 0: none)."`

	AuthorizedKeys *string `group:"People:" placeholder:"FILE" type:"path" help:"Run a private server: let in only the public keys in this file, in the format of OpenSSH's authorized_keys."`
	Banned         *string `group:"People:" placeholder:"FILE" type:"path" help:"Turn away the addresses, networks (CIDR) and keys (SHA256 fingerprints) in this file, one per line."`
	Operators      *string `group:"People:" placeholder:"FILE" type:"path" help:"Let the public keys in this file run the server over SSH: ssh op@HOST help."`
	Notice         string  `group:"People:" placeholder:"FILE" type:"path" help:"Show everybody the text in this file, in the lobby and on entering. These four files are read again when they change."`

	Metrics  string        `group:"Operation:" placeholder:"ADDR" help:"Serve /metrics for Prometheus, /healthz and /readyz on this address, over HTTP."`
	Pprof    bool          `group:"Operation:" help:"Serve Go's profiles there as well, under /debug/pprof/."`
	Grace    time.Duration `group:"Operation:" default:"10s" help:"Time for sessions to end after SIGTERM (${default})."`
	logFlags `group:"Operation:"`

	limitFlags `group:"Limits (0 lifts one):"`
}

// Help has the examples of wick serve --help.
func (*serveCmd) Help() string {
	return `Examples:

  wick                                        on port 2222, rooms in memory
  wick --public-host chat.example.org:2222    as guests reach it from outside
  wick --redis redis://10.0.0.5               rooms shared with other servers
  wick --authorized-keys team.keys            for these keys only

Each flag is an environment variable as well: WICK_PUBLIC_HOST=…`
}

// Validate checks what kong cannot. Its errors are wrong usage.
func (c *serveCmd) Validate() error {
	switch {
	case len(c.Listen) == 0 || slices.Contains(c.Listen, ""):
		return errNoAddress
	case c.TTL < rooms.MinTTL:
		return fmt.Errorf("--ttl: %w", rooms.ErrTooShort)
	case c.MaxTTL < c.TTL:
		return errors.New("--max-ttl is shorter than --ttl")
	case c.Seats < 1 || c.MaxSeats < c.Seats || c.MaxSeats > mostSeats:
		return fmt.Errorf("--seats and --max-seats are 1 to %d, and --max-seats is at least --seats", mostSeats)
	case c.History < 1 || c.History > mostHistory:
		return fmt.Errorf("--history is 1 to %d", mostHistory)
	case c.Pprof && c.Metrics == "":
		return errors.New("--pprof needs --metrics, whose address it uses")
	case c.Banned != nil && *c.Banned == "": // without a list, those on it would get in
		return errors.New("--banned names no file")
	case c.Grace < 0:
		return errors.New("--grace is 0 or more")
	}
	if _, err := sshapp.ParseHost(c.PublicHost); err != nil {
		return fmt.Errorf("--public-host: %w", err)
	}
	if err := c.checkTLS(); err != nil {
		return err
	}
	return c.check(c.History)
}

// Run serves until ctx ends, then drains.
func (c *serveCmd) Run(ctx context.Context, o output) error {
	signal.Ignore(syscall.SIGPIPE) // whoever reads the log may go: the rooms burn on
	log, flush := c.logger(o.err)
	defer flush()
	budget := c.memoryBudget()
	limitCollector(budget)
	dir, err := c.dir()
	if err != nil {
		return err
	}
	ring, err := keys.Open(dir, log)
	if err != nil {
		return err
	}
	// Taking the port first: a second server by mistake says so at once.
	listeners, err := inheritedListeners()
	if len(listeners) == 0 && err == nil {
		listeners, err = listenAll(c.Listen, "listen")
	}
	if err != nil {
		return err
	}
	defer closeAll(listeners)
	var watchers net.Listener
	if c.Metrics != "" {
		if watchers, err = listen(c.Metrics, "metrics"); err != nil {
			return err
		}
		defer watchers.Close()
	}
	store, keeps, err := c.open(ctx, ring, budget, log)
	if err != nil {
		return err
	}
	defer store.Close()

	meter := newMetrics()
	pace, burst := c.pace()
	hub := rooms.NewHub(store, rooms.HubConfig{
		Rate: pace, Burst: burst, MaxText: c.message(), LivesOn: c.Redis != "", Log: log, Metrics: meter,
		Panicked: func(v any) { sshd.LogPanic(log, "", v) },
	})
	defer hub.Close()
	limits := c.sshLimits()
	limits.MaxLifetime = c.MaxTTL + time.Hour // beyond that of the longest room
	ctx, end := context.WithCancel(ctx)
	defer end()
	cfg := sshapp.Config{
		Hub:        hub,
		Keys:       ring,
		Limits:     rooms.Limits{TTL: c.TTL, MaxTTL: c.MaxTTL, Seats: c.Seats, MaxSeats: c.MaxSeats, History: c.History, Text: c.message(), File: c.MaxFile.limit(), Files: c.MaxFiles.limit()},
		PublicHost: c.PublicHost,
		Contained:  contained(),
		Redis:      c.Redis != "",
		Keeps:      keeps,
		ProxyFrom:  prefixes(c.ProxyFrom),
		SSH:        limits,
		Quotas:     c.quotas(),
		End:        end,
		Budget:     budget,
		Rooms:      func() int64 { return roomsHeld(hub, store) },
		Meter:      meter,
		Log:        log,
	}
	bans, err := c.openFiles(&cfg, log)
	if err != nil {
		return err
	}
	shared, _ := store.(*redis.Store)
	if shared != nil && cfg.Operators != nil { // who has no operators leaves no list of servers in Redis
		cfg.Fleet = shared
	}
	app, err := sshapp.New(cfg)
	if err != nil {
		return err
	}
	meter.watch(hub, app, shared)
	watch := newHTTPServer(meter, shared, c.Pprof)
	if watchers != nil {
		stop := watch.serve(watchers)
		defer stop()
		log.Info("metrics listening", "address", watchers.Addr())
	}
	if bans != nil {
		defer background(func(ctx context.Context) { bans.Watch(ctx, app.EndBanned) })()
	}
	defer background(func(ctx context.Context) { paceCollector(ctx, meter.shown.Load) })()
	served := make(chan error, 1)
	go func() { served <- app.Serve(listeners...) }()
	log.Info("serving", "host_key", ring.Fingerprint())
	c.sayHowToJoin(o.out, listeners, log)

	stopping := notifySystemd(hub, log)

	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	log.Info("draining")
	stopping()
	watch.draining.Store(true)
	drain, cancel := context.WithTimeout(context.Background(), c.Grace) // ctx has ended
	defer cancel()
	app.Drain(drain)
	<-served
	return nil
}

// openFiles opens the files of the flags about people, and sets what they say. bans is nil
// without a file of them.
func (c *serveCmd) openFiles(cfg *sshapp.Config, log *slog.Logger) (bans *keys.Bans, err error) {
	if c.AuthorizedKeys != nil { // an empty name, too, lets nobody in rather than everybody
		cfg.Admit = keys.OpenAccess(*c.AuthorizedKeys, log).Admits
	}
	if c.Banned != nil {
		if bans, err = keys.OpenBans(*c.Banned, log); err != nil {
			return nil, err
		}
		cfg.Bans = bans
	}
	if c.Operators != nil {
		cfg.Operators = keys.OpenOperators(*c.Operators, log).Admits
	}
	if c.Notice != "" {
		file, err := openNotice(c.Notice, log)
		if err != nil {
			return nil, err
		}
		cfg.Notice = file.text
	}
	return bans, nil
}

// background runs f on a goroutine. stop ends its context and waits for it.
func background(f func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { f(ctx) })
	return func() {
		cancel()
		running.Wait()
	}
}

// open opens the store, and says what may keep sealed remains of rooms in it.
func (c *serveCmd) open(ctx context.Context, ring keys.Ring, budget int64, log *slog.Logger) (_ rooms.Store, keeps string, _ error) {
	if c.Redis == "" {
		return memory.New(memory.Config{Limit: percentOf(budget, storeShare)}), "", nil
	}
	store, err := redis.Open(ctx, c.config(ring.Secret, log))
	if err != nil {
		return nil, "", err
	}
	if err := c.checkRedis(store.Audit(), log); err != nil {
		store.Close()
		return nil, "", err
	}
	return store, store.Audit().Remains(), nil
}

// roomsHeld is how many bytes rooms take in this process, those included in which
// nobody is.
func roomsHeld(hub *rooms.Hub, store rooms.Store) int64 {
	held := hub.Held()
	if embedded, ok := store.(*memory.Store); ok {
		held += embedded.Held()
	}
	return held
}
