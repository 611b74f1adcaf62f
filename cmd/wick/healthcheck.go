package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/pires/go-proxyproto"
	"golang.org/x/crypto/ssh"
)

type healthcheckCmd struct {
	Listen    []string      `default:":2222" placeholder:"ADDR" help:"The addresses that the server listens on (${default})."`
	ProxyFrom []network     `placeholder:"CIDR" help:"The networks of the server's proxies: from one of them, the check begins with a PROXY protocol header."`
	Timeout   time.Duration `default:"5s" help:"How long the handshakes may take."`
}

// errHealthy ends the handshake after the server has proved its host key. A
// server that gets this far accepts connections, exchanges keys and signs.
var errHealthy = errors.New("healthy")

// Validate checks what kong cannot. Its errors are wrong usage.
func (c healthcheckCmd) Validate() error {
	if len(c.Listen) == 0 {
		return errNoAddress
	}
	return nil
}

func (c healthcheckCmd) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	for _, addr := range c.Listen {
		if err := c.check(ctx, strings.TrimSpace(addr)); err != nil {
			return err
		}
	}
	return nil
}

// check makes a handshake with the server on addr.
func (c healthcheckCmd) check(ctx context.Context, addr string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("no server listens: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if err := announce(conn, c.ProxyFrom); err != nil {
		return err
	}
	_, _, _, err = ssh.NewClientConn(conn, addr, &ssh.ClientConfig{
		User:            "healthcheck",
		HostKeyCallback: func(string, net.Addr, ssh.PublicKey) error { return errHealthy },
	})
	if !errors.Is(err, errHealthy) {
		return fmt.Errorf("the server did not complete the handshake: %w", err)
	}
	return nil
}

// announce begins a connection to the server as a proxy's own, which is for no client, if
// it comes from a network of the server's proxies.
func announce(conn net.Conn, proxies []network) error {
	if !contains(proxies, conn.LocalAddr()) {
		return nil
	}
	own := proxyproto.Header{Version: 2, Command: proxyproto.LOCAL, TransportProtocol: proxyproto.UNSPEC}
	if _, err := own.WriteTo(conn); err != nil {
		return fmt.Errorf("the server did not accept a PROXY protocol header: %w", err)
	}
	return nil
}
