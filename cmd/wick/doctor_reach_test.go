package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"wick/keys"
	"wick/sshapp"
)

// Whoever holds the port is told from wick, and named.
func TestDoctorFindsAnotherServer(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "wick")
	if _, err := keys.Open(dir, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	stranger := serve(t, t.TempDir())
	mute := listenMute(t)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	nobody := free.Addr().String()
	free.Close()
	self := fmt.Sprintf("holds it, process %d", os.Getpid())
	for _, row := range []struct{ addr, port, name string }{
		{"127.0.0.1:" + stranger.port, "an SSH server with another host key responds: ", "shows another host key"},
		{mute, self, "no SSH server responds on "},
		{nobody, "nothing listens on it: start wick", "nothing listens on "},
		{"127.0.0.1", "port: ", ""},
		{"127.0.0.1:sshh", "port: sshh is not a port", ""},
	} {
		d, out := patient(t, dir)
		d.checkPort(t.Context(), row.addr)
		if !strings.HasPrefix(out.String(), "fail  ") || !strings.Contains(out.String(), row.port) || strings.Count(out.String(), "\n") != 1 {
			t.Errorf("the port %s: %q", row.addr, out.String())
		}
		if row.name == "" {
			continue
		}
		out.Reset()
		host, err := sshapp.ParseHost(row.addr)
		check(t, err)
		d.checkHost(t.Context(), host)
		if !strings.HasPrefix(out.String(), "fail  ") || !strings.Contains(out.String(), row.name) {
			t.Errorf("the host %s: %q", row.addr, out.String())
		}
	}
	if held := (&doctor{proc: "/proc"}).holderOf(portOf(t, stranger)); held.pid != stranger.cmd.Process.Pid || !held.isWick || held.bySystemd {
		t.Errorf("the holder is %+v", held)
	}
}

// systemd and the service that it started hold the same socket. The service is meant.
func TestDoctorKnowsWhomSystemdHoldsThePortFor(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	p := serve(t, home)
	mute := listenMute(t)
	dir := filepath.Join(home, ".local", "state", "wick")
	other := filepath.Join(t.TempDir(), "wick")
	_, err := keys.Open(other, slog.New(slog.DiscardHandler))
	check(t, err)
	for name, row := range map[string]struct {
		addr, dir string
		holders   map[int]string
		says      string
		pid       int // of the server
	}{
		"wick, started by systemd": {"127.0.0.1:" + p.port, dir, map[int]string{1: "systemd", 7: "wick"}, "wick responds, with the host key of the data folder\n", 7},
		"wick for another folder":  {"127.0.0.1:" + p.port, other, map[int]string{1: "systemd", 7: "wick"}, "another host key responds: wick holds it, process 7: name its data folder", 0},
		"sshd, started by systemd": {"127.0.0.1:" + p.port, other, map[int]string{1: "systemd", 7: "sshd"}, "another host key responds: sshd holds it, process 7: stop it, ", 0},
		"a service for each guest": {"127.0.0.1:" + p.port, other, map[int]string{1: "systemd"}, "another host key responds: systemd holds it, process 1: systemctl list-sockets ", 0},
		"a service that is down":   {mute, dir, map[int]string{1: "systemd", 7: "(wick)"}, "no SSH server responds there: systemd holds it, process 1: systemctl list-sockets ", 0},
		"wick that hangs":          {mute, dir, map[int]string{7: "wick"}, "no SSH server responds there: wick holds it, process 7: its log says ", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, out := patient(t, row.dir)
			d.proc = procOf(t, row.addr, row.holders)
			d.checkPort(t.Context(), row.addr)
			if !strings.Contains(out.String(), row.says) || strings.Count(out.String(), "\n") != 1 || d.failed != (row.pid == 0) || d.pid != row.pid {
				t.Errorf("the server's process is %d; it says %q", d.pid, out)
			}
		})
	}
}

// listenMute returns an address that closes each connection.
func listenMute(t *testing.T) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	return ln.Addr().String()
}

// procOf returns a folder that is like /proc, in which processes listen on the port of addr.
// That which reads it is wick.
func procOf(t *testing.T, addr string, names map[int]string) (root string) {
	t.Helper()
	at, err := netip.ParseAddrPort(addr)
	check(t, err)
	root = t.TempDir()
	check(t, os.Mkdir(filepath.Join(root, "net"), 0o755))
	check(t, os.WriteFile(filepath.Join(root, "net", "tcp"), fmt.Appendf(nil, "head\n0: 0100007F:%04X 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4711 1 0 100 0 0 10 0\n", at.Port()), 0o644))
	check(t, os.Symlink("9", filepath.Join(root, "self")))
	for pid, name := range names {
		files := filepath.Join(root, strconv.Itoa(pid), "fd")
		check(t, os.MkdirAll(files, 0o755))
		check(t, os.Symlink("socket:[4711]", filepath.Join(files, "3")))
		check(t, os.WriteFile(filepath.Join(root, strconv.Itoa(pid), "comm"), []byte(name+"\n"), 0o644))
	}
	check(t, os.MkdirAll(filepath.Join(root, "9", "fd"), 0o755))
	check(t, os.WriteFile(filepath.Join(root, "9", "comm"), []byte("wick\n"), 0o644))
	return root
}

func portOf(t *testing.T, p *process) int {
	t.Helper()
	n, err := strconv.Atoi(p.port)
	check(t, err)
	return n
}
