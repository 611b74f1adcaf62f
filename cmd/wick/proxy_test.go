package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wick/sshapp/sshtest"
)

// freePort returns a port on which nobody listens.
func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	return port
}

func TestANetworkMayBeWrittenInSeveralWays(t *testing.T) {
	for _, text := range []string{"10.1.2.3", " 10.1.2.3", "10.0.0.0/8", "10.1.2.3/8 ", "::ffff:10.1.2.3", "::ffff:10.0.0.0/104"} {
		var n network
		if err := n.UnmarshalText([]byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		for ip, want := range map[string]bool{"10.1.2.3": true, "11.1.2.3": false} {
			if got := contains([]network{n}, &net.TCPAddr{IP: net.ParseIP(ip)}); got != want {
				t.Errorf("%q contains %s: %v", text, ip, got)
			}
		}
	}
}

// haproxy starts HAProxy in front of two addresses of a server, and returns its ports,
// which speak version 1 and 2 of the PROXY protocol. It checks the servers' health all
// the time, from 127.0.0.5, which has a limit of its own for that.
func haproxy(t *testing.T, one, two string) (v1, v2 string) {
	t.Helper()
	v1, v2 = freePort(t), freePort(t)
	config := filepath.Join(t.TempDir(), "haproxy.cfg")
	text := fmt.Sprintf(`
defaults
  mode tcp
  timeout connect 5s
  timeout client 1m
  timeout server 1m
listen v1
  bind 127.0.0.1:%s
  server wick 127.0.0.1:%s send-proxy check inter 20ms source 127.0.0.5
listen v2
  bind 127.0.0.1:%s
  server wick 127.0.0.1:%s send-proxy-v2 check inter 20ms source 127.0.0.5
`, v1, one, v2, two)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(sshtest.Tool(t, "haproxy"), "-db", "-f", config)
	var log sshtest.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if strings.Contains(log.String(), "is DOWN") {
			t.Errorf("HAProxy's checks of health fail:\n%s", log.String())
		}
	})
	for _, port := range []string{v1, v2} {
		sshtest.Eventually(t, "HAProxy to listen", func() bool {
			nc, err := net.Dial("tcp", "127.0.0.1:"+port)
			if err == nil {
				nc.Close()
			}
			return err == nil
		})
	}
	return v1, v2
}

func TestBehindAProxyLimitsHoldForTheClientsAddress(t *testing.T) {
	t.Parallel()
	one, two := freePort(t), freePort(t)
	listen := "127.0.0.1:" + one + ", 127.0.0.1:" + two
	home := t.TempDir()
	p := begin(t, wick(context.Background(), home, "--listen", listen, "--proxy-from", "192.0.2.0/24,127.0.0.1,127.0.0.5", "--max-sessions-per-ip", "4"))
	v1, v2 := haproxy(t, one, two)

	ann := sit(t, v1, "new", 80, 24, "-b", "127.0.0.2")
	room := ann.room()
	ann.sees("ssh -p " + v1 + " " + room + "@localhost") // not the port of the server
	bob := sit(t, v2, room, 80, 24, "-b", "127.0.0.3")
	bob.sees("2/16")
	bob.says("hello through the other port")
	ann.sees("hello through the other port")
	for range 3 { // beside ann
		holdFrom(t, "127.0.0.2", v1)
	}
	for _, port := range []string{v1, v2} {
		says := refusedFrom(t, "127.0.0.2", port)
		if !strings.Contains(says, "too many connections from your address") {
			t.Errorf("a fifth connection of one address: %q", says)
		}
	}
	// Without the proxy, its own address is told to go; others are themselves.
	if says := refusedFrom(t, "127.0.0.1", one); !strings.Contains(says, "the proxy in front of this server does not pass on your address") {
		t.Errorf("without a header: %q", says)
	}
	sit(t, two, room, 80, 24, "-b", "127.0.0.4").sees("hello through the other port")

	if status, _, stderr := once(t, home, "healthcheck", "--listen", listen, "--proxy-from", "127.0.0.1"); status != exitFine {
		t.Errorf("healthcheck: status %d, %q", status, stderr)
	}
	if status, out, _ := once(t, home, "doctor", "--listen", listen, "--proxy-from", "127.0.0.1"); status != exitFine {
		t.Errorf("doctor: status %d:\n%s", status, out)
	}
	if log := p.log.String(); strings.Contains(log, "127.0.0.") {
		t.Errorf("the log has addresses:\n%s", log)
	}
}

// holdFrom connects and says nothing.
func holdFrom(t *testing.T, source, port string) {
	t.Helper()
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(source)}}
	nc, err := from.DialContext(t.Context(), "tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	if _, err := nc.Read(make([]byte, 1)); err != nil { // the server counts it
		t.Fatal(err)
	}
}

// refusedFrom returns what OpenSSH's client reads that connects from an address.
func refusedFrom(t *testing.T, source, port string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), sshtest.Patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, "ssh", sshArgs(port, "-b", source, "new@localhost", "light")...).CombinedOutput()
	if err == nil {
		t.Errorf("ssh from %s succeeds: %q", source, out)
	}
	return string(out)
}
