package sshapp

import "context"

// operatorCommands are the commands of ssh op@HOST COMMAND.
type operatorCommands struct {
	Status   statusCmd   `cmd:"" default:"withargs" help:"Print how busy each server is (the default)."`
	Sessions sessionsCmd `cmd:"" help:"Print a line for each session: its number, when it began, bytes from and to the client, and the number of its server."`
	End      endCmd      `cmd:"" help:"End the session with that number."`
	Announce announceCmd `cmd:"" help:"Show TEXT to everybody in a room, on one line."`
	Close    closeCmd    `cmd:"" help:"Light no new rooms until open. Burning rooms go on."`
	Open     openCmd     `cmd:"" help:"Light new rooms again."`
	Drain    drainCmd    `cmd:"" help:"End this server, another one, or all of them, as SIGTERM does."`
	Help     helpCmd     `cmd:"" help:"Print this."`
}

const operatorAbout = `Commands for the operator of this server. If servers share a Redis, every command but drain is for all of them. No command shows a room, name, key or word.`

// parseOperator returns the operator's command to run, or nil and the exit status.
func (s *session) parseOperator(ctx context.Context) (run runner, status int) {
	args, err := operatorArguments(s.ssh.RawCommand())
	if err != nil {
		return nil, s.misusedQuoting()
	}
	return s.parseWith(ctx, new(operatorCommands), "ssh "+operatorWord+"@HOST", operatorAbout, args)
}
