package sshd

import (
	"cmp"
	"net/netip"
	"slices"
)

// Shares of the memory budget.
const (
	memoryHigh = 70 // percent; if more is held, connections are cut
	memoryLow  = 60 // percent; down to this

	// A connection is heavy if it holds such a part of the budget, and at least so
	// many bytes: a large terminal is not an attack.
	heavyConn      = 1024
	heavyConnLeast = 512 << 10
	// The light connections of a source together are heavy if they hold such a part,
	// and at least so many bytes: a household is not an attack either.
	heavySource      = 128
	heavySourceLeast = 4 << 20
)

// plan returns the connections to cut if the process holds used bytes: the heavy
// ones first, those that hold most before others, then those of the source whose
// light connections hold most. A light connection of a light source is never cut. If
// that is not enough, short says that nobody else may be admitted.
func plan(budget, used int64, loads []load) (cut []load, short bool) {
	if budget <= 0 || used <= budget/100*memoryHigh {
		return nil, false
	}
	excess := used - budget/100*memoryLow
	heavy, heavyTogether := max(budget/heavyConn, heavyConnLeast), max(budget/heavySource, heavySourceLeast)
	loads = slices.SortedFunc(slices.Values(loads), func(a, b load) int { return cmp.Compare(b.bytes, a.bytes) })
	bySource, sums := map[netip.Prefix][]load{}, map[netip.Prefix]int64{}
	for _, l := range loads {
		source := l.conn.source
		if l.bytes < heavy {
			bySource[source] = append(bySource[source], l)
			sums[source] += l.bytes
		} else if excess > 0 {
			cut = append(cut, l)
			excess -= l.bytes
		}
	}
	for excess > 0 {
		var heaviest netip.Prefix
		for source, sum := range sums {
			if sum > sums[heaviest] {
				heaviest = source
			}
		}
		if sums[heaviest] < heavyTogether || len(bySource[heaviest]) == 0 {
			return cut, true
		}
		l := bySource[heaviest][0]
		bySource[heaviest] = bySource[heaviest][1:]
		sums[heaviest] -= l.bytes
		excess -= l.bytes
		cut = append(cut, l)
	}
	return cut, false
}
