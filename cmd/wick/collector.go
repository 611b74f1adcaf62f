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
// take a tenth of the processor, and messages wait for them. A busy server collects as
// seldom as half of its limit on memory allows.
const (
	gcCalm      = 50
	gcBusyLeast = 200
	gcBusyMost  = 800
	gcShare     = 50 // percent of the limit that memory in use and garbage may take
)

// A server is busy while people talk and, with gcCalm, it would collect more often than
// every gcOften. It is calm again when that would be seldom for a while. The garbage of a
// crowd that only enters does not count: its memory would stay.
const (
	gcTalk   = 50 // frames a second that show a message
	gcOften  = 10 * time.Second
	gcSeldom = 2 * gcOften
	gcCheck  = 2 * time.Second
	gcSteady = 3 // checks in a row
)

// collector chooses how much garbage there may be. The limit of --memory holds besides.
type collector struct {
	limit     int64 // of the heap in bytes; math.MaxInt64: none
	busy      bool
	allocated uint64 // so far, at the last check
	shown     uint64 // frames by then
	steady    int    // checks in a row that spoke for a change
}

// heapUse is what the runtime tells of its memory, in bytes, and what it was used for.
type heapUse struct {
	live      uint64 // reached by the last collection, and stacks
	allocated uint64 // so far
	shown     uint64 // frames so far that showed a message
}

// paceCollector paces the garbage collector until ctx ends, unless the operator set GOGC.
// shown returns how many frames have shown a message so far.
func paceCollector(ctx context.Context, shown func() uint64) {
	if os.Getenv("GOGC") != "" {
		return
	}
	c := collector{limit: debug.SetMemoryLimit(-1), allocated: readHeap().allocated}
	percent := gcCalm // as main has set
	tick := time.NewTicker(gcCheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := readHeap()
		now.shown = shown()
		if next := c.next(now); next != percent {
			percent = next
			debug.SetGCPercent(percent) // once calm, the governor of sshd returns what is spare
		}
	}
}

// next notes what was allocated since the last check, and returns how much garbage there
// may be.
func (c *collector) next(now heapUse) (percent int) {
	c.note(now)
	if !c.busy {
		return gcCalm
	}
	spare := float64(c.limit)*gcShare/100 - float64(now.live)
	return int(min(max(100*spare/float64(now.live), gcBusyLeast), gcBusyMost))
}

// note sets busy by what was allocated and shown since the last check.
func (c *collector) note(now heapUse) {
	garbage := float64(now.allocated-c.allocated) / gcCheck.Seconds()
	talk := now.shown-c.shown >= gcTalk*uint64(gcCheck.Seconds())
	c.allocated, c.shown = now.allocated, now.shown
	between := float64(now.live) * gcCalm / 100 / garbage // seconds
	speaks := talk && between < gcOften.Seconds()
	if c.busy {
		speaks = !talk || between > gcSeldom.Seconds()
	}
	if !speaks {
		c.steady = 0
		return
	}
	if c.steady++; c.steady == gcSteady {
		c.busy, c.steady = !c.busy, 0
	}
}

func readHeap() heapUse {
	samples := []runtimemetrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}, {Name: "/gc/heap/allocs:bytes"},
	}
	runtimemetrics.Read(samples)
	value := func(i int) uint64 { return samples[i].Value.Uint64() }
	return heapUse{live: value(0) + value(1), allocated: value(2)}
}
