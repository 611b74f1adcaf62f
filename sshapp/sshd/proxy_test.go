package sshd

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
)

// proxies are the addresses of the proxies in tests.
var proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("2001:db8:99::/48")}

// header2 returns a PROXY protocol header of version 2.
func header2(command, family byte, length int, block ...byte) string {
	b := append([]byte("\r\n\r\n\x00\r\nQUIT\n"), 0x20|command, family)
	return string(append(binary.BigEndian.AppendUint16(b, uint16(length)), block...))
}

// block2 returns the addresses of a header, and what follows them.
func block2(from, to string, more ...byte) []byte {
	source, target := netip.MustParseAddrPort(from), netip.MustParseAddrPort(to)
	b := slices.Concat(source.Addr().AsSlice(), target.Addr().AsSlice())
	b = binary.BigEndian.AppendUint16(b, source.Port())
	return append(binary.BigEndian.AppendUint16(b, target.Port()), more...)
}

// proxied logs in over a connection that begins with header.
func proxied(t *testing.T, source, addr, header string) (*gossh.Client, error) {
	t.Helper()
	nc, err := sshtest.NetDialFrom(t.Context(), source, addr)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(nc, header); err != nil {
		t.Fatal(err)
	}
	c, err := sshtest.Handshake(nc, sshtest.Login("plans"))
	if err == nil {
		t.Cleanup(func() { c.Close() })
	}
	return c, err
}

// ends is a handler that says between which addresses its connection is.
func ends(sess ssh.Session, _ *Terminal) { fmt.Fprint(sess, sess.RemoteAddr(), " ", sess.LocalAddr()) }

