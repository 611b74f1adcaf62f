package main

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"

	"wick/sshapp"
)

// sayHowToJoin prints the command to copy, and to a person at a terminal what runs and
// where to read on.
func (c *serveCmd) sayHowToJoin(out io.Writer, listeners []net.Listener, log *slog.Logger) {
	command := c.joinCommand(listeners[0].Addr())
	if widthOf(out) == 0 {
		fmt.Fprintln(out, command)
	} else {
		kept := "kept in this process's memory"
		if c.Redis != "" {
			kept = "kept in Redis"
		}
		fmt.Fprintf(out, "wick is serving rooms over SSH, %s. Ctrl-C stops it.\n", kept)
		fmt.Fprintf(out, "Join from another terminal:  %s\n", command)
		fmt.Fprintln(out, "Read on:                     wick --help, wick man, README.md and docs/")
	}
	if c.PublicHost == "" && contained() && !onlyLoopback(listeners) {
		log.Warn("in a container, wick cannot show how to join without --public-host")
		fmt.Fprintln(out, fold("That works inside the container. For others, set --public-host to the name and port by which they reach it.", widthOf(out)))
	}
}

// joinCommand is the line to copy: it lights a room on this server.
func (c *serveCmd) joinCommand(at net.Addr) string {
	host, _ := sshapp.ParseHost(c.PublicHost) // Validate has checked it
	tcp := at.(*net.TCPAddr)
	host.Port = cmp.Or(host.Port, strconv.Itoa(tcp.Port))
	if host.Name == "" {
		host.Name = sshapp.LocalName(tcp.AddrPort().Addr())
	}
	return sshapp.ShareCommand(sshapp.NewWord, host)
}
