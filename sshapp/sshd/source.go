package sshd

import (
	"net"
	"net/netip"
	"time"
)

// siteShare is how many times the limit of a source its site has. A site is an IPv6
// /48, which one customer can have; it holds 65,536 sources.
const siteShare = 8

// torCircuits are the addresses that Tor announces in place of a client's
// (HiddenServiceExportCircuitID in its manual): the last 32 bits are those of a circuit.
// Circuits have nothing in common, so each is a source of its own and has no site.
var torCircuits = netip.MustParsePrefix("fc00:dead:beef:4dad::/64")

// Source returns the network that counts as one source: an IPv4 address, or the /64
// of an IPv6 address, which one customer usually has, or a circuit of Tor. An address
// that is not of TCP has no source, which is the zero Prefix; no limit per source
// applies to it.
func Source(addr net.Addr) netip.Prefix {
	ip := addressOf(addr)
	bits := 64
	if ip.Is4() || torCircuits.Contains(ip) {
		bits = ip.BitLen()
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// addressOf returns an address of TCP, and the zero Addr for others.
func addressOf(addr net.Addr) netip.Addr {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap().WithZone("")
}

// siteOf returns the /48 around a source that is an IPv6 network. Others have none.
func siteOf(source netip.Prefix) netip.Prefix {
	if !source.IsValid() || source.IsSingleIP() {
		return netip.Prefix{}
	}
	site, err := source.Addr().Prefix(48)
	if err != nil {
		return netip.Prefix{}
	}
	return site
}

// maxSources bounds each sourceMap: how many sources are remembered.
const maxSources = 1 << 14

// sourceMap remembers a value for each source, or site, that did something lately.
// It keeps a value for at least span after it was set, unless maxSources others were
// set meanwhile, and forgets those first that were not set for the longest. Values
// must mean nothing any more after span. Its owner's mutex guards it.
type sourceMap[V any] struct {
	span time.Duration
	size int // of each generation

	// Two generations: values go into recent, and when it is full or old it becomes
	// before, whose values are dropped.
	recent, before map[netip.Prefix]V
	begun          time.Time // of recent
}

func newSourceMap[V any](span time.Duration) sourceMap[V] {
	return sourceMap[V]{span: span, size: maxSources / 2}
}

func (m *sourceMap[V]) get(source netip.Prefix) (V, bool) {
	v, ok := m.recent[source]
	if !ok {
		v, ok = m.before[source]
	}
	return v, ok
}

func (m *sourceMap[V]) set(source netip.Prefix, v V) {
	if now := time.Now(); now.Sub(m.begun) > m.span || len(m.recent) >= m.size {
		m.before, m.recent, m.begun = m.recent, make(map[netip.Prefix]V), now
	}
	m.recent[source] = v
}