func TestAProxySaysWhoTheClientIs(t *testing.T) {
	cfg := shortLimits()
	cfg.ProxyFrom = proxies
	addr, _ := startServer(t, ends, cfg)
	v4 := block2("192.0.2.7:40000", "203.0.113.1:443")
	v6 := block2("[2001:db8::7]:40000", "[2001:db8::1]:22")
	tlv := append([]byte{4, 1, 0}, make([]byte, 256)...)
	for _, tt := range []struct {
		name, from, header string
		want               string // ends; empty: refused
	}{
		{"1, IPv4", "127.0.0.1", "PROXY TCP4 192.0.2.7 203.0.113.1 40000 443\r\n", "192.0.2.7:40000 203.0.113.1:443"},
		{"1, IPv6", "127.0.0.1", "PROXY TCP6 2001:db8::7 2001:db8::1 40000 22\r\n", "[2001:db8::7]:40000 [2001:db8::1]:22"},
		{"1, a circuit of Tor", "127.0.0.1", "PROXY TCP6 fc00:dead:beef:4dad::0:29 ::1 41 22\r\n", "[fc00:dead:beef:4dad::29]:41 [::1]:22"},
		{"1, unknown", "127.0.0.1", "PROXY UNKNOWN\r\n", "127.0.0.1:0 " + addr},
		{"2, IPv4", "127.0.0.1", header2(1, 0x11, len(v4), v4...), "192.0.2.7:40000 203.0.113.1:443"},
		{"2, IPv6", "127.0.0.1", header2(1, 0x21, len(v6), v6...), "[2001:db8::7]:40000 [2001:db8::1]:22"},
		{"2, more fields", "127.0.0.1", header2(1, 0x11, len(v4)+len(tlv), append(v4, tlv...)...), "192.0.2.7:40000 203.0.113.1:443"},
		{"2, the proxy itself", "127.0.0.1", header2(0, 0, 0), "127.0.0.1:0 " + addr},
		{"2, the proxy itself, with addresses", "127.0.0.1", header2(0, 0x11, len(v4), v4...), "127.0.0.1:0 " + addr},

		{"none", "127.0.0.1", "", ""},
		{"1, without addresses", "127.0.0.1", "PROXY TCP4\r\n", ""},
		{"1, no address", "127.0.0.1", "PROXY TCP4 192.0.2.777 203.0.113.1 40000 443\r\n", ""},
		{"1, another family", "127.0.0.1", "PROXY TCP4 ::1 ::1 40000 443\r\n", ""},
		{"1, a zone", "127.0.0.1", "PROXY TCP6 fe80::1%lo ::1 40000 443\r\n", ""},
		{"1, no port", "127.0.0.1", "PROXY TCP4 192.0.2.7 203.0.113.1 40000 65536\r\n", ""},
		{"1, without an end", "127.0.0.1", "PROXY TCP4 192.0.2.7 203.0.113.1 40000 443", ""},
		{"1, too long", "127.0.0.1", "PROXY TCP4 " + strings.Repeat("1", 200) + "\r\n", ""},
		{"2, over UDP", "127.0.0.1", header2(1, 0x12, len(v4), v4...), ""},
		{"2, from a Unix socket", "127.0.0.1", header2(1, 0x31, 216, make([]byte, 216)...), ""},
		{"2, no family", "127.0.0.1", header2(1, 0, 0), ""},
		{"2, no such command", "127.0.0.1", header2(2, 0x11, len(v4), v4...), ""},
		{"2, too short", "127.0.0.1", header2(1, 0x11, 4, v4...), ""},
		{"2, too long", "127.0.0.1", header2(1, 0x11, 1<<16-1, v4...), ""},
		{"2, another version", "127.0.0.1", strings.Replace(header2(1, 0x11, len(v4), v4...), "\n\x21", "\n\x31", 1), ""},
		{"2, without an end", "127.0.0.1", header2(1, 0x11, 300, v4...), ""},

		// From others a header counts nothing: SSH skips lines before the version.
		{"forged", "127.0.0.2", "PROXY TCP4 192.0.2.7 203.0.113.1 40000 443\r\n", "127.0.0.2:0 " + addr},
		{"no proxy", "127.0.0.2", "", "127.0.0.2:0 " + addr},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := proxied(t, tt.from, addr, tt.header)
			if err != nil {
				if tt.want != "" {
					t.Errorf("refused: %v", err)
				}
				return
			}
			got := sshtest.Run(t.Context(), c, "whoami", "").Out
			if strings.HasSuffix(tt.want, " "+addr) { // the client's port is any
				remote, local, _ := strings.Cut(got, " ")
				host, _, _ := net.SplitHostPort(remote)
				got = host + ":0 " + local
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestAClientOfAProxyWithoutAHeaderReadsWhy(t *testing.T) {
	counts := &tally{}
	addr, _ := startServer(t, echoScreen, Config{ProxyFrom: proxies, Meter: counts})
	_, stderr, err := sshtest.OpenSSH(t, addr, nil, "whoami")
	if err == nil || !strings.Contains(stderr, farewells[NoProxyHeader]) || !slices.Equal(counts.reasons(), []Reason{NoProxyHeader}) {
		t.Errorf("OpenSSH: %v, %q; counted %q", err, stderr, counts.reasons())
	}
}

func TestLimitsHoldForTheAnnouncedAddress(t *testing.T) {
	addr, _ := startServer(t, echoScreen, Config{Limits: Limits{MaxConnsPerSource: 1}, ProxyFrom: proxies})
	for _, tt := range []struct {
		client  string
		refused bool
	}{
		{"TCP4 192.0.2.7 203.0.113.1", false},
		{"TCP4 192.0.2.7 203.0.113.1", true},
		{"TCP6 ::ffff:192.0.2.7 2001:db8::1", true},
		{"TCP4 192.0.2.8 203.0.113.1", false},
		{"TCP6 fc00:dead:beef:4dad::0:29 ::1", false},
		{"TCP6 fc00:dead:beef:4dad::0:29 ::1", true},
		{"TCP6 fc00:dead:beef:4dad::0:30 ::1", false},
		{"UNKNOWN ::1 ::1", false}, // the proxy's own
	} {
		_, err := proxied(t, "127.0.0.1", addr, "PROXY "+tt.client+" 1 22\r\n")
		if tt.refused && (err == nil || !strings.Contains(err.Error(), farewells[TooManyConnsFromSource])) || !tt.refused && err != nil {
			t.Errorf("%s: %v", tt.client, err)
		}
	}
}

// announcing returns a connection of a proxy that has sent header, and the proxy's end.
func announcing(t testing.TB, header string) (nc, peer net.Conn) {
	nc, peer = net.Pipe()
	go io.WriteString(peer, header) // ends when one of them is closed
	t.Cleanup(func() { nc.Close(); peer.Close() })
	return connFrom{nc, tcpAddr("127.0.0.1")}, peer
}

func TestConnectionsWithoutAHeaderAreBounded(t *testing.T) {
	for _, limits := range []Limits{{MaxHandshakes: 3}, {MaxConns: 3}} {
		synctest.Test(t, func(t *testing.T) {
			tr := newTracker(Config{Limits: limits, ProxyFrom: proxies}.withDefaults())
			add := func(header string) bool {
				nc, _ := announcing(t, header)
				pc, ok := tr.await(nc)
				if ok {
					go func() {
						if c, ok := tr.addAnnounced(pc); ok {
							c.Close()
						}
					}()
				}
				return ok
			}
			for i, want := range []bool{true, true, true, false} {
				if ok := add(header2(1, 0x11, 12)); ok != want {
					t.Errorf("%+v: connection %d that waits for its header is admitted: %v", limits, i, ok)
				}
			}
			direct, _ := net.Pipe()
			if _, ok := tr.add(connFrom{direct, tcpAddr("192.0.2.7")}); ok {
				t.Errorf("%+v: a connection beyond the limit is admitted", limits)
			}
			time.Sleep(defaults.HandshakeTimeout)
			synctest.Wait()
			if conns, _ := tr.load(); conns != 0 || !add("PROXY TCP4 192.0.2.7 203.0.113.1 1 22\r\n") {
				t.Errorf("%+v: %d connections are left after the time for a header", limits, conns)
			}
			synctest.Wait()
			add("")
			tr.stop()
			if add("") {
				t.Errorf("%+v: a connection is admitted by a server that stops", limits)
			}
			if err := tr.wait(t.Context()); err != nil {
				t.Error(err)
			}
			tr.checkEmpty(t)
		})
	}
}

// Health checks come to nothing by design.
func TestAProxyIsNotPenalizedForItsOwnConnections(t *testing.T) {
	for _, tt := range []struct {
		header  string
		refused bool
	}{
		{header2(0, 0, 0), false},
		{"PROXY UNKNOWN\r\n", false},
		{"PROXY TCP4 127.0.0.1 127.0.0.1 40000 22\r\n", false}, // of HAProxy
		{"PROXY TCP4 192.0.2.7 127.0.0.1 40000 22\r\n", true},
	} {
		synctest.Test(t, func(t *testing.T) {
			tr := newTracker(Config{Limits: Limits{MaxPenalty: time.Minute}, ProxyFrom: proxies}.withDefaults())
			refused := false
			for range int(penaltyLimit/penaltyProbe) + 1 {
				nc, _ := announcing(t, tt.header)
				pc, ok := tr.await(nc)
				if !ok {
					t.Fatal("refused before the header")
				}
				c, ok := tr.addAnnounced(pc)
				if ok {
					c.Close()
				}
				refused = refused || !ok
			}
			if refused != tt.refused {
				t.Errorf("%q: refused is %v", tt.header, refused)
			}
		})
	}
}

// FuzzProxyHeader checks that whoever is admitted has an address, and that nothing
// that follows the header is lost.
func FuzzProxyHeader(f *testing.F) {
	v4 := block2("192.0.2.7:40000", "203.0.113.1:443")
	for _, header := range []string{
		"PROXY TCP4 192.0.2.7 203.0.113.1 40000 443\r\n", "PROXY TCP6 2001:db8::7 2001:db8::1 40000 22\r\n", "PROXY UNKNOWN\r\n", "PROXY",
		header2(1, 0x11, len(v4), v4...), header2(1, 0x31, 216, make([]byte, 216)...), header2(0, 0, 3, 1, 2, 3), "",
	} {
		f.Add([]byte(header))
	}
	const follows = "SSH-2.0-fuzz\r\n"
	f.Fuzz(func(t *testing.T, header []byte) {
		tr := newTracker(Config{ProxyFrom: proxies}.withDefaults())
		input := append(bytes.Clone(header), follows...)
		pc, ok := tr.await(&readConn{Reader: bytes.NewReader(input)})
		if !ok {
			t.Fatal("refused before the header")
		}
		c, ok := tr.addAnnounced(pc)
		if !ok {
			tr.checkEmpty(t)
			return
		}
		if !c.source.IsValid() {
			t.Errorf("%q: admitted from %v", header, c.RemoteAddr())
		}
		rest, _ := io.ReadAll(c)
		if !bytes.HasSuffix(input, rest) {
			t.Errorf("%q: then came %q", input, rest)
		}
		if line, whole := bytes.CutSuffix(header, []byte("\r\n")); whole && bytes.HasPrefix(line, []byte("PROXY")) && !bytes.Contains(line, []byte("\n")) && string(rest) != follows {
			t.Errorf("%q: %q is left", input, rest)
		}
		c.Close()
		tr.checkEmpty(t)
	})
}

// readConn is a connection from 127.0.0.1 that has received all that it ever will.
type readConn struct {
	net.Conn
	io.Reader
}

func (c *readConn) Read(p []byte) (int, error)       { return c.Reader.Read(p) }
func (c *readConn) RemoteAddr() net.Addr             { return tcpAddr("127.0.0.1") }
func (c *readConn) SetReadDeadline(time.Time) error  { return nil }
func (c *readConn) SetWriteDeadline(time.Time) error { return nil }
func (c *readConn) Close() error                     { return nil }

func TestAllListenersServeAndEnd(t *testing.T) {
	signer, _ := sshtest.NewKey(t)
	s, err := New(signer, whoami, Config{})
	if err != nil {
		t.Fatal(err)
	}
	var listeners []net.Listener
	for range 2 {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listeners = append(listeners, ln)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(listeners...) }()
	for _, ln := range listeners {
		if out := sshtest.Run(t.Context(), sshtest.Dial(t, ln.Addr().String(), "plans"), "whoami", "").Out; out != "no key of plans\n" {
			t.Errorf("%s: %q", ln.Addr(), out)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), sshtest.Patience)
	defer cancel()
	s.close()
	if err := <-served; err != ErrServerClosed {
		t.Errorf("Serve: %v", err)
	}
	if err := s.Shutdown(ctx); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	for _, ln := range listeners {
		if _, err := ln.Accept(); err == nil {
			t.Errorf("%s still listens", ln.Addr())
		}
	}
}
