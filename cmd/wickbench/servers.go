package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"syscall"
	"time"
)

const (
	startLimit = 10 * time.Second // for a server to start
	startPoll  = 20 * time.Millisecond
	stopLimit  = 10 * time.Second // after which a server is killed
)

// bench runs scenarios.
type bench struct {
	dir   string // for programs and data
	quick bool
}

// result is the part of wickload's report that the table needs.
type result struct {
	Sessions  int     `json:"sessions"`
	Connected int     `json:"connected"`
	Lost      int     `json:"lost"`
	Connects  float64 `json:"connects_per_second"`
	IdleBytes float64 `json:"idle_bytes_per_second_per_session"`
	Load      struct {
		Sent      int     `json:"sent"`
		Rate      float64 `json:"sent_per_second"`
		Expected  int64   `json:"expected"`
		Delivered int64   `json:"delivered"`
		P50       float64 `json:"p50_ms"`
		P99       float64 `json:"p99_ms"`
		Bytes     float64 `json:"bytes_per_delivery"`
	} `json:"load"`
	Server struct {
		PerSession float64   `json:"rss_kib_per_session"`
		IdleCPU    float64   `json:"cpu_idle_percent"`
		LoadCPU    float64   `json:"cpu_load_percent"`
		Delivery   float64   `json:"cpu_us_per_delivery"`
		Generator  float64   `json:"cpu_generator_percent"`
		Processes  []process `json:"processes"`
	} `json:"server"`
	Collector float64 `json:"-"` // percent of the CPU time of the first server; 0 if it is not wick
}

// process is the CPU time of one process, in percent of one core.
type process struct {
	PID     int     `json:"pid"`
	IdleCPU float64 `json:"cpu_idle_percent"`
	LoadCPU float64 `json:"cpu_load_percent"`
}

// site is the set of servers that a scenario runs against. stop ends them, the
// last one first, so that servers do not lose their Redis.
type site struct {
	name  string
	addrs []string
	pids  []int    // of the servers
	redis []int    // processes of Redis
	stats []string // addresses of the metrics of wick's servers
	stops []func()
}

func (s *site) stop() {
	for _, stop := range slices.Backward(s.stops) {
		stop()
	}
}

// measure runs the scenario against the servers that start returns, and stops
// them.
func (b *bench) measure(ctx context.Context, s scenario, start func(context.Context) (*site, error)) (result, error) {
	servers, err := start(ctx)
	if servers != nil {
		defer servers.stop()
	}
	if err != nil {
		return result{}, err
	}
	logf("%s: %s", s.name, servers.name)
	args := []string{
		"--sessions", strconv.Itoa(s.sessions), "--rooms", strconv.Itoa(s.rooms),
		"--rate", fmt.Sprint(s.rate), "--duration", s.duration.String(),
	}
	if s.warmup > 0 {
		args = append(args, "--warmup", s.warmup.String())
	}
	if b.quick {
		args = append(args, "--settle", "1s", "--idle", "2s", "--duration", (s.duration / 2).String())
	}
	r, err := b.load(ctx, servers.addrs, servers.pids, args...)
	if err != nil {
		return r, fmt.Errorf("%s: %w", s.name, err)
	}
	if len(servers.stats) > 0 {
		if r.Collector, err = collectorShare(ctx, servers.stats[0]); err != nil {
			return r, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	if lostSessions(r) > 0 {
		logf("%s: %d of %d sessions connected, and %d of them were lost", s.name, r.Connected, r.Sessions, r.Lost)
	}
	return r, nil
}

// load runs wickload against the servers at addrs and measures the processes pids.
func (b *bench) load(ctx context.Context, addrs []string, pids []int, args ...string) (r result, err error) {
	args = append(args, "--json")
	for _, pid := range pids {
		args = append(args, "--pid", strconv.Itoa(pid))
	}
	load := exec.CommandContext(ctx, filepath.Join(b.dir, "wickload"), append(args, addrs...)...)
	load.Stderr = os.Stderr
	out, err := load.Output()
	var exit *exec.ExitError
	if err != nil && (ctx.Err() != nil || !errors.As(err, &exit)) {
		return r, err
	}
	// wickload also exits with 1 if something was lost, which the result shows.
	if err := json.Unmarshal(out, &r); err != nil {
		return r, errors.New("wickload printed no report")
	}
	return r, nil
}

func (b *bench) floor(ctx context.Context) (*site, error) {
	s := &site{name: "floor"}
	return s, s.serve(ctx, filepath.Join(b.dir, "wickload"), "floor", "--listen", "127.0.0.1:0")
}

func (b *bench) embedded(ctx context.Context) (*site, error) {
	s := &site{name: "wick, embedded store"}
	return s, b.wick(ctx, s)
}

func (b *bench) onRedis(ctx context.Context, server string, processes int) (*site, error) {
	s := &site{name: fmt.Sprintf("wick, processes on Redis: %d", processes)}
	addr, err := b.redis(ctx, s, server)
	if err != nil {
		return s, err
	}
	return s, b.wicks(ctx, s, processes, "redis://"+addr)
}

// wicks starts processes of wick that share the Redis at url.
func (b *bench) wicks(ctx context.Context, s *site, processes int, url string) error {
	for range processes {
		if err := b.wick(ctx, s, "--redis", url); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) wick(ctx context.Context, s *site, args ...string) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	stats := "127.0.0.1:" + port
	s.stats = append(s.stats, stats)
	return s.serve(ctx, filepath.Join(b.dir, "wick"), append(args,
		"--listen", "127.0.0.1:0", "--metrics", stats, "--data-dir", filepath.Join(b.dir, "data"), "--log-level", "error", "--grace", "1s",
		"--max-sessions", "0", "--max-sessions-per-ip", "0", "--max-handshakes", "0",
		"--max-connects", "0", "--max-input", "0", "--max-penalty", "0", "--max-lights", "0", "--max-tries", "0", "--max-entries", "0", "--max-seats", "10000", "--rate", "0")...)
}

// joinCommand matches what a server prints when it serves.
var joinCommand = regexp.MustCompile(`ssh -p (\d+) `)

// serve starts a server and waits until it prints its join command.
func (s *site) serve(ctx context.Context, program string, args ...string) error {
	cmd := exec.Command(program, args...)
	out, err := s.run(ctx, cmd)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { out.Close() })()
	timer := time.AfterFunc(startLimit, func() { out.Close() })
	defer timer.Stop()
	line, err := bufio.NewReader(out).ReadString('\n')
	m := joinCommand.FindStringSubmatch(line)
	if m == nil {
		return fmt.Errorf("%s does not print its join command: %w", filepath.Base(program), err)
	}
	s.addrs = append(s.addrs, "127.0.0.1:"+m[1])
	s.pids = append(s.pids, cmd.Process.Pid)
	return nil
}

// run starts a program, which stop ends, and returns its standard output.
func (s *site) run(ctx context.Context, cmd *exec.Cmd) (io.ReadCloser, error) {
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s.stops = append(s.stops, func() {
		cmd.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(stopLimit, func() { cmd.Process.Kill() })
		defer kill.Stop()
		cmd.Wait() // its exit status does not matter
	})
	return out, ctx.Err()
}

// freePort returns a port that nobody listens on at this moment.
func freePort() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	return port, err
}
