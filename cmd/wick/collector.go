package main

import (
	"context"
	"os"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"time"
)

// How much garbage there may be before a collection, in percent of the memory in use
// (GOGC). Most of a server's memory belongs to idle sessions, and the default of 100 lets
// it grow to twice that. But a collection visits all of it: if much is said, frequent ones
// take a tenth of the processor, and messages wait for them.
const (
	gcCalm = 50
	gcBusy = 200
)

// A server is busy while, with gcCalm, it would collect more often than every gcOften. It
// is calm again when that would be seldom for a while.
const (
	gcOften  = 10 * time.Second
	gcSeldom = 2 * gcOften
	gcCheck  = 2 * time.Second
	gcSteady = 3 // checks in a row
)

// collector chooses between gcCalm and gcBusy. The limit of --memory holds for both.
type collector struct {
	busy      bool
	allocated uint64 // so far, at the last check
	steady    int    // checks in a row that spoke for a change
}

// heapUse is what the runtime tells of its memory, in bytes.
type heapUse struct {
	live      uint64 // reached by the last collection, and stacks
	allocated uint64 // so far
}

// paceCollector paces the garbage collector until ctx ends, unless the operator set GOGC.
func paceCollector(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	c := collector{allocated: readHeap().allocated}
	tick := time.NewTicker(gcCheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		switch {
		case !c.changes(readHeap()):
		case c.busy:
			debug.SetGCPercent(gcBusy)
		default:
			debug.SetGCPercent(gcCalm) // the governor of sshd returns what is spare then
		}
	}
}

// changes notes what was allocated since the last check, and reports whether busy changed.
func (c *collector) changes(now heapUse) bool {
	garbage := float64(now.allocated-c.allocated) / gcCheck.Seconds()
	c.allocated = now.allocated
	between := float64(now.live) * gcCalm / 100 / garbage // seconds
	speaks := between < gcOften.Seconds()
	if c.busy {
		speaks = between > gcSeldom.Seconds()
	}
	if !speaks {
		c.steady = 0
		return false
	}
	if c.steady++; c.steady < gcSteady {
		return false
	}
	c.busy, c.steady = !c.busy, 0
	return true
}

func readHeap() heapUse {
	samples := []runtimemetrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}, {Name: "/gc/heap/allocs:bytes"},
	}
	runtimemetrics.Read(samples)
	value := func(i int) uint64 { return samples[i].Value.Uint64() }
	return heapUse{live: value(0) + value(1), allocated: value(2)}
}
