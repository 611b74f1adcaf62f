package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os/signal"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	gossh "golang.org/x/crypto/ssh"

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
	Listen     []string  `default:":2222" placeholder:"ADDR" help:"Listen on these addresses (${default}), such as :22,:443 for people whose network does not let them out to port 22."`
	ProxyFrom  []network `placeholder:"CIDR" help:"Take the client's address from a PROXY protocol header, version 1 or 2, with which each connection from these networks has to begin, and from nobody else; else every client has the address that it connects from."`
	PublicHost string    `placeholder:"NAME[:PORT]" help:"What the share command shows, such as chat.example.org:22 or [2001:db8::1]:2222; else the address that the client reached, which is of no use behind NAT or in a container."`
	Redis      string    `placeholder:"URL[,URL…]" help:"Keep rooms in this Redis (redis://, rediss:// for TLS, unix://), or in the Cluster with these nodes, or where Sentinels say (redis+sentinel://HOST,HOST…/NAME); else in this process."`
	Ephemeral  string    `enum:"announce,strict" default:"announce" placeholder:"announce|strict" help:"What to do about a Redis that may keep sealed remains of wiped rooms, or tear rooms: say it once, or not start (${default})."`
	dataFlags

	TTL      time.Duration `default:"${ttl}" help:"Countdown of a room whose lighter names none (${default})."`
	MaxTTL   time.Duration `default:"${max_ttl}" help:"Longest countdown (${default})."`
	Seats    int           `default:"${seats}" help:"Places of a room whose lighter names none (${default})."`
	MaxSeats int           `default:"${max_seats}" help:"Most places (${default})."`
	History  int           `default:"${history}" help:"Messages that a room keeps (${default})."`
	MaxFiles fileSize      `default:"${max_files}" placeholder:"SIZE" help:"The most that the files of a room may have together (${default}; 0: no files)."`
	MaxFile  fileSize      `default:"${max_file}" placeholder:"SIZE" help:"The most that a file or a drop may have, such as 1MiB (${default}; 0: none)."`

	AuthorizedKeys *string `placeholder:"FILE" type:"path" help:"Let in the keys in this file only, in OpenSSH's authorized_keys format. Changes count without a restart."`

	Operators *string `placeholder:"FILE" type:"path" help:"Let the keys in this file in as op, who can list and end sessions, announce, close, open and drain: ssh op@HOST help. Changes count without a restart."`
	Banned    string  `placeholder:"FILE" type:"path" help:"Turn away the addresses, networks (CIDR), and keys (SHA256 fingerprints) in this file, one a line. Changes count without a restart, and end sessions."`
	Notice    string  `placeholder:"FILE" type:"path" help:"Show everybody the text in this file, in the lobby and on entering. Changes count without a restart."`

	Metrics string `placeholder:"ADDR" help:"Answer on this address, over HTTP, with /metrics for Prometheus, /healthz and /readyz; else nowhere."`
	Pprof   bool   `help:"Answer there with /debug/pprof/ as well: profiles of the running program."`

	Grace      time.Duration `default:"10s" help:"How long sessions have to end after SIGTERM (${default})."`
	limitFlags `group:"Limits (0 lifts one):"`
	logFlags
}

// Validate checks what kong cannot. Its errors are wrong usage.
func (c *serveCmd) Validate() error {
	switch {
	case len(c.Listen) == 0 || slices.Contains(c.Listen, ""):
		return errors.New("--listen names no address")
	case c.TTL < rooms.MinTTL:
		return fmt.Errorf("--ttl: %w", rooms.ErrTooShort)
	case c.MaxTTL < c.TTL:
		return errors.New("--max-ttl is shorter than --ttl")
	case c.Seats < 1 || c.MaxSeats < c.Seats || c.MaxSeats > mostSeats:
		return fmt.Errorf("--seats and --max-seats: 1 to %d, and not fewer at most than usual", mostSeats)
	case c.History < 1 || c.History > mostHistory:
		return fmt.Errorf("--history is 1 to %d", mostHistory)
	case c.Pprof && c.Metrics == "":
		return errors.New("--pprof needs --metrics, on whose address it answers")
	case c.Grace < 0:
		return errors.New("--grace is 0 or more")
	}
	if _, err := sshapp.ParseHost(c.PublicHost); err != nil {
		return fmt.Errorf("--public-host: %w", err)
	}
	return c.check(c.History)
}

// Run serves until ctx ends, then drains.
func (c *serveCmd) Run(ctx context.Context, o output) error {
	signal.Ignore(syscall.SIGPIPE) // whoever reads the log may go: the rooms burn on
	log := c.logger(o.err)
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
	var admit func(gossh.PublicKey) bool
	if c.AuthorizedKeys != nil { // an empty name, too, lets nobody in rather than everybody
		admit = keys.OpenAccess(*c.AuthorizedKeys, log).Admits
	}
	var bans sshd.Bans
	var banFile *keys.Bans
	if c.Banned != "" {
		if banFile, err = keys.OpenBans(c.Banned, log); err != nil {
			return err
		}
		bans = banFile
	}
	var operators func(gossh.PublicKey) bool
	if c.Operators != nil {
		operators = keys.OpenOperators(*c.Operators, log).Admits
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	var notice func() string
	if c.Notice != "" {
		file, err := openNotice(c.Notice, log)
		if err != nil {
			return err
		}
		notice = file.text
	}
	app, err := sshapp.New(sshapp.Config{
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
		Admit:      admit,
		Bans:       bans,
		Notice:     notice,
		Operators:  operators,
		End:        end,
		Budget:     budget,
		Rooms:      func() int64 { return roomsHeld(hub, store) },
		Meter:      meter,
		Log:        log,
	})
	if err != nil {
		return err
	}
	shared, _ := store.(*redis.Store)
	meter.watch(hub, app, shared)
	watch := newHTTPServer(meter, shared, c.Pprof)
	if watchers != nil {
		stop := watch.serve(watchers)
		defer stop()
		log.Info("metrics listening", "address", watchers.Addr())
	}
	if banFile != nil {
		defer background(func(ctx context.Context) { banFile.Watch(ctx, app.EndBanned) })()
	}
	served := make(chan error, 1)
	go func() { served <- app.Serve(listeners...) }()
	log.Info("wick serves", "host_key", ring.Fingerprint())
	fmt.Fprintln(o.out, c.joinCommand(listeners[0].Addr()))
	if c.PublicHost == "" && contained() && !onlyLoopback(listeners) {
		log.Warn("in a container, nobody can be shown how to join without --public-host")
		fmt.Fprintln(o.out, "That works inside the container. For others, set --public-host to the name and port by which they reach it.")
	}

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
	store, err := redis.Open(ctx, redis.Config{URLs: c.Redis, Sealer: keys.NewSealer(ring.Secret), Log: log})
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

// joinCommand is the line to copy: it lights a room on this server.
func (c *serveCmd) joinCommand(at net.Addr) string {
	host, _ := sshapp.ParseHost(c.PublicHost) // Validate has checked it
	tcp := at.(*net.TCPAddr)
	host.Port = cmp.Or(host.Port, strconv.Itoa(tcp.Port))
	if host.Name == "" {
		host.Name = sshapp.LocalName(tcp.AddrPort().Addr())
	}
	return sshapp.ShareCommand(sshapp.NewWord, host)
}
