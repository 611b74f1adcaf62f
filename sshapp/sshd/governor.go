package sshd

import (
	"context"
	"log/slog"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

const (
	checkIdle    = 2 * time.Second        // between two checks
	checkBusy    = 250 * time.Millisecond // the same, if more than half of the budget is held
	gcInterval   = 5 * time.Second        // the least between two collections, to learn what is still held
	trimInterval = 5 * time.Second        // the least between two trims: what they drop is made again
	logInterval  = time.Minute            // the least between two lines of the log

	maxHalvings = 3 // collections in a row
)

// governor keeps the memory of the process within Config.MemoryBudget. It adds up
// what connections and the rest of the program say that they hold, and looks at the
// heap, which is all of that and everything else. If that is too much, the governor
// drops what can be made again and cuts the connections that hold most. After much
// was freed, it gives memory back to the operating system. Only run changes it.
type governor struct {
	cfg     *Config
	tracker *tracker
	heap    func() heapUse
	cuts    atomic.Uint64

	// Of run alone.
	returns   memoryReturns
	cycles    uint64    // of the collector, at the last check
	collected time.Time // when the governor last ran the collector
	trimmed   time.Time
	settled   time.Time // until then, connections that were cut may still hold memory
	logged    time.Time
	unlogged  int // cuts since then
}

// heapUse is what the runtime tells of its memory.
type heapUse struct {
	live      int64  // bytes reached by the last collection, and stacks
	stacks    int64  // bytes
	spare     int64  // bytes of the heap that were not, and are not the operating system's
	allocated int64  // bytes so far
	cycles    uint64 // collections so far
}

func newGovernor(cfg *Config, tracker *tracker) *governor {
	return &governor{cfg: cfg, tracker: tracker, heap: readHeap}
}

// run checks again and again until ctx ends.
func (g *governor) run(ctx context.Context) {
	timer := time.NewTimer(checkIdle)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			timer.Reset(g.check(time.Now()))
		}
	}
}

// measure returns what is held by class and by connection.
func (g *governor) measure() (MemoryUse, []load) {
	use := MemoryUse{Budget: g.cfg.MemoryBudget, Cuts: g.cuts.Load()}
	if g.cfg.OtherMemory != nil {
		use.Other = g.cfg.OtherMemory()
	}
	loads := g.tracker.loads()
	for _, l := range loads {
		use.Connections += l.base
		use.Output += l.held[MemoryOutput]
		use.Input += l.held[MemoryInput]
		use.Screens += l.held[MemoryScreen]
	}
	return use, loads
}

// check does what is due, and returns the time until the next check.
func (g *governor) check(now time.Time) time.Duration {
	budget := g.cfg.MemoryBudget
	use, loads := g.measure()
	heap := g.heap()
	held := use.Total()
	current := true // the heap is, as far as it matters
	if budget > 0 && heap.live > budget/100*memoryHigh {
		heap, current = g.refresh(now, heap)
	}
	if current {
		held = max(held, heap.live)
	}
	g.cycles = heap.cycles
	if budget > 0 && held > budget/100*memoryHigh && now.Sub(g.trimmed) >= trimInterval {
		g.trimmed = now
		g.cfg.Trim()
	}
	cut, short := plan(budget, held, loads)
	if budget > 0 && (current || short) {
		g.tracker.setShort(short)
	}
	for _, l := range cut {
		g.cfg.Meter.TurnedAway(HeldTooMuch)
		l.conn.cutForMemory()
	}
	if len(cut) > 0 {
		g.cuts.Add(uint64(len(cut)))
		g.settled = now.Add(cutGrace + checkBusy)
	}
	g.logCuts(now, len(cut))
	if g.returns.due(now, heldMemory{use.Total(), heap}) {
		heap = g.giveBack(heap)
		g.returns.done(now, heldMemory{use.Total(), heap})
	}
	if budget > 0 && held > budget/2 {
		return checkBusy
	}
	return checkIdle
}

// refresh runs the collector if the figures of the heap may be from before the last
// connections left. It returns the figures, and reports whether they are current.
func (g *governor) refresh(now time.Time, heap heapUse) (heapUse, bool) {
	if now.Before(g.settled) {
		return heap, false
	}
	if heap.cycles != g.cycles {
		return heap, true
	}
	if now.Sub(g.collected) < gcInterval {
		return heap, false
	}
	g.collected = now
	runtime.GC()
	return g.heap(), true
}

// giveBack gives memory back to the operating system, and returns what is in use then. A
// connection needs much of the stack only for its key exchange and a session only to begin,
// and each collection halves what they keep of it, so it may take several.
func (g *governor) giveBack(heap heapUse) heapUse {
	for range maxHalvings {
		before := heap.stacks
		debug.FreeOSMemory()
		heap = g.heap()
		if before-heap.stacks <= before/8 {
			break
		}
	}
	return heap
}

// logCuts logs how many connections were cut, once per logInterval at most.
func (g *governor) logCuts(now time.Time, cuts int) {
	g.unlogged += cuts
	if g.unlogged == 0 || now.Sub(g.logged) < logInterval {
		return
	}
	g.cfg.Log.LogAttrs(context.Background(), slog.LevelWarn, "memory is short: the connections that held most were cut",
		slog.Int("cut", g.unlogged), slog.Int64("budget", g.cfg.MemoryBudget))
	g.logged, g.unlogged = now, 0
}

// setShort sets whether new connections are refused because memory is short.
func (t *tracker) setShort(short bool) {
	t.mu.Lock()
	t.short = short
	t.mu.Unlock()
}

var heapMetrics = []string{
	"/gc/heap/live:bytes", "/memory/classes/heap/stacks:bytes", "/gc/cycles/total:gc-cycles",
	"/memory/classes/heap/objects:bytes", "/memory/classes/heap/unused:bytes", "/memory/classes/heap/free:bytes",
	"/gc/heap/allocs:bytes",
}

func readHeap() heapUse {
	samples := make([]metrics.Sample, len(heapMetrics))
	for i, name := range heapMetrics {
		samples[i].Name = name
	}
	metrics.Read(samples)
	value := func(i int) int64 { return int64(samples[i].Value.Uint64()) }
	return heapUse{
		live:      value(0) + value(1),
		stacks:    value(1),
		spare:     value(3) + value(4) + value(5) - value(0),
		allocated: value(6),
		cycles:    uint64(value(2)),
	}
}
