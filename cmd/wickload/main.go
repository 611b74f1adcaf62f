// Command wickload loads a chat server with real SSH sessions and prints what it
// measures: how fast sessions connect, how long a message takes from one person's
// Enter to another's terminal, whether all messages arrive, how many bytes they
// take, and, on the same machine, the server's memory and CPU time.
//
//	wick --listen 127.0.0.1:2222 --max-sessions-per-ip 0 --max-handshakes 0 --max-connects 0 --max-input 0 --max-lights 0 --max-entries 0 --rate 0 --max-seats 1000 &
//	wickload --sessions 1000 --rooms 100 --rate 50 --pid $!
//
// Any other chat over SSH can be loaded too, if it shows each line whole to all
// members of a room; what it writes around the line does not matter. For example,
// a server with one room that greets by name:
//
//	wickload --login 'u{session}' --ready 'u{session} joined' 127.0.0.1:2022
//
// To find out how many people a machine holds, raise --sessions until p99 or the
// memory exceeds what you accept. The exit status is 0 if all sessions connected,
// stayed and got all messages, 1 if not, and 2 for wrong usage.
//
// Each session is a TCP connection of its own, so both sides need as many open
// files. Go programs raise their own limit as far as the system allows
// (https://go.dev/doc/go1.19#os).
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
	Floor floorCmd `cmd:"" help:"Serve a minimal chat over SSH, for comparison."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	os.Exit(runMain(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// runMain runs the program and returns its exit status. When ctx ends, a run
// stops early.
func runMain(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	status := -1
	parser, err := kong.New(&cli{},
		kong.Name("wickload"),
		kong.Description("Loads a chat server with real SSH sessions and prints what it measures."),
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
	case !errors.Is(err, errUnclean): // the report has been printed
		fmt.Fprintln(stderr, "wickload:", err)
	}
	return exitFailed
}

// usageError is a mistake on the command line.
type usageError struct{ error }

// errUnclean is returned after a run in which something was lost.
var errUnclean = errors.New("not all sessions got all messages")

// output is where a command writes: its result to out, the rest to err.
type output struct{ out, err io.Writer }

type runCmd struct{ plan }

// Run loads the server and prints the report, even if ctx ends the run early.
func (c *runCmd) Run(ctx context.Context, o output) error {
	if !c.Mine {
		if err := loopbackOnly(ctx, c.Addrs); err != nil {
			return usageError{err}
		}
	}
	rep, err := execute(ctx, &c.plan, newProgress(o.err))
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
