package sshapp

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// An allowance fills up within allowanceSpan. maxSources bounds how many
// sources are remembered; where there are more, those that have done nothing
// for the longest are forgotten, as if they had all of theirs left.
const (
	allowanceSpan = time.Minute
	maxSources    = 1 << 14
)

// allowance is how often each source may do something: limit times at once, and
// as often again every minute. Unlike rate.Limiter it takes back what turned
// out not to count. Safe from any goroutine.
type allowance struct {
	limit int                // 0 or less: any number of times
	spent func(netip.Prefix) // told which source has none left; nil: nobody is

	mu      sync.Mutex
	recent  map[netip.Prefix]purse // used since turned
	before  map[netip.Prefix]purse // used before that
	turned  time.Time
	sources int // remembered in each map
}

// siteShare is how many times what one source may do the whole site may: the
// IPv6 /48 that a customer can have, with 65,536 networks that are sources.
const siteShare = 8

// purse is what a source has left.
type purse struct {
	left float64
	at   time.Time
}

func newAllowance(limit int) *allowance {
	return &allowance{limit: limit, sources: maxSources / 2}
}

// spend tells whether the source may do it once more, and counts it.
func (a *allowance) spend(source netip.Prefix) bool { return a.add(source, -1) }

// refund says that what was spent does not count.
func (a *allowance) refund(source netip.Prefix) { a.add(source, 1) }

func (a *allowance) add(source netip.Prefix, n float64) bool {
	if a.limit <= 0 || !source.IsValid() {
		return true
	}
	enough := a.change(source, n)
	if !enough && a.spent != nil {
		a.spent(source)
	}
	return enough
}

func (a *allowance) change(source netip.Prefix, n float64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	if !a.take(source, float64(a.limit), n, now) {
		return false
	}
	site := siteOf(source)
	if !site.IsValid() || a.take(site, siteShare*float64(a.limit), n, now) {
		return true
	}
	a.take(source, float64(a.limit), -n, now)
	return false
}

// take changes what is left of limit by n, if that leaves no debt. The caller
// holds mu.
func (a *allowance) take(source netip.Prefix, limit, n float64, now time.Time) bool {
	p, ok := a.recent[source]
	if !ok {
		if p, ok = a.before[source]; !ok {
			p = purse{limit, now}
		}
		if now.Sub(a.turned) > allowanceSpan || len(a.recent) >= a.sources {
			a.before, a.recent, a.turned = a.recent, make(map[netip.Prefix]purse), now
		}
	}
	p.left += limit * float64(now.Sub(p.at)) / float64(allowanceSpan)
	p.left, p.at = min(p.left, limit), now
	enough := p.left+n >= 0
	if enough {
		p.left = min(p.left+n, limit)
	}
	a.recent[source] = p
	return enough
}

// sourceOf is the network that counts as one source: an IPv4 address, or the
// /64 that one IPv6 customer usually has. Addresses that are not of TCP have
// none, and no cap per address.
func sourceOf(a net.Addr) netip.Prefix {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
	bits := 64
	if ip.Is4() {
		bits = 32
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// siteOf is the /48 around a source that is an IPv6 network; others have none.
func siteOf(source netip.Prefix) netip.Prefix {
	if !source.IsValid() || source.Addr().Is4() {
		return netip.Prefix{}
	}
	site, err := source.Addr().Prefix(48)
	if err != nil {
		return netip.Prefix{}
	}
	return site
}
