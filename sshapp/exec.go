package sshapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/charmbracelet/x/ansi"

	"wick/rooms"
	"wick/sshapp/wording"
)

// commands are the commands of ssh ROOM@HOST COMMAND. Each has a method Run, which
// prints to standard output. The error of Run is printed to standard error, and
// decides the exit status.
type commands struct {
	Post    postCmd    `cmd:"" help:"Say TEXT, or each line of standard input in order."`
	Follow  followCmd  `cmd:"" help:"Print what was said and what happens, until the room ends."`
	Who     whoCmd     `cmd:"" help:"Print who is here."`
	Info    infoCmd    `cmd:"" help:"Print how long the room burns and how full it is."`
	Light   lightCmd   `cmd:"" help:"Light the room and print the command that others join with. new@HOST makes up a name."`
	Share   shareCmd   `cmd:"" help:"Print the command that others join with."`
	Put     putCmd     `cmd:"" help:"Put standard input into the room as a file."`
	Get     getCmd     `cmd:"" help:"Print a file, byte for byte."`
	Ls      lsCmd      `cmd:"" help:"List the files here."`
	Rm      rmCmd      `cmd:"" help:"Remove a file, for everybody."`
	Drop    dropCmd    `cmd:"" help:"Light the room, put standard input into it, and print the command that takes it, once."`
	Take    takeCmd    `cmd:"" help:"Print what was dropped, exactly. Then it is gone, and so is the room."`
	Destroy destroyCmd `cmd:"" help:"Wipe the room now, for everybody."`
	About   aboutCmd   `cmd:"" help:"Print what this server is, how to join a room, and who can read it."`
	Help    helpCmd    `cmd:"" help:"Print this."`
}

const commandsAbout = `Commands for scripts. Exit status: 0 done, 1 failed, 2 wrong usage, 3 no such room, 4 full or locked, 5 refused, 130 Ctrl-C. Without a command, wick says each line of standard input as it is, and prints what happens in the room. See ssh ROOM@HOST COMMAND --help.`

// countdownFlag is a countdown as a flag.
type countdownFlag time.Duration

// UnmarshalText implements encoding.TextUnmarshaler, for kong.
func (d *countdownFlag) UnmarshalText(text []byte) error {
	ttl, err := rooms.ParseTTL(strings.ToLower(string(text)))
	*d = countdownFlag(ttl)
	return err
}

// jsonFlag is embedded in commands that can print JSON.
type jsonFlag struct {
	JSON bool `name:"json" help:"Print one JSON object per line."`
}

type helpCmd struct{}

// Run is never called: parse turns help into --help.
func (*helpCmd) Run(context.Context, *session) error { return nil }

// runner is one of the commands, with its arguments.
type runner interface {
	Run(ctx context.Context, s *session) error
}

// runCommand runs the command that the client asked for instead of a shell, and
// returns the exit status.
func (s *session) runCommand(ctx context.Context) int {
	run, status := s.parse(ctx)
	if run == nil {
		return status
	}
	ctx = s.attachTerminal(ctx, run)
	err := run.Run(ctx, s)
	switch {
	case errors.Is(context.Cause(ctx), errInterrupted):
		io.WriteString(s.stdout(), "^C\n")
		return wording.ExitInterrupted
	case err != nil:
		return s.fail(ctx, err)
	}
	return 0
}

// parse returns the command to run, or nil and the exit status. It is a function of
// its own so that the parser, which takes 140 KB, is not held while the command runs,
// which may take hours.
func (s *session) parse(ctx context.Context) (run runner, status int) {
	args, err := arguments(s.ssh.RawCommand())
	if err != nil {
		return nil, s.misusedQuoting()
	}
	return s.parseWith(ctx, new(commands), "ssh ROOM@HOST", commandsAbout, args)
}

func (s *session) misusedQuoting() int { return s.misused("the quoting is wrong", func(io.Writer) {}) }

// parseWith is parse for a grammar, of commands that are each a runner.
func (s *session) parseWith(ctx context.Context, grammar any, name, about string, args []string) (run runner, status int) {
	if len(args) > 0 && args[0] == "help" { // of all commands, or of the one named next
		args = append(slices.Clone(args[1:]), "--help")
	}
	helped := false
	parser, err := kong.New(grammar,
		kong.Name(name),
		kong.Description(about),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 80}),
		kong.Writers(s.stdout(), s.stderr()),
		kong.Exit(func(int) { helped = true }),
	)
	if err != nil {
		return nil, s.fail(ctx, fmt.Errorf("commands: %w", err))
	}
	parsed, err := parser.Parse(args)
	if helped {
		return nil, 0
	}
	if err != nil {
		return nil, s.misused(err.Error(), func(w io.Writer) {
			parser.Stdout = w
			if wrong, ok := errors.AsType[*kong.ParseError](err); ok {
				wrong.Context.PrintUsage(true)
			}
		})
	}
	run, ok := parsed.Selected().Target.Addr().Interface().(runner)
	if !ok {
		return nil, s.fail(ctx, fmt.Errorf("commands: %T has no Run", parsed.Selected().Target.Interface()))
	}
	return run, 0
}

// maxQuoted bounds an error message that quotes the command, in cells.
const maxQuoted = 120

// misused prints why a command is wrong, and its usage. It returns the exit status.
func (s *session) misused(why string, usage func(io.Writer)) int {
	status := s.refuse(wording.ExitUsage, ansi.Truncate(rooms.CleanLine(why), maxQuoted, "..."))
	usage(s.stderr())
	return status
}
