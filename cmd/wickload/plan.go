package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

const (
	// typing is how long before its Enter a message is typed, at most: what
	// a server does meanwhile, such as showing it to its writer, is no part
	// of the delivery.
	typing = 30 * time.Millisecond
	// maxDeliveries bounds the memory of a run: a time is kept for each.
	maxDeliveries = 50_000_000
	// maxSize keeps a message within what a server takes in one line.
	maxSize = 1000
)

// plan is what a run does; the command line is one.
type plan struct {
	Addrs []string `arg:"" optional:"" name:"address" default:"127.0.0.1:2222" help:"HOST:PORT of the server; several share the members of each room (${default})."`

	Sessions  int           `default:"100" short:"n" help:"Sessions to open (${default})."`
	Rooms     int           `default:"1" short:"r" help:"Rooms to spread them over (${default})."`
	Rate      float64       `default:"10" help:"Messages per second, in all rooms together; 0: none (${default})."`
	Size      int           `default:"32" help:"Characters of a message, ${tokensize} at least (${default})."`
	TTL       string        `name:"ttl" default:"30m" help:"Countdown of the rooms; below an hour it ticks every second (${default})."`
	Settle    time.Duration `default:"2s" help:"Wait after connecting (${default})."`
	Idle      time.Duration `default:"5s" help:"How long to watch the sessions idle (${default})."`
	Warmup    time.Duration `default:"1s" help:"How long to send before anything counts (${default})."`
	Duration  time.Duration `default:"10s" short:"d" help:"How long to send (${default})."`
	Drain     time.Duration `default:"5s" help:"How long to wait for the last deliveries (${default})."`
	Parallel  int           `default:"16" help:"Sessions to open at once (${default})."`
	Timeout   time.Duration `default:"30s" help:"How long opening one may take (${default})."`
	SharedKey bool          `help:"One key for all sessions; else each has its own."`
	PIDs      []int         `name:"pid" help:"Processes of the server on this machine, whose memory and CPU are measured (Linux)."`
	JSON      bool          `name:"json" help:"Print the result as JSON."`
	Mine      bool          `name:"i-own-this-server" help:"Let addresses be other machines. Do not load what is not yours."`
}

// Validate checks what kong cannot. Its errors are wrong usage.
func (p *plan) Validate() error {
	switch {
	case p.Sessions < 1 || p.Rooms < 1 || p.Rooms > p.Sessions:
		return errors.New("--sessions and --rooms are 1 or more, and no room is empty")
	case p.Rooms > maxRooms:
		return fmt.Errorf("--rooms is %d at most", maxRooms)
	case p.Size < tokenSize || p.Size > maxSize:
		return fmt.Errorf("--size is %d to %d", tokenSize, maxSize)
	case !(p.Rate >= 0 && p.Rate <= 1e6):
		return errors.New("--rate is 0 to a million")
	case p.Parallel < 1:
		return errors.New("--parallel is 1 or more")
	case min(p.Settle, p.Idle, p.Warmup, p.Duration, p.Drain) < 0 || p.Timeout <= 0:
		return errors.New("times are not negative, and --timeout is not zero")
	case p.perRoom() > maxSeqs || p.perRoom() > maxDeliveries/p.Sessions:
		return fmt.Errorf("that is more than %d deliveries: take fewer sessions, a lower --rate or a shorter --duration", maxDeliveries)
	}
	return nil
}

// Messages are numbered through all rooms in turn: message i is number
// i/Rooms of room i%Rooms.

// warm is how many messages are sent before anything counts.
func (p *plan) warm() int { return int(p.Rate * p.Warmup.Seconds()) }

// messages is how many are sent, those included.
func (p *plan) messages() int { return int(p.Rate * (p.Warmup + p.Duration).Seconds()) }

// perRoom is how many numbers of messages a room needs.
func (p *plan) perRoom() int { return (p.messages() + p.Rooms - 1) / p.Rooms }

// due is when message i is to be sent, since the first; jitter is 0 to 1. It
// leaves half of the time between two messages free, so that none follows
// another closely, yet none keeps step with a server's own timers.
func (p *plan) due(i int, jitter float64) time.Duration {
	return time.Duration((float64(i) + jitter/2) / p.Rate * float64(time.Second))
}

// lead is how long before its Enter a message is typed: as a person would, but
// never before the same person's last Enter.
func (p *plan) lead() time.Duration {
	turn := float64(p.Rooms*p.seats(p.Rooms-1)) / p.Rate // between two of one person
	return min(typing, time.Duration(turn/4*float64(time.Second)))
}

// seats is how many members room r has. Session s is member s/Rooms of room
// s%Rooms.
func (p *plan) seats(r int) int { return (p.Sessions - r + p.Rooms - 1) / p.Rooms }

// addr is where a member connects: neighbours in a room at different servers,
// and the first members of rooms at all of them in turn.
func (p *plan) addr(room, member int) string { return p.Addrs[(room+member)%len(p.Addrs)] }

// loopbackOnly answers an error unless all addresses are of this machine.
func loopbackOnly(ctx context.Context, addrs []string) error {
	for _, addr := range addrs {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return fmt.Errorf("%s is no HOST:PORT", addr)
		}
		ips, err := net.DefaultResolver.LookupIPAddr(ctx, host)
		if err != nil {
			return fmt.Errorf("%s is not known: %w", addr, err)
		}
		for _, ip := range ips {
			if !ip.IP.IsLoopback() {
				return fmt.Errorf("%s is not on this machine: to load it, say --i-own-this-server", addr)
			}
		}
	}
	return nil
}
