package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

const (
	// maxLead is how long before its Enter a message is typed, at most. What
	// the server does until then, such as echoing it, is not part of the
	// delivery.
	maxLead = 30 * time.Millisecond
	// maxDeliveries bounds the memory of a run, which keeps a time for each
	// delivery.
	maxDeliveries = 50_000_000
	// maxSize keeps a message within what a server accepts in one line.
	maxSize = 1000
)

// plan describes a run. It is read from the command line.
type plan struct {
	Addrs []string `arg:"" optional:"" name:"address" default:"127.0.0.1:2222" help:"HOST:PORT of the server; several divide the members of each room among them (${default})."`

	Sessions  int           `default:"100" short:"n" help:"Sessions to open (${default})."`
	Rooms     int           `default:"1" short:"r" help:"Rooms to divide them among (${default})."`
	Rate      float64       `default:"10" help:"Messages per second in all rooms together; 0 for none (${default})."`
	Size      int           `default:"32" help:"Characters of a message, at least ${tokensize} (${default})."`
	TTL       string        `name:"ttl" default:"30m" help:"Countdown of the rooms; below an hour it ticks every second (${default})."`
	Settle    time.Duration `default:"2s" help:"How long to wait after connecting (${default})."`
	Idle      time.Duration `default:"5s" help:"How long to measure idle sessions (${default})."`
	Warmup    time.Duration `default:"1s" help:"How long to send before measuring (${default})."`
	Duration  time.Duration `default:"10s" short:"d" help:"How long to send (${default})."`
	Drain     time.Duration `default:"5s" help:"How long to wait for the last deliveries (${default})."`
	Parallel  int           `default:"16" help:"Sessions to open at the same time (${default})."`
	Spread    time.Duration `default:"0s" help:"Time over which to light the rooms, so that their countdowns do not tick at once (${default})."`
	Timeout   time.Duration `default:"30s" help:"How long opening a session may take (${default})."`
	SharedKey bool          `help:"Use one key for all sessions instead of one for each."`
	PIDs      []int         `name:"pid" help:"Processes of the server on this machine whose memory and CPU time to measure (Linux)."`
	JSON      bool          `name:"json" help:"Print the result as JSON."`
	Mine      bool          `name:"i-own-this-server" help:"Allow addresses of other machines. Do not load a server that is not yours."`

	entry
}

// Validate checks what kong cannot. Its errors are wrong usage.
func (p *plan) Validate() error {
	switch {
	case p.Sessions < 1 || p.Rooms < 1 || p.Rooms > p.Sessions:
		return errors.New("--rooms must be 1 or more, and --sessions not less than --rooms")
	case p.Rooms > maxRooms:
		return fmt.Errorf("--rooms must be at most %d", maxRooms)
	case p.Size < tokenSize || p.Size > maxSize:
		return fmt.Errorf("--size must be %d to %d", tokenSize, maxSize)
	case !(p.Rate >= 0 && p.Rate <= 1e6):
		return errors.New("--rate must be 0 to 1000000")
	case p.Parallel < 1:
		return errors.New("--parallel must be 1 or more")
	case min(p.Settle, p.Idle, p.Warmup, p.Duration, p.Drain, p.Spread) < 0 || p.Timeout <= 0:
		return errors.New("times must not be negative, and --timeout must not be 0")
	case p.perRoom() > maxSeqs || p.perRoom() > maxDeliveries/p.Sessions:
		return fmt.Errorf("that is more than %d deliveries: use fewer sessions, a lower --rate or a shorter --duration", maxDeliveries)
	}
	return p.validate()
}

// Messages are numbered across all rooms in turn: message i is number i/Rooms of
// room i%Rooms.

// warm returns how many messages are sent before measuring.
func (p *plan) warm() int { return int(p.Rate * p.Warmup.Seconds()) }

// messages returns how many messages are sent in all.
func (p *plan) messages() int { return int(p.Rate * (p.Warmup + p.Duration).Seconds()) }

// perRoom returns how many message numbers a room needs.
func (p *plan) perRoom() int { return (p.messages() + p.Rooms - 1) / p.Rooms }

// due returns when message i is to be sent, from the first one on; jitter is 0 to
// 1. It uses half of the time between two messages, so that messages keep a
// distance but are not in phase with a server's timers.
func (p *plan) due(i int, jitter float64) time.Duration {
	return time.Duration((float64(i) + jitter/2) / p.Rate * float64(time.Second))
}

// lead returns how long before its Enter a message is typed: as a person does,
// but never before the same session's previous Enter.
func (p *plan) lead() time.Duration {
	turn := float64(p.Rooms*p.seats(p.Rooms-1)) / p.Rate // seconds between two messages of a session
	return min(maxLead, time.Duration(turn/4*float64(time.Second)))
}

// seats returns how many members room r has. Session s is member s/Rooms of room
// s%Rooms.
func (p *plan) seats(r int) int { return (p.Sessions - r + p.Rooms - 1) / p.Rooms }

// addr returns the address that a member connects to. Neighbours in a room use
// different servers, and the first members of rooms use all servers in turn.
func (p *plan) addr(room, member int) string { return p.Addrs[(room+member)%len(p.Addrs)] }

// lightAt returns when the first session of a room begins, from the first room on.
func (p *plan) lightAt(room int) time.Duration {
	return time.Duration(float64(p.Spread) * float64(room) / float64(p.Rooms))
}

// loopbackOnly returns an error unless all addresses are loopback addresses.
func loopbackOnly(ctx context.Context, addrs []string) error {
	for _, addr := range addrs {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return fmt.Errorf("%s is not HOST:PORT", addr)
		}
		ips, err := net.DefaultResolver.LookupIPAddr(ctx, host)
		if err != nil {
			return fmt.Errorf("cannot resolve %s: %w", addr, err)
		}
		for _, ip := range ips {
			if !ip.IP.IsLoopback() {
				return fmt.Errorf("%s is not on this machine: to load it, add --i-own-this-server", addr)
			}
		}
	}
	return nil
}
