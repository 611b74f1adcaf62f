// Command wick serves rooms that burn out, over SSH.
//
// It configures, wires and delegates: rooms live in wick/rooms, the SSH face in
// wick/sshapp.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // people's time zones, also where the system has none

	"github.com/alecthomas/kong"
)

// Exit statuses.
const (
	exitFine   = 0
	exitFailed = 1
	exitUsage  = 2
)

type cli struct {
	ShowVersion versionFlag `name:"version" env:"-" help:"Print the version."`

	Serve       serveCmd       `cmd:"" default:"withargs" help:"Serve rooms over SSH (the default)."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
	Fingerprint fingerprintCmd `cmd:"" help:"Print the host key's fingerprint, and the lines by which clients know it."`
	Completion  completionCmd  `cmd:"" help:"Print what makes a shell complete this command line."`
	Man         manCmd         `cmd:"" help:"Print the manual, for man."`
	Healthcheck healthcheckCmd `cmd:"" help:"Make an SSH handshake with a running server; exit 0 if it answers."`
}

// gcPercent trades a little processor time for memory: most of what a server
// holds is idle sessions, and the collector's default lets it grow to twice that.
const gcPercent = 50

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// usageError is a mistake on the command line.
type usageError struct{ error }

// run is the program: arguments in, exit status out. ctx asks it to drain.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	status := -1
	parser, err := kong.New(&cli{},
		kong.Name("wick"),
		kong.Description("Chat rooms over SSH that burn out: type ssh new@host and you are in; when the wick is out, nothing is left."),
		kong.UsageOnError(),
		kong.DefaultEnvars("WICK"),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { status = code }), // --help
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(output{stdout, stderr}),
	)
	if err != nil {
		fmt.Fprintln(stderr, "wick:", err)
		return exitFailed
	}
	command, err := parser.Parse(args)
	if status >= 0 {
		return status
	}
	if err != nil {
		fmt.Fprintf(stderr, "wick: %v. See wick --help.\n", err)
		return exitUsage
	}
	err = command.Run()
	if usage := (usageError{}); errors.As(err, &usage) {
		fmt.Fprintf(stderr, "wick: %v. See wick --help.\n", err)
		return exitUsage
	}
	if err != nil {
		fmt.Fprintln(stderr, "wick:", err)
		return exitFailed
	}
	return exitFine
}

// output is where a command prints: what people asked for, and the log.
type output struct{ out, err io.Writer }
