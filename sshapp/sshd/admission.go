package sshd

import (
	"cmp"
	"math"
	"math/rand/v2"
	"net/netip"
)

// A source may have at most one in handshakeShare of MaxHandshakes, but
// leastHandshakes in any case: an office whose network comes back connects all at
// once.
const (
	handshakeShare  = 32
	leastHandshakes = 16
)

// The last half of MaxHandshakes is given out by chance, as MaxStartups of
// sshd_config(5) does it: whoever opens connections from many addresses and keeps
// them does not lock out everybody else. It begins later than in OpenSSH, because
// no source has more than its share. Below earlyLeast handshakes it would turn
// people away without need.
const (
	earlyFrom   = 0.5 // of MaxHandshakes
	earlyChance = 0.3 // of a refusal there; it rises to 1 at MaxHandshakes
	earlyLeast  = 10
)

// refusal returns why one more connection of the address and its source is refused, or
// "" if it is admitted. The caller holds mu.
func (t *tracker) refusal(addr netip.Addr, source netip.Prefix) Reason {
	switch {
	case t.banned(addr):
		return Banned
	case t.penalties.refuses(source):
		return Penalized
	}
	if why := cmp.Or(t.refusalOfAll(), t.sourceRefusal(source)); why != "" {
		return why
	}
	switch {
	case t.cfg.MaxHandshakes > 0 && rand.Float64() < dropChance(t.inHandshake(), t.cfg.MaxHandshakes):
		return DroppedEarly
	case !t.connects.Take(source):
		return TooManyConnects
	}
	return ""
}

// refusalOfAll returns why no connection is admitted at all, whoever opened it, or "".
// The caller holds mu.
func (t *tracker) refusalOfAll() Reason {
	switch {
	case t.short:
		return ShortOfMemory
	case reached(len(t.conns)+len(t.awaited), t.cfg.MaxConns):
		return TooManyConns
	case reached(t.inHandshake(), t.cfg.MaxHandshakes):
		return TooManyHandshakes
	}
	return ""
}

// inHandshake returns how many connections have no session so far. The caller holds mu.
func (t *tracker) inHandshake() int { return len(t.handshakes) + len(t.awaited) }

// sourceRefusal returns the limit per source, or per site, that one more
// connection would exceed. If connections per source are not limited, as behind a
// proxy, neither are handshakes. The caller holds mu.
func (t *tracker) sourceRefusal(source netip.Prefix) Reason {
	if t.cfg.MaxConnsPerSource <= 0 {
		return ""
	}
	share := max(t.cfg.MaxHandshakes/handshakeShare, min(t.cfg.MaxHandshakes, leastHandshakes))
	factor := 1
	for _, at := range []netip.Prefix{source, siteOf(source)} {
		if s := t.sources[at]; s != nil {
			switch {
			case reached(s.conns, factor*t.cfg.MaxConnsPerSource):
				return TooManyConnsFromSource
			case reached(s.handshakes, factor*share):
				return TooManyHandshakesFromSource
			}
		}
		factor = siteShare
	}
	return ""
}

func reached(n, limit int) bool { return limit > 0 && n >= limit }

// dropChance returns how likely one more handshake is refused, from 0 to 1.
func dropChance(handshakes, limit int) float64 {
	from := max(earlyFrom*float64(limit), earlyLeast)
	n := float64(handshakes)
	if n < from || n >= float64(limit) {
		return 0 // at the limit it is refused anyway
	}
	return earlyChance + (1-earlyChance)*(n-from)/(float64(limit)-from)
}

// count changes the numbers of a source and its site, if it has any, and returns
// their states. The caller holds mu.
func (t *tracker) count(source netip.Prefix, conns, handshakes int) (changed []*sourceState) {
	factor := 1
	for _, at := range []netip.Prefix{source, siteOf(source)} {
		if !at.IsValid() {
			break
		}
		s := t.sources[at]
		if s == nil {
			s = &sourceState{unread: sourceUnread{limit: t.cfg.MaxUnread}, throttle: t.throttles.get(at, factor)}
			if s.unread.limit < math.MaxInt64/siteShare {
				s.unread.limit *= int64(factor)
			}
			t.sources[at] = s
		}
		s.conns += conns
		s.handshakes += handshakes
		if s.conns == 0 {
			delete(t.sources, at)
			t.throttles.keep(at, s.throttle)
		}
		changed = append(changed, s)
		factor = siteShare
	}
	return changed
}
