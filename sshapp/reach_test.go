package sshapp

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"

	"wick/keys"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

func TestParseHost(t *testing.T) {
	for in, want := range map[string]Host{
		"":                     {},
		"chat.example.org":     {Name: "chat.example.org"},
		"chat.example.org:22":  {Name: "chat.example.org", Port: "22"},
		"192.0.2.7:2222":       {Name: "192.0.2.7", Port: "2222"},
		"::1":                  {Name: "::1"},
		"[::1]":                {Name: "::1"},
		"[2001:db8::1]:2222":   {Name: "2001:db8::1", Port: "2222"},
		"fe80::1%eth0":         {Name: "fe80::1%eth0"},
		"[fe80::1%eth0]:2222":  {Name: "fe80::1%eth0", Port: "2222"},
		"bücher.example":       {Name: "bücher.example"},
		"under_score.internal": {Name: "under_score.internal"},
	} {
		if got, err := ParseHost(in); got != want || err != nil {
			t.Errorf("ParseHost(%q) = %+v, %v; want %+v", in, got, err, want)
		}
	}
	for _, in := range []string{
		":22", "chat:", "chat:0", "chat:65536", "chat:ssh", "a b", "-oProxyCommand=id", "chat;id", "chat\n", "$(id)", "[::1", "::1]", "[chat]:x",
		"user@chat", "ssh://chat", "chat/", "*.example.org", "1.2.3.4:5:6", "\x1b[2J",
		"0.0.0.0", "0.0.0.0:2222", "::", "[::]:2222", "fe80::1%$(id)", "fe80::1%\x1b[2J",
	} {
		if got, err := ParseHost(in); err == nil {
			t.Errorf("ParseHost(%q) = %+v", in, got)
		}
	}
}

func TestShareCommandsAndLinks(t *testing.T) {
	for _, tt := range []struct {
		at            Host
		command, link string
	}{
		{Host{Name: "chat.example.org"}, "ssh plans@chat.example.org", "ssh://plans@chat.example.org"},
		{Host{Name: "chat.example.org", Port: "22"}, "ssh plans@chat.example.org", "ssh://plans@chat.example.org"},
		{Host{Name: "chat.example.org", Port: "2222"}, "ssh -p 2222 plans@chat.example.org", "ssh://plans@chat.example.org:2222"},
		{Host{Name: "::1"}, "ssh plans@::1", "ssh://plans@[::1]"},
		{Host{Name: "2001:db8::1", Port: "2222"}, "ssh -p 2222 plans@2001:db8::1", "ssh://plans@[2001:db8::1]:2222"},
		{Host{Name: "fe80::1%eth0"}, "ssh plans@fe80::1%eth0", "ssh://plans@[fe80::1%25eth0]"},
	} {
		if got := ShareCommand("plans", tt.at); got != tt.command {
			t.Errorf("%+v: %s, want %s", tt.at, got, tt.command)
		}
		if got := shareURL("plans", tt.at); got != tt.link {
			t.Errorf("%+v: %s, want %s", tt.at, got, tt.link)
		}
	}
}

func TestAnAddressBehindNATIsNotShared(t *testing.T) {
	for _, tt := range []struct {
		local, remote string
		contained     bool
		want          bool
	}{
		{"127.0.0.1", "127.0.0.1", true, false},
		{"::1", "::1", true, false},
		{"::1", "fc00:dead:beef:4dad::1:2", false, true}, // Tor
		{"203.0.113.5", "198.51.100.7", false, false},
		{"203.0.113.5", "198.51.100.7", true, false},
		{"192.168.1.5", "192.168.1.7", false, false}, // at home
		{"10.0.0.5", "172.16.4.4", false, false},     // in a company
		{"10.0.0.5", "198.51.100.7", false, true},    // a cloud
		{"172.17.0.2", "172.17.0.1", true, true},     // Docker
		{"172.17.0.2", "198.51.100.7", true, true},
		{"fd00::2", "2001:db8::7", false, true},
		{"fd00::2", "fe80::7%eth0", false, false},
		{"fe80::2%eth0", "fe80::7%eth0", false, false},
		{"100.101.102.103", "100.64.0.1", false, false}, // Tailscale
		{"192.168.1.5", "100.64.0.1", false, false},
	} {
		if got := isTranslated(netip.MustParseAddr(tt.local), netip.MustParseAddr(tt.remote), tt.contained); got != tt.want {
			t.Errorf("%s from %s, in a container %v: %v", tt.local, tt.remote, tt.contained, got)
		}
	}
}

