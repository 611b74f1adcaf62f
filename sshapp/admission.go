package sshapp

import (
	"math"
	"math/rand/v2"
	"net/netip"

	"golang.org/x/time/rate"
)

// full is the cap that one more connection would go over; empty: none. Called
// with mu held.
func (r *register) full(from netip.Prefix) Reason {
	switch {
	case r.penalties.keepsOut(from):
		return KeptOut
	case r.short:
		return ShortOfMemory
	case over(len(r.conns), r.cfg.MaxConns):
		return TooManyConns
	case over(len(r.handshakes), r.cfg.MaxHandshakes):
		return TooManyHandshakes
	}
	if why := r.shareOf(from); why != "" {
		return why
	}
	switch {
	case r.cfg.MaxHandshakes > 0 && rand.Float64() < dropChance(len(r.handshakes), r.cfg.MaxHandshakes):
		return DroppedEarly
	case !r.connects.spend(from):
		return TooManyConnects
	}
	return ""
}

// shareOf is the cap on connections of a source, and of a site, that one more
// would go over. If addresses may have any number of connections, as behind a
// proxy, they have no share of the handshakes either. Called with mu held.
func (r *register) shareOf(from netip.Prefix) Reason {
	if r.cfg.MaxConnsPerAddress <= 0 {
		return ""
	}
	share := max(r.cfg.MaxHandshakes/handshakeShare, min(r.cfg.MaxHandshakes, leastHandshakes))
	for at, times := range map[netip.Prefix]int{from: 1, siteOf(from): siteShare} {
		s := r.perAddress[at]
		switch {
		case s == nil:
		case over(s.conns, times*r.cfg.MaxConnsPerAddress):
			return TooManyOfAddress
		case over(s.handshakes, times*share):
			return TooManyHandshakesOfAddress
		}
	}
	return ""
}

func over(n, limit int) bool { return limit > 0 && n >= limit }

// One source has at most one in handshakeShare of the handshakes that may be
// under way, but leastHandshakes in any case: an office whose network comes back
// connects all at once.
const (
	handshakeShare  = 32
	leastHandshakes = 16
)

// Of the handshakes that may be under way, the last half is given out by chance,
// as MaxStartups of sshd_config(5) does it: whoever opens connections from many
// addresses and keeps them then does not keep everybody else out. It begins later
// than there, because no address has more than its share. Below earlyLeast that
// would turn people away without need.
const (
	earlyFrom   = 0.5 // of the limit
	earlyChance = 0.3 // there; it rises to 1 at the limit
	earlyLeast  = 10
)

// dropChance is how likely one more handshake is refused.
func dropChance(handshakes, limit int) float64 {
	from := max(earlyFrom*float64(limit), earlyLeast)
	n := float64(handshakes)
	if n < from || n >= float64(limit) {
		return 0 // at the limit it is refused for that
	}
	return earlyChance + (1-earlyChance)*(n-from)/(float64(limit)-from)
}

// source is what there is of a source, or of a site, now.
type source struct {
	conns, handshakes int
	inbox             inbox
	pace              *rate.Limiter // nil: none
}

// count changes the numbers of a source and its site, if there are any, and
// returns them. Called with mu held.
func (r *register) count(from netip.Prefix, conns, handshakes int) (changed []*source) {
	times := 1
	for _, at := range []netip.Prefix{from, siteOf(from)} {
		if !at.IsValid() {
			break
		}
		s := r.perAddress[at]
		if s == nil {
			s = &source{inbox: inbox{limit: r.cfg.MaxUnread}, pace: r.paces.of(at, times)}
			if s.inbox.limit < math.MaxInt64/siteShare {
				s.inbox.limit *= int64(times)
			}
			r.perAddress[at] = s
		}
		s.conns += conns
		s.handshakes += handshakes
		if s.conns == 0 {
			delete(r.perAddress, at)
			r.paces.keep(at, s.pace)
		}
		changed = append(changed, s)
		times = siteShare
	}
	return changed
}
