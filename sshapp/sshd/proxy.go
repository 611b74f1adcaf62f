package sshd

import (
	"errors"
	"net"
	"net/netip"
	"slices"

	"github.com/pires/go-proxyproto"
)

// isProxy reports whether an address is that of a proxy. All its connections have to
// begin with a PROXY protocol header, which says who the client is. From others none
// is taken: they could pass for any address.
func (c *Config) isProxy(addr net.Addr) bool {
	ip := addressOf(addr)
	return slices.ContainsFunc(c.ProxyFrom, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// errNoTCP is the error for a header whose client has no TCP address.
var errNoTCP = errors.New("the client in the PROXY protocol header has no TCP address")

// checkHeader accepts headers of TCP connections, and those with which a proxy speaks
// for itself.
func checkHeader(h *proxyproto.Header) error {
	if _, _, ok := h.TCPAddrs(); !ok && !h.Command.IsLocal() {
		return errNoTCP
	}
	return nil
}

// await keeps track of a connection of a proxy until its header has come, or refuses
// it if it exceeds a limit. A header counts as a handshake meanwhile.
func (t *tracker) await(nc net.Conn) (*proxyproto.Conn, bool) {
	t.mu.Lock()
	why := t.refusalOfAll()
	if why != "" || t.stopping {
		t.mu.Unlock()
		t.turnAway(nc, why)
		return nil, false
	}
	pc := proxyproto.NewConn(nc, proxyproto.WithPolicy(proxyproto.REQUIRE), proxyproto.ValidateHeader(checkHeader),
		proxyproto.SetReadHeaderTimeout(t.cfg.HandshakeTimeout))
	t.awaited[pc] = struct{}{}
	t.mu.Unlock()
	return pc, true
}

// addAnnounced reads the header of a connection from await, which takes
// HandshakeTimeout at most, and then is add for the client's address.
func (t *tracker) addAnnounced(pc *proxyproto.Conn) (*conn, bool) {
	header := pc.ProxyHeader()
	t.mu.Lock()
	delete(t.awaited, pc)
	t.closeIfEmpty()
	t.mu.Unlock()
	if header == nil {
		t.turnAway(pc, NoProxyHeader)
		return nil, false
	}
	return t.add(pc)
}

// tcpOf returns the TCP connection under nc, or nil if it has none.
func tcpOf(nc net.Conn) *net.TCPConn {
	if pc, ok := nc.(*proxyproto.Conn); ok {
		nc = pc.Raw()
	}
	tcp, _ := nc.(*net.TCPConn)
	return tcp
}