// runSSH runs OpenSSH's client without a user's configuration, and returns what it printed.
func runSSH(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), sshtest.Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, sshtest.Tool(t, "ssh"), append([]string{"-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "SSH_ASKPASS_REQUIRE=never"}
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("ssh %q: %v, %q", args, err, out)
	}
	return string(out)
}

// addresses returns the addresses of this machine.
func addresses(t *testing.T) (all []string) {
	t.Helper()
	interfaces, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range interfaces {
		own, err := i.Addrs()
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range own {
			ip := netip.MustParsePrefix(a.String()).Addr()
			if ip.Is6() && ip.IsLinkLocalUnicast() {
				ip = ip.WithZone(i.Name)
			}
			all = append(all, ip.String())
		}
	}
	return all
}

// What is shared leads to the room as it stands, by whichever address of this machine.
func TestTheShareCommandWorksAsItStands(t *testing.T) {
	t.Parallel()
	app := newApp(t, embedded(t), keys.NewSecret(), Config{})
	ln, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, app, ln)
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	for _, host := range addresses(t) {
		share := strings.TrimSpace(runSSH(t, "-p", port, "new@"+host, "light"))
		args := strings.Fields(strings.TrimPrefix(share, "ssh "))
		room, shared, _ := strings.Cut(args[len(args)-1], "@")
		if want := strings.ReplaceAll(host, "127.0.0.1", "localhost"); shared != want {
			t.Errorf("on %s, others join with %q", host, share)
		}
		ways := [][]string{args}
		if !strings.Contains(host, ":") { // which OpenSSH takes in no URL
			ways = append(ways, []string{shareURL(room, Host{Name: shared, Port: port})})
		}
		for _, args := range ways {
			if info := runSSH(t, append(args, "info")...); !strings.HasPrefix(info, room+" burns") {
				t.Errorf("%q leads to %q", args, info)
			}
		}
	}
}

// natted is a listener of a container, to which a port is forwarded.
type natted struct{ net.Listener }

func (l natted) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return nattedConn{c}, err
}

type nattedConn struct{ net.Conn }

func (nattedConn) LocalAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(172, 17, 0, 2), Port: 2222}
}

// A server that cannot know what others type says so in place of a wrong command.
func TestInAContainerNoWrongCommandIsShared(t *testing.T) {
	t.Parallel()
	var log sshtest.Buffer
	app := newApp(t, embedded(t), keys.NewSecret(), Config{Contained: true, Log: slog.New(slog.NewTextHandler(&log, nil))})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, app, natted{ln})
	addr := ln.Addr().String()
	status, out, errs := run(t, sshtest.Dial(t, addr, "plans"), "light", "")
	if status != 0 || out != "ssh plans@HOST\n" || !strings.Contains(errs, wording.HostUnknown) {
		t.Errorf("light: status %d, %q, %q", status, out, errs)
	}
	ann := join(t, addr, "plans", 80, 24)
	ann.sees("--public-host is not set")
	ann.sees("HOST stands for the address you connected to")
	ann.says("/share")
	ann.sees("ssh plans@HOST")
	bob := readLines(t, addr, "plans", wide)
	bob.line(`\* HOST stands for the address you connected to; .*`)
	lobby := join(t, addr, "root", 80, 24)
	lobby.sees("set --public-host")
	for _, p := range []*sshtest.Session{ann.Session, bob.Session, lobby.Session} {
		if strings.Contains(p.Out.String(), "172.17.") {
			t.Errorf("the container's address is shown: %q", p.Out.String())
		}
	}
	if got := log.String(); strings.Count(got, "--public-host") != 1 || strings.Contains(got, "172.17.") {
		t.Errorf("logged: %q", got)
	}
}
