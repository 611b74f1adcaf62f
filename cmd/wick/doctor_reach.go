package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/prometheus/procfs"

	"wick/sshapp"
)

// mostAddresses is how many addresses of a name doctor connects to.
const mostAddresses = 8

// checkPort says who holds an address that the server listens on.
func (d *doctor) checkPort(ctx context.Context, addr string) {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		d.fail("", "port: %v", withBracketHint(addr, err))
		return
	}
	number, err := net.LookupPort("tcp", port)
	if err != nil {
		d.fail("--listen takes HOST:PORT or :PORT", "port: %s is not a port", port)
		return
	}
	// The connection comes first: if systemd holds the port, it starts the server.
	key, err := d.hostKeyAt(ctx, addr)
	held := d.holderOf(number)
	const elsewhere = "or give wick another address with --listen; docs/hosting.md says how to move sshd"
	mend := "stop it, " + elsewhere
	switch {
	case held.bySystemd:
		mend = "systemctl list-sockets shows the service, and systemctl status why it does not respond; stop the socket, " + elsewhere
	case held.isWick && key == nil:
		mend = "its log says whether it refuses this machine, else restart it"
	case held.isWick:
		mend = "name its data folder with --data-dir, or stop it"
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		d.fail("start wick", "port %s: nothing listens on it", port)
	case key == nil && held.name == "":
		d.fail(mend, "port %s: no SSH server responds there (%v)", port, err)
	case key == nil:
		d.fail(mend, "port %s: no SSH server responds there: %s", port, held)
	case d.ring.Host == nil:
		d.warn("fix the data folder first", "port %s: an SSH server responds, but without a host key to compare, it may not be wick", port)
	case !bytes.Equal(key.Marshal(), d.ring.Host.PublicKey().Marshal()):
		d.fail(mend, "port %s: an SSH server with another host key responds: %s", port, held)
	default:
		if !held.bySystemd {
			d.pid = held.pid
		}
		d.ok("port %s: wick responds, with the host key of the data folder", port)
	}
}

// holder is the process that listens on a port; its name is empty if it is not known.
type holder struct {
	pid       int
	name      string
	bySystemd bool // for a service that does not run
	isWick    bool
}

func (h holder) String() string {
	if h.name == "" {
		return "another program holds it (run this as root to see which)"
	}
	return h.name + " holds it, process " + strconv.Itoa(h.pid)
}

// holderOf returns who listens on a TCP port, as far as this process may see it. If
// systemd holds it for a service that runs, that is the service.
func (d *doctor) holderOf(port int) (held holder) {
	proc, err := procfs.NewFS(d.proc)
	if err != nil {
		return holder{}
	}
	const listening = 0x0a
	sockets := make(map[string]bool)
	//lint:ignore SA1019 netlink is faster, which does not matter here, and one module more
	for _, table := range []func() (procfs.NetTCP, error){proc.NetTCP, proc.NetTCP6} {
		lines, _ := table()
		for _, line := range lines {
			if line.LocalPort == uint64(port) && line.St == listening {
				sockets["socket:["+strconv.FormatUint(line.Inode, 10)+"]"] = true
			}
		}
	}
	own := ""
	if self, err := proc.Self(); err == nil {
		own, _ = self.Comm()
	}
	processes, _ := proc.AllProcs()
	for _, p := range processes {
		files, _ := p.FileDescriptorTargets() // an error for processes of others
		if !slices.ContainsFunc(files, func(file string) bool { return sockets[file] }) {
			continue
		}
		name, _ := p.Comm()
		if strings.HasPrefix(name, "(") {
			continue // a child of systemd that does not run the service yet
		}
		if held.pid == 0 || held.bySystemd {
			held = holder{pid: p.PID, name: name, bySystemd: name == "systemd", isWick: name == own && own != ""}
		}
	}
	return held
}

// checkHost connects to the server as others do.
func (d *doctor) checkHost(ctx context.Context, host sshapp.Host) {
	if host.Name == "" {
		d.warn("give it, as in: wick doctor chat.example.org", "public name: not checked")
		return
	}
	addrs, err := d.resolve(ctx, host.Name)
	if err != nil {
		d.fail("give it an A or AAAA record that leads to this machine", "public name: %s has no address in DNS", host.Name)
		return
	}
	for _, addr := range addrs[:min(len(addrs), mostAddresses)] {
		at := net.JoinHostPort(addr, host.Port)
		key, err := d.hostKeyAt(ctx, at)
		switch {
		case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
			d.warn("try from another machine, or remove that address from DNS", "public name: this machine has no route to %s", at)
		case errors.Is(err, syscall.ECONNREFUSED):
			d.fail("start wick there, or forward the port to it", "public name: nothing listens on %s", at)
		case key == nil && isTimeout(err):
			d.fail("open the port in the firewall; if this machine is behind NAT, try from another", "public name: %s does not respond", at)
		case key == nil:
			d.fail("another program listens there, or something on the way cuts connections", "public name: no SSH server responds on %s", at)
		case d.ring.Host == nil:
			d.warn("fix the data folder first", "public name: an SSH server responds on %s, but without a host key to compare, it may not be wick", at)
		case !bytes.Equal(key.Marshal(), d.ring.Host.PublicKey().Marshal()):
			d.fail("the name or a forwarded port leads elsewhere, or the servers behind this name have different host keys", "public name: %s shows another host key", at)
		default:
			d.ok("public name: %s leads here", at)
		}
	}
}

func (d *doctor) resolve(ctx context.Context, name string) ([]string, error) {
	if _, err := netip.ParseAddr(name); err == nil {
		return []string{name}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	return net.DefaultResolver.LookupHost(ctx, name)
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}
