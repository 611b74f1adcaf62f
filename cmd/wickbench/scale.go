package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// scaleOut is the name of the scenario in which several servers share a Redis or
// a Redis Cluster. Its parts are called this, a comma, and the part.
const scaleOut = "scale out"

const (
	scaleServers = 4
	costPart     = "cost"

	p99Limit     = 20.0  // ms; a ladder ends above it
	p99Saturated = 500.0 // ms; above it, any ladder ends: messages queue up
)

// ladder is a number of sessions that are loaded at higher and higher rates, until
// p99 exceeds p99Limit.
type ladder struct {
	name            string
	sessions, rooms int
	rates           []float64 // messages per second in all rooms together
	least           int       // rates that are measured even if p99 is above p99Limit
}

var ladders = []ladder{
	{name: "1,000 in 500 rooms", sessions: 1000, rooms: 500, rates: []float64{125, 250, 500, 1000, 1500, 2000, 3000, 4000, 6000}, least: 1},
	// Where the machine has few processors, each message to a crowd takes longer
	// than p99Limit.
	{name: "1,000 in one room", sessions: 1000, rooms: 1, rates: []float64{1, 2, 4, 8, 16, 32, 64}, least: 3},
}

// scale is a run of the scenario.
type scale struct {
	bench
	program string // of Redis
	parts   []string
	steps   []step
	costs   []costs
}

// step is one rate of a ladder.
type step struct {
	store, ladder string
	rate          float64
	result        result
	servers       cpu
	redis         cpu
}

// scaleParts returns the parts of the scenario whose names contain only.
func scaleParts(only string) (names []string) {
	parts := []string{costPart}
	for _, l := range ladders {
		parts = append(parts, l.name)
	}
	return slices.DeleteFunc(parts, func(part string) bool { return !strings.Contains(scaleOut+", "+part, only) })
}

// measureScale runs parts of the scenario. It leaves out whatever it cannot measure
// within limit. If plots is not empty, it draws the plots of cost into that folder.
func (b bench) measureScale(ctx context.Context, redis string, parts []string, limit time.Duration, plots string) error {
	s := scale{bench: b, program: redis, parts: parts}
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := s.measure(timed)
	if timed.Err() != nil && ctx.Err() == nil {
		logf("%s: %v are over, so the rest is left out", scaleOut, limit)
		err = nil
	}
	if err != nil {
		return err
	}
	if err := s.print(os.Stdout); err != nil || plots == "" {
		return err
	}
	return s.draw(plots)
}

func (s *scale) measure(ctx context.Context) error {
	if slices.Contains(s.parts, costPart) {
		if err := s.onOneRedis(ctx, s.measureCosts); err != nil {
			return err
		}
	}
	for _, l := range ladders {
		if !slices.Contains(s.parts, l.name) {
			continue
		}
		climb := func(ctx context.Context, site *site) error { return s.climb(ctx, site, l) }
		if err := s.onOneRedis(ctx, climb); err != nil {
			return err
		}
		if err := s.onCluster(ctx, climb); err != nil {
			return err
		}
	}
	return nil
}

func (s *scale) onOneRedis(ctx context.Context, measure func(context.Context, *site) error) error {
	site := &site{name: "one Redis"}
	defer site.stop()
	addr, err := s.redis(ctx, site, s.program)
	if err != nil {
		return err
	}
	return s.on(ctx, site, "redis://"+addr, measure)
}

func (s *scale) onCluster(ctx context.Context, measure func(context.Context, *site) error) error {
	site := &site{name: fmt.Sprintf("a Cluster of %d", clusterNodes)}
	defer site.stop()
	url, err := s.cluster(ctx, site, s.program)
	if err != nil {
		return err
	}
	return s.on(ctx, site, url, measure)
}

// on starts the servers and measures them.
func (s *scale) on(ctx context.Context, site *site, url string, measure func(context.Context, *site) error) error {
	if err := s.wicks(ctx, site, scaleServers, url); err != nil {
		return err
	}
	return measure(ctx, site)
}

// climb loads the servers at the rates of the ladder.
func (s *scale) climb(ctx context.Context, site *site, l ladder) error {
	for i, rate := range l.rates {
		logf("%s: %s on %s, %g/s", scaleOut, l.name, site.name, rate)
		r, err := s.run(ctx, site, site.addrs, l.sessions, l.rooms, rate, 0)
		if err != nil {
			return err
		}
		servers, redis := shares(r, site)
		s.steps = append(s.steps, step{site.name, l.name, rate, r, servers, redis})
		if r.Load.P99 > p99Saturated || r.Load.P99 > p99Limit && i+1 >= l.least || missing(r) > 0 {
			return nil
		}
	}
	return nil
}

// run loads some of the site's servers and measures all of its processes.
func (s *scale) run(ctx context.Context, site *site, addrs []string, sessions, rooms int, rate float64, idle time.Duration) (result, error) {
	r, err := s.load(ctx, addrs, slices.Concat(site.pids, site.redis),
		"--sessions", strconv.Itoa(sessions), "--rooms", strconv.Itoa(rooms), "--rate", fmt.Sprint(rate),
		// Rooms whose countdowns tick at once would be a burst of their own.
		"--spread", "1s", "--settle", "500ms", "--idle", idle.String(), "--warmup", "500ms", "--duration", "3s", "--drain", "2s")
	if err != nil {
		return r, fmt.Errorf("%s: %w", scaleOut, err)
	}
	if lostSessions(r) > 0 {
		logf("%s: %d of %d sessions connected, and %d of them were lost", scaleOut, r.Connected, r.Sessions, r.Lost)
	}
	return r, nil
}

// cpu is what processes took together, in percent of one core.
type cpu struct{ idle, load float64 }

// shares returns what the servers and Redis took in a run that measured the
// servers' processes first.
func shares(r result, site *site) (servers, redis cpu) {
	for i, p := range r.Server.Processes {
		sum := &servers
		if i >= len(site.pids) {
			sum = &redis
		}
		sum.idle += p.IdleCPU
		sum.load += p.LoadCPU
	}
	return servers, redis
}

// print prints the steps and the costs as Markdown tables.
func (s *scale) print(w io.Writer) error {
	var b strings.Builder
	if len(s.steps) > 0 {
		fmt.Fprintf(&b, "\n%d servers, CPU in %% of one core:\n\n", scaleServers)
		b.WriteString("| on | sessions | posts/s | sent/s | p50 | p99 | missing | servers | Redis | load generator |\n")
		b.WriteString("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	}
	for _, t := range s.steps {
		r := t.result
		fmt.Fprintf(&b, "| %s | %s | %g | %.0f | %.1f ms | %.1f ms | %.0f | %.0f | %.1f | %.0f |\n",
			t.store, t.ladder, t.rate, r.Load.Rate, r.Load.P50, r.Load.P99, missing(r), t.servers.load, t.redis.load, r.Server.Generator)
	}
	for _, c := range s.costs {
		fmt.Fprintf(&b, "\n| %s | servers, µs a message | Redis, µs a message |\n|---:|---:|---:|\n", c.against)
		for _, p := range c.points {
			fmt.Fprintf(&b, "| %d | %.0f | %.0f |\n", p.x, p.servers, p.redis)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
