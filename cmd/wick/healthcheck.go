package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"golang.org/x/crypto/ssh"
)

type healthcheckCmd struct {
	Listen  string        `default:":2222" placeholder:"ADDR" help:"The address that the server listens on (${default})."`
	Timeout time.Duration `default:"5s" help:"How long the handshake may take."`
}

// errHealthy ends the handshake after the server has proved its host key. A
// server that gets this far accepts connections, exchanges keys and signs.
var errHealthy = errors.New("healthy")

func (c healthcheckCmd) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("no server listens: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	_, _, _, err = ssh.NewClientConn(conn, c.Listen, &ssh.ClientConfig{
		User:            "healthcheck",
		HostKeyCallback: func(string, net.Addr, ssh.PublicKey) error { return errHealthy },
	})
	if !errors.Is(err, errHealthy) {
		return fmt.Errorf("the server does not complete the handshake: %w", err)
	}
	return nil
}
