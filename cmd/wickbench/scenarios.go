package main

import (
	"syscall"
	"time"
)

// spareFiles is the number of files that a process has open besides its sessions.
const spareFiles = 100

// paceTime is after how long wick paces its garbage collector for much that is said.
const paceTime = 8 * time.Second

// scenario is a run of wickload, which is repeated on the floor, the embedded
// store and Redis.
type scenario struct {
	name            string
	sessions, rooms int
	rate            float64       // messages per second in all rooms together
	warmup          time.Duration // before measuring; 0: wickload's own
	duration        time.Duration
	long            bool // skipped in a quick run
	processes       int  // of wick, on Redis
	quickRedis      bool // run on Redis in a quick run as well

	figures []figure // on the embedded store
	onRedis []figure // on Redis; nil: not run there
}

// files returns how many files one process needs to open.
func (s scenario) files() uint64 { return uint64(s.sessions + spareFiles) }

// maxFiles returns how many files a process may open: the hard limit, because Go
// programs raise the soft limit to it.
func maxFiles() (uint64, error) {
	var limit syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	return limit.Max, err
}

// figure is one row of the table.
type figure struct {
	name   string
	of     func(result) float64
	format string
	target float64
	least  bool    // the target is a minimum, not a maximum
	times  float64 // the maximum as a multiple of the floor's value; 0: none
	free   bool    // there is no target
}

var (
	p50          = func(r result) float64 { return r.Load.P50 }
	p99          = func(r result) float64 { return r.Load.P99 }
	missing      = func(r result) float64 { return float64(r.Load.Expected - r.Load.Delivered) }
	perBytes     = func(r result) float64 { return r.Load.Bytes }
	perCPU       = func(r result) float64 { return r.Server.Delivery }
	loadCPU      = func(r result) float64 { return r.Server.LoadCPU }
	idleCPU      = func(r result) float64 { return r.Server.IdleCPU }
	perMemory    = func(r result) float64 { return r.Server.PerSession }
	idleBytes    = func(r result) float64 { return r.IdleBytes }
	connects     = func(r result) float64 { return r.Connects }
	collector    = func(r result) float64 { return r.Collector }
	lostSessions = func(r result) float64 { return float64(r.Sessions - r.Connected + r.Lost) }
)

// The formats of figures.
const (
	inMS      = "%.2f ms"
	inPercent = "%.1f %%"
	inMicros  = "%.0f µs"
	inKiB     = "%.0f KiB"
	inBytes   = "%.0f"
	perSecond = "%.0f/s"
	inPieces  = "%.0f"
)

var scenarios = []scenario{
	{
		name: "pair", sessions: 2, rooms: 1, rate: 20, duration: 20 * time.Second, processes: 2, quickRedis: true,
		figures: []figure{
			{name: "p50", of: p50, format: inMS, target: 0.6, times: 1.4},
			{name: "p99", of: p99, format: inMS, target: 2},
		},
		onRedis: []figure{
			{name: "p50", of: p50, format: inMS, target: 0.8},
			{name: "p99", of: p99, format: inMS, target: 1.5},
		},
	},
	{
		name: "100 in a room, 20 msg/s", sessions: 100, rooms: 1, rate: 20, duration: 10 * time.Second, processes: 1,
		figures: hundredFigures, onRedis: hundredFigures,
	},
	{
		name: "1,000 in a room, 5 msg/s", sessions: 1000, rooms: 1, rate: 5, duration: 10 * time.Second, processes: 1,
		figures: thousandFigures, onRedis: thousandFigures,
	},
	{
		name: "1,000 in 500 rooms, 200 msg/s", sessions: 1000, rooms: 500, rate: 200, duration: 10 * time.Second, processes: 1,
		figures: pairFigures, onRedis: pairFigures,
	},
	{
		name: "1,000 in 500 rooms, 1,500 msg/s", sessions: 1000, rooms: 500, rate: 1500, warmup: paceTime, duration: 15 * time.Second,
		figures: []figure{
			{name: "p50", of: p50, format: inMS, free: true},
			{name: "p99", of: p99, format: inMS, target: 4},
			{name: "CPU under load, % of a core", of: loadCPU, format: inPercent, target: 30},
			{name: "garbage collector, % of that CPU", of: collector, format: inPercent, free: true},
			{name: "deliveries missing", of: missing, format: inPieces},
		},
	},
	{
		name: "1,000 in 500 rooms, 3,000 msg/s", sessions: 1000, rooms: 500, rate: 3000, warmup: paceTime, duration: 15 * time.Second,
		figures: []figure{
			{name: "p50", of: p50, format: inMS, free: true},
			{name: "p99", of: p99, format: inMS, target: 10},
			{name: "deliveries missing", of: missing, format: inPieces},
		},
	},
	{
		name: "10,000 sessions, 5,000 rooms", sessions: 10_000, rooms: 5000, duration: 10 * time.Second, long: true,
		figures: []figure{
			{name: "sessions lost", of: lostSessions, format: inPieces},
			{name: "connects", of: connects, format: perSecond, target: 400, least: true},
			{name: "memory per session", of: perMemory, format: inKiB, target: 135},
			{name: "CPU idle, % of a core", of: idleCPU, format: inPercent, free: true},
		},
	},
}

var hundredFigures = []figure{
	{name: "p50", of: p50, format: inMS, target: 3, times: 1.6},
	{name: "p99", of: p99, format: inMS, target: 8},
	{name: "CPU under load, % of a core", of: loadCPU, format: inPercent, target: 12},
	{name: "CPU per delivery", of: perCPU, format: inMicros, target: 25},
	{name: "bytes per delivery", of: perBytes, format: inBytes, target: 200},
}

var thousandFigures = []figure{
	{name: "connects", of: connects, format: perSecond, free: true},
	{name: "p50", of: p50, format: inMS, target: 14},
	{name: "p99", of: p99, format: inMS, target: 29},
	{name: "deliveries missing", of: missing, format: inPieces},
	{name: "CPU per delivery", of: perCPU, format: inMicros, target: 40},
}

var pairFigures = []figure{
	{name: "CPU idle, % of a core", of: idleCPU, format: inPercent, target: 1.5},
	{name: "memory per session", of: perMemory, format: inKiB, target: 105},
	{name: "bytes/s per session, idle", of: idleBytes, format: inBytes, free: true},
	{name: "p50", of: p50, format: inMS, free: true},
	{name: "p99", of: p99, format: inMS, target: 1},
	{name: "deliveries missing", of: missing, format: inPieces},
}
