package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
)

// network is a range of addresses, 10.0.0.0/8, or a single one.
type network netip.Prefix

func (n *network) UnmarshalText(text []byte) error {
	text = bytes.TrimSpace(text) // after a comma
	if ip, err := netip.ParseAddr(string(text)); err == nil {
		*n = network(netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen()))
		return nil
	}
	p, err := netip.ParsePrefix(string(text))
	if err != nil {
		return fmt.Errorf("%q is neither a network such as 10.0.0.0/8 nor an address", text)
	}
	if ip := p.Addr(); ip.Is4In6() && p.Bits() >= 96 { // clients' addresses are compared as IPv4
		p = netip.PrefixFrom(ip.Unmap(), p.Bits()-96)
	}
	*n = network(p)
	return nil
}

// prefixes returns networks as other packages take them.
func prefixes(networks []network) []netip.Prefix {
	all := make([]netip.Prefix, len(networks))
	for i, n := range networks {
		all[i] = netip.Prefix(n)
	}
	return all
}

// contains reports whether a TCP address is in one of the networks.
func contains(networks []network, addr net.Addr) bool {
	ip := addr.(*net.TCPAddr).AddrPort().Addr().Unmap().WithZone("")
	return slices.ContainsFunc(networks, func(n network) bool { return netip.Prefix(n).Contains(ip) })
}

var errNoAddress = errors.New("--listen names no address")

// listenAll is listen for several addresses. It listens on all of them or none.
func listenAll(addrs []string, flag string) (all []net.Listener, err error) {
	for _, addr := range addrs {
		ln, err := listen(strings.TrimSpace(addr), flag)
		if err != nil {
			closeAll(all)
			return nil, err
		}
		all = append(all, ln)
	}
	return all, nil
}

func closeAll(listeners []net.Listener) {
	for _, ln := range listeners {
		ln.Close()
	}
}

// onlyLoopback reports whether nobody but this machine reaches the listeners.
func onlyLoopback(listeners []net.Listener) bool {
	return !slices.ContainsFunc(listeners, func(ln net.Listener) bool {
		return !ln.Addr().(*net.TCPAddr).IP.IsLoopback()
	})
}

// listen listens on addr. Its error is a sentence that names flag, with which
// another address can be chosen.
func listen(addr, flag string) (net.Listener, error) {
	ln, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is in use by another program: stop it, or choose another address with --%s", addr, flag)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", addr, withBracketHint(addr, err))
	}
	return ln, nil
}

// withBracketHint returns an error about an address, with how to write it if it is an IPv6
// address without brackets.
func withBracketHint(addr string, err error) error {
	at := strings.LastIndexByte(addr, ':')
	if at < 0 || strings.Contains(addr, "[") {
		return err
	}
	if ip, wrong := netip.ParseAddr(addr[:at]); wrong == nil && ip.Is6() {
		return fmt.Errorf("an IPv6 address goes in brackets: [%s]%s", ip, addr[at:])
	}
	if ip, wrong := netip.ParseAddr(addr); wrong == nil && ip.Is6() {
		return fmt.Errorf("an IPv6 address goes in brackets before a port: [%s]:2222", ip)
	}
	return err
}
