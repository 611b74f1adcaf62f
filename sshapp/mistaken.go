package sshapp

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// maxPlainCommand bounds the commands that say nothing, in bytes: all but post. They are
// parsed, which takes time.
const maxPlainCommand = 4 << 10

// commandNames are the names of the commands, and "".
var commandNames = func() []string {
	names := []string{""}
	for field := range reflect.TypeFor[commands]().Fields() {
		names = append(names, strings.ToLower(field.Name))
	}
	return names
}()

// mistaken returns a sentence for a client that takes this server for one with a shell
// or programs, or whose command is too long; "" for others. Such clients are
// programs, mostly, and what they ask for may be of any length: scp -O, rsync, git,
// mosh, Ansible, ssh-copy-id, and terminals that run a program of theirs in place of a
// shell, though the person typed no command.
func (s *session) mistaken() string {
	command := s.ssh.RawCommand()
	word, _ := cutWord(command)
	word = strings.Trim(word, `'"`)
	known := slices.Contains(commandNames, word) || strings.HasPrefix(word, "-")
	switch {
	case s.term.Subsystem() == sftpSubsystem:
		return ""
	case s.term.Subsystem() == "" && known && !s.term.Truncated() && (word == "post" || len(command) <= maxPlainCommand):
		return ""
	case known && word == "post":
		return fmt.Sprintf("a command has at most %d bytes: send the text on standard input", len(command))
	}
	if word == "scp" {
		return "files are copied here by SFTP only: leave out -O, or use sftp if your OpenSSH is older than 9"
	}
	const about = "this is wick, a chat server with no shell and no programs: "
	if _, _, hasPty := s.ssh.Pty(); hasPty {
		return fmt.Sprintf(`%stype "%s" with no command after it (or "command %[2]s" if your terminal adds one)`, about, s.ownCommand())
	}
	return fmt.Sprintf(`%stype "%s" to chat, or "ssh ROOM@HOST help" for what scripts can do`, about, s.shareAddress(NewWord))
}

// ownCommand returns the command that leads where the session's own address does, if it
// leads to a room, or else to a new one.
func (s *session) ownCommand() string {
	if a, err := ParseAddress(s.ssh.User()); err == nil && a.NotRoom == nil {
		return s.shareAddress(s.ssh.User())
	}
	return s.shareAddress(NewWord)
}
