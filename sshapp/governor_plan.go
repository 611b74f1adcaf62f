package sshapp

import (
	"cmp"
	"net/netip"
	"slices"
	"time"
)

// Shares of the memory budget. What the process holds is below what the collector
// has, and that below the budget: see memoryLimit in cmd/wick.
const (
	memoryHigh = 70 // percent: if more is held, the heaviest connections are cut
	memoryLow  = 60 // percent: until no more is held

	// No connection is cut that holds less than such a part of the budget, or so
	// many bytes, whichever is more: a large terminal is no attack.
	heavyConn      = 1024
	heavyConnLeast = 512 << 10
	// Unless those of its source together hold such a part, or so many bytes: a
	// household is none either.
	heavySource      = 128
	heavySourceLeast = 4 << 20
)

// plan decides which connections to cut if the process holds so many bytes: the
// heavy ones first, by what they hold, then those of the heaviest source. Nobody
// is cut who is light, and whose source is: short says that nobody else is to be
// let in instead.
func plan(budget, used int64, loads []load) (cut []load, short bool) {
	if budget <= 0 || used <= budget/100*memoryHigh {
		return nil, false
	}
	excess := used - budget/100*memoryLow
	heavy, heavyTogether := max(budget/heavyConn, heavyConnLeast), max(budget/heavySource, heavySourceLeast)
	loads = slices.SortedFunc(slices.Values(loads), func(a, b load) int { return cmp.Compare(b.bytes, a.bytes) })
	bySource, sums := map[netip.Prefix][]load{}, map[netip.Prefix]int64{}
	for _, l := range loads {
		if l.bytes < heavy {
			bySource[l.source] = append(bySource[l.source], l)
			sums[l.source] += l.bytes
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

// Bounds of how often memory that was freed is given back to the system: it costs
// a collection.
const (
	returnEvery = 20 * time.Second
	returnLeast = 4 << 20 // bytes that the process has more than after the last time
)

// returns decides when to give memory back: after a large part of what was held
// is held no more. The collector itself keeps it for minutes.
type returns struct {
	last   time.Time
	mapped int64 // what the process had after the last time
	peak   heldUse
}

// heldUse is what is held, in bytes: as sessions and rooms count it, and as the
// last collection found it.
type heldUse struct{ counted, live int64 }

func (r *returns) due(now time.Time, held heldUse, mapped int64) bool {
	if r.last.IsZero() {
		r.returned(now, held, mapped)
	}
	r.peak.counted, r.peak.live = max(r.peak.counted, held.counted), max(r.peak.live, held.live)
	fell := held.counted <= r.peak.counted/4*3 || held.live <= r.peak.live/4*3
	return fell && mapped > r.mapped/10*11+returnLeast && now.Sub(r.last) >= returnEvery
}

// returned notes that memory was given back.
func (r *returns) returned(now time.Time, held heldUse, mapped int64) {
	*r = returns{last: now, mapped: mapped, peak: held}
}
