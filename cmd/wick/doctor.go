package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/rooms/redis"
	"wick/sshapp"
)

// checkLimit bounds each of doctor's waits: for a handshake, for DNS, for Redis.
const checkLimit = 5 * time.Second

// doctorCmd looks for what is wrong with a server and its machine. It changes nothing.
type doctorCmd struct {
	dataFlags
	Listen     []string `default:":2222" placeholder:"ADDR" help:"The addresses that the server listens on (${default})."`
	PublicHost string   `arg:"" optional:"" name:"host" env:"WICK_PUBLIC_HOST" help:"NAME[:PORT] by which people reach the server."`
	redisFlags
	ProxyFrom   []network `placeholder:"CIDR" help:"As for serve."`
	MaxSessions int       `default:"10000" help:"As for serve (${default})."`
	DNS         string    `name:"dns" placeholder:"ADDR" help:"Ask this DNS server for SSHFP records, instead of those in /etc/resolv.conf."`
}

// errUnwell is why doctor exits with 1.
var errUnwell = errors.New("something needs fixing: see the lines that begin with fail")

// Validate checks what kong cannot. Its errors are wrong usage.
func (c doctorCmd) Validate() error {
	if len(c.Listen) == 0 {
		return errNoAddress
	}
	return c.checkTLS()
}

func (c doctorCmd) Run(ctx context.Context, o output) error {
	d := &doctor{out: o.out, proxies: c.ProxyFrom, proc: "/proc", cgroups: "/sys/fs/cgroup", synchronized: clockSynchronized}
	host, err := sshapp.ParseHost(c.PublicHost)
	if err != nil {
		return usageError{err}
	}
	dir, err := c.dir()
	if err != nil {
		return err
	}
	d.checkFolder(dir)
	for _, addr := range c.Listen {
		d.checkPort(ctx, strings.TrimSpace(addr))
	}
	if host.Port == "" && len(c.Listen) > 0 {
		_, host.Port, _ = net.SplitHostPort(c.Listen[0])
	}
	d.checkHost(ctx, host)
	d.checkSSHFP(ctx, host.Name, c.DNS)
	d.checkMachine(c.MaxSessions)
	d.checkRedis(ctx, c.redisFlags)
	if d.failed {
		return errUnwell
	}
	return nil
}

// doctor prints what it finds, a line each: ok, warn or fail, then what it looked at, and
// if that is not as it should be how to mend it.
type doctor struct {
	out    io.Writer
	failed bool

	proxies       []network                // of the server
	proc, cgroups string                   // where the kernel tells
	synchronized  func() (yes, known bool) // reports whether the clock is
	ring          keys.Ring                // without a host key if there is none
	secret        bool                     // the ring has one
	pid           int                      // of the server; 0: not known
}

func (d *doctor) ok(what string, args ...any) { d.print("ok", fmt.Sprintf(what, args...), "") }

func (d *doctor) warn(mend, what string, args ...any) {
	d.print("warn", fmt.Sprintf(what, args...), mend)
}

func (d *doctor) fail(mend, what string, args ...any) {
	d.failed = true
	d.print("fail", fmt.Sprintf(what, args...), mend)
}

func (d *doctor) print(verdict, what, mend string) {
	if mend != "" {
		what += ": " + mend
	}
	const indent = len("fail  ")
	if width := widthOf(d.out); width > 2*indent { // at a terminal
		what = strings.ReplaceAll(fold(what, width-indent), "\n", "\n"+strings.Repeat(" ", indent))
	}
	fmt.Fprintf(d.out, "%-4s  %s\n", verdict, what)
}

// checkFolder looks at the data folder, without which there is nothing to compare.
func (d *doctor) checkFolder(dir string) {
	_, err := os.Stat(dir)
	if err == nil {
		d.ring, err = keys.OpenHost(dir)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.fail("start the server once, or name its folder with --data-dir", "data folder: there is no host key in %s", dir)
		return
	case errors.Is(err, fs.ErrPermission):
		d.fail("run this as root, or as the user that wick runs as", "data folder: %v", err)
		return
	case err != nil:
		d.fail("", "data folder: %v", err)
		return
	}
	ring, err := keys.OpenExisting(dir, slog.New(warnings{d}))
	if errors.Is(err, fs.ErrNotExist) {
		d.fail("start the server once, or restore it from a copy", "data folder: there is no secret in %s", dir)
		return
	}
	if err != nil {
		d.fail("", "data folder: %v", err)
		return
	}
	d.ring, d.secret = ring, true
	d.ok("data folder: %s has the host key %s", dir, ring.Fingerprint())
}

// warnings makes warnings of what package keys logs.
type warnings struct{ d *doctor }

func (warnings) Enabled(context.Context, slog.Level) bool { return true }
func (w warnings) WithAttrs([]slog.Attr) slog.Handler     { return w }
func (w warnings) WithGroup(string) slog.Handler          { return w }

func (w warnings) Handle(_ context.Context, r slog.Record) error {
	mend := ""
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "run" {
			mend = a.Value.String()
		}
		return true
	})
	w.d.warn(mend, "data folder: %s", r.Message)
	return nil
}

// hostKeyAt makes a handshake with the SSH server at addr, and returns its host key. The
// key is nil if no handshake came about.
func (d *doctor) hostKeyAt(ctx context.Context, addr string) (key ssh.PublicKey, err error) {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if err := announce(conn, d.proxies); err != nil {
		return nil, err
	}
	_, _, _, err = ssh.NewClientConn(conn, addr, &ssh.ClientConfig{
		User: "doctor",
		HostKeyCallback: func(_ string, _ net.Addr, shown ssh.PublicKey) error {
			key = shown
			return errHealthy
		},
	})
	if key != nil {
		return key, nil
	}
	return nil, err
}

// checkRedis connects to Redis as the server does.
func (d *doctor) checkRedis(ctx context.Context, flags redisFlags) {
	switch {
	case flags.Redis == "":
		d.ok("Redis: none is used, so a restart of wick ends all rooms")
		return
	case !d.secret:
		d.warn("fix that first", "Redis: not checked, because the data folder is not usable")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	store, err := redis.Open(ctx, flags.config(d.ring.Secret, slog.New(slog.DiscardHandler)))
	if err != nil {
		d.fail("", "Redis: %v", err)
		return
	}
	defer store.Close()
	if audit := store.Audit(); !audit.Clean() {
		d.warn("docs/redis.md says how to run one that keeps nothing", "Redis: %s", audit.Summary())
		return
	}
	d.ok("Redis: it responds, and keeps nothing of wiped rooms")
}
