package main

import (
	"errors"
	"math"
	"os"
	"runtime/debug"
	"strings"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/dustin/go-humanize"
)

// Shares in percent. The governor cuts connections before the Go heap reaches the
// collector's limit. The rest of the budget is left for the buffers of sockets and
// for the program itself.
const (
	machineShare   = 50 // of the machine's memory: the budget, if no cgroup sets a limit
	collectorShare = 85 // of the budget: the garbage collector's limit (GOMEMLIMIT)
	storeShare     = 25 // of the budget: the embedded store's limit
)

// leastMemory is the smallest budget. An empty server does not fit in less.
const leastMemory = 64 << 20

// memorySize is a limit on memory as operators write it: 512MiB, 1GiB, auto.
type memorySize struct {
	bytes int64 // 0: no limit
	auto  bool  // the limit follows from the cgroup or the machine
}

var errMemory = errors.New("a size is a number of bytes such as 512MiB or 2GiB, 64MiB at least, or 0")

// UnmarshalText implements encoding.TextUnmarshaler, for kong.
func (m *memorySize) UnmarshalText(b []byte) error {
	text := strings.TrimSpace(string(b))
	if strings.EqualFold(text, "auto") {
		*m = memorySize{auto: true}
		return nil
	}
	n, err := humanize.ParseBytes(text)
	if err != nil || n > math.MaxInt64 || n != 0 && n < leastMemory {
		return errMemory
	}
	*m = memorySize{bytes: int64(n)}
	return nil
}

// budget returns how many bytes the process may hold; 0: no limit. cgroup returns
// the limit of the process's cgroup, and machine the memory of the machine.
func (m memorySize) budget(cgroup, machine func() (uint64, error)) int64 {
	if !m.auto {
		return m.bytes
	}
	total, err := machine()
	if err != nil || total > math.MaxInt64 {
		total = 0 // not known
	}
	limit, err := cgroup()
	if err == nil && limit > 0 && limit <= math.MaxInt64 && (total == 0 || limit < total) {
		return max(int64(limit), leastMemory)
	}
	return percentOf(int64(total), machineShare)
}

// percentOf returns the given percentage of a number of bytes.
func percentOf(bytes, percent int64) int64 { return bytes / 100 * percent }

// limitCollector sets the garbage collector's memory limit, unless the operator
// set GOMEMLIMIT.
func limitCollector(budget int64) {
	if budget > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(percentOf(budget, collectorShare))
	}
}

// memoryBudget returns the budget that the flag, the process's cgroup or the
// machine sets.
func (l *limitFlags) memoryBudget() int64 {
	return l.Memory.budget(memlimit.FromCgroup, memlimit.FromSystem)
}
