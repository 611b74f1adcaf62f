package sshd

import (
	"net"
	"testing"
)

func TestSourcesAreAddressesOrIPv6Networks(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7":           "192.0.2.7/32",
		"::ffff:192.0.2.7":    "192.0.2.7/32",
		"2001:db8:1:2:3::9":   "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::": "2001:db8:1:2::/64",
		"fe80::1%eth0":        "fe80::/64",
		// Circuits of Tor.
		"fc00:dead:beef:4dad::1:2": "fc00:dead:beef:4dad::1:2/128",
		"fc00:dead:beef:4dae::1:2": "fc00:dead:beef:4dae::/64",
	} {
		if got := Source(tcpAddr(address)).String(); got != want {
			t.Errorf("%s counts for %s, not %s", address, got, want)
		}
	}
	if site := siteOf(Source(tcpAddr("fc00:dead:beef:4dad::1:2"))); site.IsValid() {
		t.Errorf("circuits of Tor share the site %s", site)
	}
	if p := Source(&net.UnixAddr{Name: "@"}); p.IsValid() {
		t.Errorf("a socket of the machine itself counts for %s", p)
	}
}

// len returns how many values are remembered, those set twice counted twice at most.
func (m *sourceMap[V]) len() int { return len(m.recent) + len(m.before) }
