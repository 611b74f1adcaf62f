package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"strings"

	"wick/keys"
)

// fingerprintCmd makes no key where there is none, unlike serve: what it prints
// is relied on, and a key made in the wrong folder would be another than the
// server's.
type fingerprintCmd struct {
	dataFlags
	Listen     string `default:":2222" placeholder:"ADDR" help:"The address that the server listens on, for its port (${default})."`
	PublicHost string `arg:"" optional:"" name:"host" env:"WICK_PUBLIC_HOST" help:"NAME[:PORT] under which people reach the server. With it, lines for known_hosts and DNS are printed, too."`
}

func (c fingerprintCmd) Run(o output) error {
	dir, err := c.dir()
	if err != nil {
		return err
	}
	ring, err := keys.OpenHost(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no host key in %s: start the server once, or name its data folder with --data-dir", dir)
	}
	if err != nil {
		return err
	}
	host, port, err := c.address()
	if err != nil {
		return usageError{err}
	}
	fmt.Fprintf(o.out, "# What ssh shows at the first connection:\n%s\n", ring.Fingerprint())
	if host == "" {
		return nil
	}
	fmt.Fprintf(o.out, "# For ~/.ssh/known_hosts, or /etc/ssh/ssh_known_hosts:\n%s\n", ring.KnownHosts(net.JoinHostPort(host, port)))
	if _, err := netip.ParseAddr(host); err != nil { // a name has records
		fmt.Fprintf(o.out, "# For DNS, in a zone signed with DNSSEC; clients look with VerifyHostKeyDNS yes:\n%s\n", ring.SSHFP(host))
	}
	return nil
}

// address is where people reach the server; without a port, that it listens on.
func (c fingerprintCmd) address() (host, port string, err error) {
	_, port, err = net.SplitHostPort(c.Listen)
	if err != nil {
		return "", "", fmt.Errorf("--listen: %w", err)
	}
	host = c.PublicHost
	if h, p, err := net.SplitHostPort(host); err == nil {
		host, port = h, p
	}
	if strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || strings.ContainsRune(`,*?!|#@"`, r) }) {
		return "", "", errors.New("the host is NAME or NAME:PORT")
	}
	return host, port, nil
}
