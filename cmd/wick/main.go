// Command wick serves rooms that burn out, over SSH.
//
// This package parses the configuration and connects the parts: package
// wick/rooms implements rooms, wick/sshapp the SSH application.
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
	_ "time/tzdata" // for people's time zones if the system has no database

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

	Serve       serveCmd       `cmd:"" default:"withargs" group:"Run:" help:"Serve rooms over SSH (the default)."`
	Doctor      doctorCmd      `cmd:"" group:"Run:" help:"Check a server and its machine, and say how to fix what is wrong."`
	Healthcheck healthcheckCmd `cmd:"" group:"Run:" help:"Make an SSH handshake with a running server; exit 0 if it succeeds."`
	Fingerprint fingerprintCmd `cmd:"" group:"Tell guests:" help:"Print the host key's fingerprint, and lines for known_hosts and DNS."`
	Names       namesCmd       `cmd:"" group:"Tell guests:" help:"Print the login names that are never rooms; N is a number."`
	Man         manCmd         `cmd:"" group:"About wick:" help:"Print the manual page."`
	Completion  completionCmd  `cmd:"" group:"About wick:" help:"Print a shell completion script."`
	Version     versionCmd     `cmd:"" group:"About wick:" help:"Print the version."`
}

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcCalm)
	}
	ctx, stop := signal.NotifyContext(context.Background(), endSignals()...)
	context.AfterFunc(ctx, func() {
		signal.Ignore(syscall.SIGHUP) // both the shell and the kernel send it
		stop()                        // any other second signal ends the process at once
	})
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// endSignals returns the signals that make a server drain. SIGHUP, by which a closed
// terminal ends its programs, is one, unless nohup has it ignored.
func endSignals() []os.Signal {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		ends = append(ends, syscall.SIGHUP)
	}
	return ends
}

// usageError is a mistake on the command line.
type usageError struct{ error }

// run runs the program and returns its exit status. When ctx ends, a server
// drains.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	status := -1
	parser, err := kong.New(&cli{},
		kong.Name("wick"),
		kong.Description("Chat rooms over SSH that burn out: type ssh new@host and you are in; when the countdown ends, nothing is left."),
		kong.UsageOnError(),
		kong.DefaultEnvars("WICK"),
		flagDefaults,
		kong.NamedMapper("path", kong.MapperFunc(decodePath)),
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

// output is where a command writes: its result to out, the log to err.
type output struct{ out, err io.Writer }
