// Command wickload loads a chat server with real SSH sessions and prints what
// it takes: how fast they connect, how long a message needs from one person's
// Enter to the other's terminal, whether all arrive, how many bytes that is,
// and, on the same machine, the server's memory and CPU.
//
//	wick --listen 127.0.0.1:2222 --max-sessions-per-ip 0 --max-handshakes 0 --max-connects 0 --max-input 0 --max-lights 0 --max-entries 0 --rate 0 --max-seats 1000 &
//	wickload --sessions 1000 --rooms 100 --rate 50 --pid $!
//
// How many people a machine holds: raise --sessions until p99 or the memory is
// more than you want to give. Exit status: 0 everybody got in, stayed and got
// everything, 1 not so, 2 wrong usage.
//
// Each session is a TCP connection of its own: the limit on open files has to
// allow for as many on either side. A Go program raises its own to what the
// system grants (https://go.dev/doc/go1.19#os).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/alecthomas/kong"

	"wick/cmd/wickload/floor"
)

// Exit statuses.
const (
	exitFine   = 0
	exitFailed = 1
	exitUsage  = 2
)

type cli struct {
	Run   runCmd   `cmd:"" default:"withargs" help:"Load a server (the default). Start it without limits for one address and one member: wick --max-sessions-per-ip 0 --max-handshakes 0 --max-connects 0 --max-input 0 --max-lights 0 --max-entries 0 --rate 0 --max-seats 1000."`
	Floor floorCmd `cmd:"" help:"Serve the barest chat over SSH there is, to compare with."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	os.Exit(start(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// start is the program: arguments in, exit status out. ctx ends a run early.
func start(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	status := -1
	parser, err := kong.New(&cli{},
		kong.Name("wickload"),
		kong.Description("Loads a chat server with real SSH sessions and prints what it takes."),
		kong.Vars{"tokensize": strconv.Itoa(tokenSize)},
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { status = code }), // --help
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(output{stdout, stderr}),
	)
	if err != nil {
		fmt.Fprintln(stderr, "wickload:", err)
		return exitFailed
	}
	command, err := parser.Parse(args)
	if status >= 0 {
		return status
	}
	if err != nil {
		fmt.Fprintf(stderr, "wickload: %v. See wickload --help.\n", err)
		return exitUsage
	}
	switch err := command.Run(); {
	case err == nil:
		return exitFine
	case errors.As(err, new(usageError)):
		fmt.Fprintf(stderr, "wickload: %v. See wickload --help.\n", err)
		return exitUsage
	case !errors.Is(err, errUnclean): // what was unclean has been printed
		fmt.Fprintln(stderr, "wickload:", err)
	}
	return exitFailed
}

// usageError is a mistake on the command line.
type usageError struct{ error }

// errUnclean is a run in which not everything went as it should.
var errUnclean = errors.New("not everybody got everything")

// output is where a command prints: the result, and everything else.
type output struct{ out, err io.Writer }

type runCmd struct{ plan }

// Run loads the server and prints what was found, also when ctx ends it early.
func (c *runCmd) Run(ctx context.Context, o output) error {
	if !c.Mine {
		if err := loopbackOnly(ctx, c.Addrs); err != nil {
			return usageError{err}
		}
	}
	rep, err := do(ctx, &c.plan, newProgress(o.err))
	if rep == nil {
		return err
	}
	show := rep.text
	if c.JSON {
		show = rep.json
	}
	if err := show(o.out); err != nil {
		return err
	}
	if err == nil && !rep.clean() {
		err = errUnclean
	}
	return err
}

type floorCmd struct {
	Listen string `default:"127.0.0.1:2299" placeholder:"ADDR" help:"Listen on this address (${default})."`
}

func (c *floorCmd) Run(ctx context.Context, o output) error {
	ln, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.out, "ssh -p %d new@localhost\n", ln.Addr().(*net.TCPAddr).Port)
	return floor.Serve(ctx, ln)
}
