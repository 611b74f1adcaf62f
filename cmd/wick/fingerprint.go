package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"

	"wick/keys"
	"wick/sshapp"
)

// fingerprintCmd prints the host key. Unlike serve it does not create one: people
// rely on what it prints, and a key created in the wrong folder is not the
// server's.
type fingerprintCmd struct {
	dataFlags
	Listen     []string `default:":2222" placeholder:"ADDR" help:"The addresses that the server listens on: the first has the port that people use (${default})."`
	PublicHost string   `arg:"" optional:"" name:"host" env:"WICK_PUBLIC_HOST" help:"NAME[:PORT] by which people reach the server. If it is given, lines for known_hosts and DNS are printed as well."`
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
	fmt.Fprintf(o.out, "# ssh shows this on the first connection:\n%s\n", ring.Fingerprint())
	if host == "" {
		return nil
	}
	fmt.Fprintf(o.out, "# For ~/.ssh/known_hosts, or /etc/ssh/ssh_known_hosts:\n%s\n", ring.KnownHosts(net.JoinHostPort(host, port)))
	if _, err := netip.ParseAddr(host); err != nil { // only a name has DNS records
		fmt.Fprintf(o.out, "# For DNS, in a zone signed with DNSSEC; clients check it with VerifyHostKeyDNS yes:\n%s\n", ring.SSHFP(host))
	}
	return nil
}

// address returns the host and port by which people reach the server. Without a
// port in --public-host it is the one that the server listens on.
func (c fingerprintCmd) address() (host, port string, err error) {
	if len(c.Listen) == 0 {
		return "", "", errNoAddress
	}
	_, port, err = net.SplitHostPort(c.Listen[0])
	if err != nil {
		return "", "", fmt.Errorf("--listen: %w", withBracketHint(c.Listen[0], err))
	}
	at, err := sshapp.ParseHost(c.PublicHost)
	return at.Name, cmp.Or(at.Port, port), err
}
