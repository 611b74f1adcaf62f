package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// costIdle is how long the idle cost is measured, which does not belong to
// messages.
const costIdle = 1500 * time.Millisecond

// costRun is a run that measures what a message costs: one point of a plot.
type costRun struct {
	x                        int
	sessions, rooms, servers int
	rate                     float64 // messages per second in all rooms together
}

// costPlot is a plot of the CPU time of a message.
type costPlot struct {
	against string
	file    string
	runs    []costRun
}

var costPlots = []costPlot{
	{"members of a room", "cost-members.svg", []costRun{
		{2, 200, 100, scaleServers, 100},
		{10, 200, 20, scaleServers, 100},
		{50, 200, 4, scaleServers, 50},
		{200, 200, 1, scaleServers, 20},
		{1000, 1000, 1, scaleServers, 4},
	}},
	{"rooms of two members", "cost-rooms.svg", []costRun{
		{5, 10, 5, scaleServers, 100},
		{20, 40, 20, scaleServers, 100},
		{100, 200, 100, scaleServers, 100},
		{500, 1000, 500, scaleServers, 100},
	}},
	// Rooms of eight have members on each server.
	{"servers that share rooms of eight", "cost-servers.svg", []costRun{
		{1, 200, 25, 1, 100},
		{2, 200, 25, 2, 100},
		{3, 200, 25, 3, 100},
		{4, 200, 25, 4, 100},
	}},
}

// costs is a plot with the points measured for it.
type costs struct {
	costPlot
	points []cost
}

// cost is the CPU time of a message, in microseconds.
type cost struct {
	x              int
	servers, redis float64
}

// measureCosts runs the plots' runs.
func (s *scale) measureCosts(ctx context.Context, site *site) error {
	for _, p := range costPlots {
		s.costs = append(s.costs, costs{costPlot: p})
		c := &s.costs[len(s.costs)-1]
		for _, run := range p.runs {
			logf("%s: cost against %s, %d", scaleOut, p.against, run.x)
			r, err := s.run(ctx, site, site.addrs[:run.servers], run.sessions, run.rooms, run.rate, costIdle)
			if err != nil {
				return err
			}
			c.points = append(c.points, costOf(run.x, r, site))
		}
	}
	return nil
}

// costOf returns the CPU time of a message beyond that of idling.
func costOf(x int, r result, site *site) cost {
	servers, redis := shares(r, site)
	each := func(c cpu) float64 {
		if r.Load.Rate == 0 {
			return 0
		}
		return max(c.load-c.idle, 0) / 100 * 1e6 / r.Load.Rate
	}
	return cost{x, each(servers), each(redis)}
}

// draw draws the plots into a folder.
func (s *scale) draw(dir string) error {
	for _, c := range s.costs {
		if err := os.WriteFile(filepath.Join(dir, c.file), []byte(plot(c)), 0o644); err != nil {
			return fmt.Errorf("drawing a plot: %w", err)
		}
	}
	return nil
}
