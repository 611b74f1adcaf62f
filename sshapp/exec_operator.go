package sshapp

import (
	"context"
	"strings"

	"github.com/anmitsu/go-shlex"
)

// operatorCommands are the commands of ssh op@HOST COMMAND.
type operatorCommands struct {
	Status   statusCmd   `cmd:"" default:"withargs" help:"Print how much there is on each server (the default)."`
	Sessions sessionsCmd `cmd:"" help:"Print a line for each session: its number, since when, bytes from and to the client, and the number of its server."`
	End      endCmd      `cmd:"" help:"End the session of that number."`
	Announce announceCmd `cmd:"" help:"Tell everybody in a room TEXT, in one line."`
	Close    closeCmd    `cmd:"" help:"Light no new rooms until open. Those that burn go on."`
	Open     openCmd     `cmd:"" help:"Light new rooms again."`
	Drain    drainCmd    `cmd:"" help:"End this server, another one, or all, as SIGTERM does."`
	Help     helpCmd     `cmd:"" help:"Print this."`
}

const operatorAbout = `What the operator of this server can do. If it shares a Redis with others, commands are about all of them, except for drain. They show no room, name, key or word.`

// parseOperator returns the operator's command to run, or nil and the exit status.
func (s *session) parseOperator(ctx context.Context) (run runner, status int) {
	args, err := operatorArguments(s.ssh.RawCommand())
	if err != nil {
		return nil, s.misusedQuoting()
	}
	return s.parseWith(ctx, new(operatorCommands), "ssh "+operatorWord+"@HOST", operatorAbout, args)
}

// operatorArguments splits a command into words as a shell does, except for the text of
// announce, as for that of post; see arguments.
func operatorArguments(command string) ([]string, error) {
	word, rest := cutWord(command)
	text := strings.TrimSpace(rest)
	if word != "announce" || text == "" || text == "-h" || text == "--help" {
		return shlex.Split(command, true)
	}
	args := []string{word}
	if option, rest := cutWord(text); option == "--json" {
		args, text = append(args, option), strings.TrimSpace(rest)
	}
	if plain, ok := unquoted(text); ok {
		text = plain
	}
	return append(args, "--", text), nil
}
