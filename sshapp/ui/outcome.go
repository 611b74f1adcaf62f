package ui

import (
	"errors"
	"fmt"
	"strings"

	"wick/rooms"
)

// Exit statuses of a session that did not end well.
const (
	statusFailed = 1
	statusUsage  = 2
	statusNoRoom = 3
	statusBarred = 4
)

// Status is the exit status of a session that got into no room.
func Status(err error) int {
	switch {
	case errors.Is(err, rooms.ErrAmbiguous):
		return statusUsage
	case errors.Is(err, rooms.ErrNoRoom):
		return statusNoRoom
	case errors.Is(err, rooms.ErrFull), errors.Is(err, rooms.ErrNetworkFull), errors.Is(err, rooms.ErrLocked), errors.Is(err, rooms.ErrKicked),
		errors.Is(err, rooms.ErrDenied), errors.Is(err, rooms.ErrSpent):
		return statusBarred
	default:
		return statusFailed
	}
}

// Outcome is how a session ended.
type Outcome struct {
	Line   string // the last line to print, plain text; may be empty
	Wipe   bool   // the screen and its scrollback must be wiped
	Status int    // exit status: 0 fine, 1 failed, 3 no such room, 4 not let in or shown out
}

func crashed() Outcome {
	return Outcome{Line: "something went wrong on the server", Status: statusFailed}
}

func left(room rooms.Room) Outcome {
	burns := strings.TrimPrefix(clock(room.Left()), "0")
	return Outcome{Line: fmt.Sprintf("You left %s. It burns for another %s.", room.Name, burns)}
}

// ending is the outcome of an end that was not the member's wish. The statuses
// tell a script that would come back when it is worth it.
func (c Config) ending(name rooms.Name, end rooms.End) Outcome {
	wiped := count(end.Messages, "message") + " wiped."
	switch end.Reason {
	case rooms.BurnedOut:
		return Outcome{Line: fmt.Sprintf("%s burned out: %s%s", name, wiped, c.receipt(end.Clean)), Wipe: true}
	case rooms.Wiped:
		by := rooms.CleanLine(end.By)
		if by == "" {
			by = "a member"
		}
		return Outcome{Line: fmt.Sprintf("%s was destroyed by %s: %s%s", name, by, wiped, c.receipt(end.Clean)), Wipe: true}
	case rooms.ShownOut:
		line := fmt.Sprintf("You were shown out of %s.", name)
		if by := rooms.CleanLine(end.By); by != "" {
			line = fmt.Sprintf("%s showed you out of %s.", by, name)
		}
		return Outcome{Line: line, Wipe: true, Status: statusBarred}
	case rooms.Closing:
		if end.LivesOn {
			return Outcome{Line: fmt.Sprintf("The server is going down. %s burns on: reconnect with the same command. With your key, your place is kept for a minute.", name), Wipe: true, Status: statusFailed}
		}
		return Outcome{Line: fmt.Sprintf("The server is going down. %s went with it: %s", name, wiped), Wipe: true, Status: statusFailed}
	case rooms.Unseated:
		return Outcome{Line: fmt.Sprintf("Your place in %s was lost, and others took it meanwhile.", name), Wipe: true, Status: statusFailed}
	default:
		return Outcome{Line: fmt.Sprintf("%s is gone: the server lost it. %s", name, wiped), Wipe: true, Status: statusFailed}
	}
}
