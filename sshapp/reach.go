package sshapp

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"wick/rooms"
)

// Host is where people reach a server.
type Host struct {
	Name string // or an address, without brackets; empty: not known
	Port string // empty: the one that the server listens on
}

var errBadHost = errors.New("a host is NAME or NAME:PORT; before a port, an IPv6 address goes in brackets, as in [2001:db8::1]:2222")

var errNoHost = errors.New("0.0.0.0 and :: are for listening only: give the name or address by which people reach this server")

// ParseHost parses NAME[:PORT], where NAME may be an address. An IPv6 address needs
// brackets only before a port. It accepts "", for no host.
func ParseHost(s string) (Host, error) {
	if s == "" {
		return Host{}, nil
	}
	var h Host
	var err error
	if h.Name, h.Port, err = net.SplitHostPort(s); err != nil {
		h = Host{Name: s}
		if inner, ok := strings.CutPrefix(s, "["); ok && strings.HasSuffix(inner, "]") {
			h.Name = strings.TrimSuffix(inner, "]")
		}
	} else if n, err := strconv.ParseUint(h.Port, 10, 16); err != nil || n == 0 {
		return Host{}, errBadHost
	}
	ip, err := netip.ParseAddr(h.Name)
	if err != nil && !isHostname(h.Name) || ip.Zone() != "" && !isHostname(ip.Zone()) {
		return Host{}, errBadHost
	}
	if ip.IsUnspecified() {
		return Host{}, errNoHost
	}
	return h, nil
}

// isHostname reports whether a text may be a host's name, which goes into commands that
// people copy and into files.
func isHostname(s string) bool {
	return s != "" && s[0] != '-' && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-._", r)
	})
}

// ShareCommand returns the ssh command that reaches an address on a server. ssh wants no
// brackets around an IPv6 address.
func ShareCommand(user string, at Host) string {
	if at.Port == "" || at.Port == "22" {
		return fmt.Sprintf("ssh %s@%s", user, at.Name)
	}
	return fmt.Sprintf("ssh -p %s %s@%s", at.Port, user, at.Name)
}

// shareURL is ShareCommand as a URL, which many SSH clients open
// (draft-ietf-secsh-scp-sftp-ssh-uri).
func shareURL(user string, at Host) string {
	host := at.Name
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if at.Port != "" && at.Port != "22" {
		host += ":" + at.Port
	}
	return (&url.URL{Scheme: "ssh", User: url.User(user), Host: host}).String()
}

// share returns the command that others join a room with.
func (s *session) share(name rooms.Name) string { return s.shareAddress(name.String()) }

// invite returns the command that spends an invitation to a room.
func (s *session) invite(name rooms.Name, token string) string {
	return s.shareAddress(invitationAddress(name, token))
}

func (s *session) shareAddress(user string) string {
	at := s.host()
	if at.Name == "" {
		at = Host{Name: unknownHost}
	}
	return ShareCommand(user, at)
}

// link returns share as a URL, or "" if the host is not known.
func (s *session) link(name rooms.Name) string {
	at := s.host()
	if at.Name == "" {
		return ""
	}
	return shareURL(name.String(), at)
}

// host returns where others reach the server, or a zero Host if that is not known.
func (s *session) host() Host { return s.app.reachedAt(s.ssh.LocalAddr(), s.ssh.RemoteAddr()) }

// unknownHost stands in commands for the name of a server that does not know it.
const unknownHost = "HOST"

// reachedAt returns where others reach the server of a connection, or a zero Host if
// that cannot be known: behind NAT, the address that the client reached differs from
// the one that it typed.
func (a *App) reachedAt(local, remote net.Addr) Host {
	at := a.publicHost
	reached, ok := local.(*net.TCPAddr)
	if !ok {
		return at
	}
	at.Port = cmp.Or(at.Port, strconv.Itoa(reached.Port))
	if at.Name != "" {
		return at
	}
	ip := addrOf(reached)
	if isTranslated(ip, addrOf(remote), a.cfg.Contained) {
		a.toldNAT.Do(func() {
			a.cfg.Log.Warn("the share command cannot be shown: set --public-host to the name and port by which people reach this server")
		})
		return Host{}
	}
	at.Name = LocalName(ip)
	return at
}

// LocalName returns what to call an address of this machine in a command. localhost is
// 127.0.0.1 everywhere; what else it is differs.
func LocalName(ip netip.Addr) string {
	if ip = ip.Unmap(); ip.IsUnspecified() || ip == netip.AddrFrom4([4]byte{127, 0, 0, 1}) {
		return "localhost"
	}
	return ip.String()
}

// addrOf returns the IP address with its zone. It is not valid for other addresses.
func addrOf(addr net.Addr) netip.Addr {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap()
}

// isTranslated reports whether a server has most likely another address to others than the
// one that a client reached: it is private and that of a container, or the client comes
// from outside of private networks; or it is that of this machine alone and the client,
// whom a proxy such as Tor announced, is not here.
func isTranslated(local, remote netip.Addr, contained bool) bool {
	if local.IsLoopback() {
		return remote.IsValid() && !remote.IsLoopback()
	}
	return local.IsPrivate() && (contained || remote.IsValid() && !isInside(remote))
}

// sharedSpace is for carriers' NAT (RFC 6598), and private networks such as Tailscale's.
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")

func isInside(ip netip.Addr) bool {
	return ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || sharedSpace.Contains(ip)
}
