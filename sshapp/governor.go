package sshapp

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
	lookIdle  = 2 * time.Second        // between two looks
	lookBusy  = 250 * time.Millisecond // the same, if more than half of the budget is held
	gcEvery   = 5 * time.Second        // at most, to learn what is still held
	trimEvery = 5 * time.Second        // at most: what is dropped is made again
	heavyNote = time.Minute            // between two lines of the log
)

// governor keeps what the process holds within a budget. It knows what rooms and
// sessions hold, and what the heap does, which is all of that and the rest. If it
// is too much it drops what can be made again, and cuts the heaviest; after that was much it gives memory back to
// the system. run is its only goroutine.
type governor struct {
	budget   int64 // bytes; 0: no bound
	rooms    func() int64
	trim     func() // drops what can be made again
	register *register
	meter    Meter
	log      *slog.Logger
	heap     func() heapUse
	cuts     atomic.Uint64

	// Of run alone.
	returns   returns
	cycles    uint64    // collections until the last look
	collected time.Time // when the last one was asked for
	trimmed   time.Time
	settled   time.Time // until then those who were cut may still hold what they did
	noted     time.Time // in the log
	unnoted   int       // cuts since
}

// heapUse is what the process has of the system's memory, in bytes.
type heapUse struct {
	live   int64  // reached by the last collection, and stacks
	mapped int64  // all that the runtime holds
	cycles uint64 // collections
}

// MemoryUse is what a server holds, in bytes, as it counts that.
type MemoryUse struct {
	Budget                                       int64 // 0: no bound
	Rooms, Connections, Readers, Inputs, Screens int64
	Cuts                                         uint64 // connections that were cut since the start
}

// Memory is what the server holds at this moment.
func (a *App) Memory() MemoryUse {
	use, _ := a.governor.measure()
	return use
}

func (u MemoryUse) total() int64 { return u.Rooms + u.Connections + u.Readers + u.Inputs + u.Screens }

func (g *governor) measure() (MemoryUse, []load) {
	use := MemoryUse{Budget: g.budget, Cuts: g.cuts.Load()}
	if g.rooms != nil {
		use.Rooms = g.rooms()
	}
	loads := g.register.loads()
	for _, l := range loads {
		use.Connections += l.base
		use.Readers += l.held[readers]
		use.Inputs += l.held[inputs]
		use.Screens += l.held[screens]
	}
	return use, loads
}

// run looks at what is held until ctx ends.
func (g *governor) run(ctx context.Context) {
	timer := time.NewTimer(lookIdle)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			timer.Reset(g.look(time.Now()))
		}
	}
}

// look does what has to be done, and returns when to look again.
func (g *governor) look(now time.Time) time.Duration {
	use, loads := g.measure()
	heap := g.heap()
	held := use.total()
	sure := true // held is all that is held
	if g.budget > 0 && heap.live > g.budget/100*memoryHigh {
		heap, sure = g.refreshed(now, heap)
	}
	if sure {
		held = max(held, heap.live)
	}
	g.cycles = heap.cycles
	if g.budget > 0 && held > g.budget/100*memoryHigh && now.Sub(g.trimmed) >= trimEvery {
		g.trimmed = now
		g.trim()
	}
	cut, short := plan(g.budget, held, loads)
	if g.budget > 0 && (sure || short) {
		g.register.close(short)
	}
	for _, l := range cut {
		g.meter.TurnedAway(HeldTooMuch)
		l.guard.cutHeavy()
	}
	if len(cut) > 0 {
		g.cuts.Add(uint64(len(cut)))
		g.settled = now.Add(cutGrace + lookBusy)
	}
	g.note(now, len(cut))
	if g.returns.due(now, heldUse{use.total(), heap.live}, heap.mapped) {
		debug.FreeOSMemory()
		heap = g.heap()
		g.returns.returned(now, heldUse{use.total(), heap.live}, heap.mapped)
	}
	if g.budget > 0 && held > g.budget/2 {
		return lookBusy
	}
	return lookIdle
}

// refreshed returns what the heap holds by now, if it says more than is good: it
// may be what was held before the last ones left. It reports whether that is sure.
func (g *governor) refreshed(now time.Time, heap heapUse) (heapUse, bool) {
	if now.Before(g.settled) {
		return heap, false
	}
	if heap.cycles != g.cycles {
		return heap, true
	}
	if now.Sub(g.collected) < gcEvery {
		return heap, false
	}
	g.collected = now
	runtime.GC()
	return g.heap(), true
}

// note tells the log of cuts, once a minute at most.
func (g *governor) note(now time.Time, cuts int) {
	g.unnoted += cuts
	if g.unnoted == 0 || now.Sub(g.noted) < heavyNote {
		return
	}
	g.log.Warn("memory is short: the connections that held most were cut", "cut", g.unnoted, "budget", g.budget)
	g.noted, g.unnoted = now, 0
}

// close admits nobody while memory is short.
func (r *register) close(short bool) {
	r.mu.Lock()
	r.short = short
	r.mu.Unlock()
}

var heapMetrics = []string{
	"/gc/heap/live:bytes", "/memory/classes/heap/stacks:bytes",
	"/memory/classes/total:bytes", "/memory/classes/heap/released:bytes", "/gc/cycles/total:gc-cycles",
}

func readHeap() heapUse {
	samples := make([]metrics.Sample, len(heapMetrics))
	for i, name := range heapMetrics {
		samples[i].Name = name
	}
	metrics.Read(samples)
	value := func(i int) int64 { return int64(samples[i].Value.Uint64()) }
	return heapUse{live: value(0) + value(1), mapped: value(2) - value(3), cycles: uint64(value(4))}
}
