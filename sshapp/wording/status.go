package wording

import (
	"errors"

	"wick/rooms"
)

// Exit statuses of a session; 0 is success.
const (
	ExitFailed  = 1
	ExitUsage   = 2
	ExitNoRoom  = 3 // no such room, or it burned out
	ExitFull    = 4 // full or locked, somebody else is taking it, or the person was turned away
	ExitRefused = 5 // a limit of the server

	// ExitInterrupted is the status of a command after Ctrl-C, as of a shell: 128 and
	// the number of SIGINT.
	ExitInterrupted = 130
)

// Status returns the exit status for an error.
func Status(err error) int {
	if _, refused := errors.AsType[Refusal](err); refused || errors.Is(err, rooms.ErrSourceFull) || errors.Is(err, rooms.ErrNotForYou) {
		return ExitRefused
	}
	switch {
	case errors.Is(err, rooms.ErrAmbiguous):
		return ExitUsage
	case errors.Is(err, rooms.ErrNoRoom):
		return ExitNoRoom
	case errors.Is(err, rooms.ErrFull), errors.Is(err, rooms.ErrNetworkFull), errors.Is(err, rooms.ErrLocked), errors.Is(err, rooms.ErrKicked),
		errors.Is(err, rooms.ErrDenied), errors.Is(err, rooms.ErrSpent), errors.Is(err, rooms.ErrClaimed):
		return ExitFull
	default:
		return ExitFailed
	}
}
