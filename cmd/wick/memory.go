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

// How the memory budget is shared out, in percent. The governor cuts connections
// before the collector's limit is reached; what is beyond that is the system's,
// for the sockets, and the program itself.
const (
	machineShare   = 50 // of a machine without a limit of its own is the budget
	collectorShare = 85 // of the budget is the collector's, as GOMEMLIMIT is
	storeShare     = 25 // of the budget is the embedded store's
)

// leastMemory is the smallest budget: less, and an empty server has no room in it.
const leastMemory = 64 << 20

// memorySize is a number of bytes as people write it: 512MiB, 1GiB. Zero is no
// bound; it says auto where it is left to the system.
type memorySize struct {
	bytes int64
	auto  bool
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

// budget is how many bytes the process may hold; 0: no bound. cgroup and machine
// tell of a limit, or of the memory there is.
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
	return share(int64(total), machineShare)
}

// share is so many percent of a budget.
func share(budget int64, percent int64) int64 { return budget / 100 * percent }

// limitCollector has the collector keep to its share, unless the operator said
// otherwise by GOMEMLIMIT.
func limitCollector(budget int64) {
	if budget > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(share(budget, collectorShare))
	}
}

// memoryBudget is that of the flag, of the process's cgroup, or of the machine.
func (l *limitFlags) memoryBudget() int64 {
	return l.Memory.budget(memlimit.FromCgroup, memlimit.FromSystem)
}
