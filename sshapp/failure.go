package sshapp

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"

	"wick/rooms"
	"wick/sshapp/sshd"
	"wick/sshapp/wording"
)

// refuseLimit is how long a client may take to read the one sentence that it is
// refused with or warned by, or the last lines of a session.
const refuseLimit = 15 * time.Second

// failure is an error for people, with an exit status of its own.
type failure struct {
	status int
	text   string
}

func (f failure) Error() string { return f.text }

// notRoom returns an error if the session's address can be no room, for a session that
// shows no lobby.
func (s *session) notRoom() error {
	why := s.address.NotRoom
	if errors.Is(why, rooms.ErrReservedName) {
		room := "ROOM"
		if name := s.address.otherName(s.ssh.User()); name != "" {
			_, options, _ := strings.Cut(s.ssh.User(), "+")
			room = name + "+" + options
		}
		return failure{wording.ExitUsage, "that is a login name, not a room: connect to " + room + "@ or " + NewWord + "@ this host"}
	}
	if why != nil {
		return failure{wording.ExitUsage, why.Error()}
	}
	return nil
}

// fail tells the person why the session ends, and returns the exit status. A command
// whose output nobody reads any more has succeeded, unless it says otherwise.
func (s *session) fail(ctx context.Context, err error) int {
	f, told := errors.AsType[failure](err)
	if errors.Is(context.Cause(ctx), sshd.ErrOutputClosed) && !told {
		return 0
	}
	if out := outcomeOf(context.Cause(ctx)); out != (wording.Outcome{}) {
		return s.refuse(out.Status, out.Line)
	}
	if told {
		return s.refuse(f.status, f.text)
	}
	return s.refuse(wording.Status(err), wording.Sentence(err))
}

// refuse prints a sentence on standard error, and returns the exit status.
func (s *session) refuse(status int, why string) int {
	s.warn(why)
	return status
}

// warn prints a sentence on standard error.
func (s *session) warn(text string) {
	stuck := time.AfterFunc(refuseLimit, s.term.Kill)
	defer stuck.Stop()
	if !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "?") {
		text += "."
	}
	io.WriteString(s.ssh.Stderr(), "wick: "+text+"\n")
}

// logged returns err. If the server is to blame that the session got into no room,
// it logs that first.
func (s *session) logged(ctx context.Context, err error) error {
	if _, told := errors.AsType[failure](err); err != nil && !told && wording.Status(err) == wording.ExitFailed && ctx.Err() == nil {
		s.app.warnings.Warn("a session could not enter a room", wording.Sentence(err),
			slog.String("session", s.term.ID), slog.Any("err", err))
	}
	return err
}
