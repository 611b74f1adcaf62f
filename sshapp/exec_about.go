package sshapp

import (
	"context"
	"fmt"

	"wick/rooms"
	"wick/sshapp/wording"
)

type aboutCmd struct{}

// Run prints what this server is, whatever room the address names.
func (*aboutCmd) Run(_ context.Context, s *session) error {
	join := s.shareAddress("NAME")
	text := s.app.storage.Introduction(s.shareAddress(NewWord), join, join+" help")
	if words := s.operatorsWords(); words != "" {
		text += "\n\n" + wording.OperatorsWords + "\n" + words
	}
	_, err := fmt.Fprintln(s.stdout(), text)
	return err
}

// operatorsWords returns what the operator has to say, made safe; empty for nothing.
func (s *session) operatorsWords() string {
	if s.app.cfg.Notice == nil {
		return ""
	}
	return rooms.CleanText(s.app.cfg.Notice())
}
