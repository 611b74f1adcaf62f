package ui

import (
	"fmt"
	"strings"

	"wick/rooms"
)

// Outcome is how a session ended.
type Outcome struct {
	Line   string // the last line to print, plain text; may be empty
	Wipe   bool   // the screen and its scrollback must be wiped
	Status int    // exit status: 0 fine, 1 failed
}

func crashed() Outcome {
	return Outcome{Line: "something went wrong on the server", Status: 1}
}

func left(room rooms.Room) Outcome {
	burns := strings.TrimPrefix(clock(room.Left()), "0")
	return Outcome{Line: fmt.Sprintf("You left %s. It burns for another %s.", room.Name, burns)}
}

// ending is the outcome of an end that was not the member's wish. The statuses
// tell a script that would come back when it is worth it.
func ending(name rooms.Name, end rooms.End) Outcome {
	wiped := count(end.Messages, "message") + " wiped."
	switch end.Reason {
	case rooms.BurnedOut:
		return Outcome{Line: fmt.Sprintf("%s burned out: %s", name, wiped), Wipe: true}
	case rooms.Wiped:
		by := rooms.CleanLine(end.By)
		if by == "" {
			by = "a member"
		}
		return Outcome{Line: fmt.Sprintf("%s was destroyed by %s: %s", name, by, wiped), Wipe: true}
	case rooms.Closing:
		if end.LivesOn {
			return Outcome{Line: fmt.Sprintf("The server is going down. %s burns on: reconnect with the same command. With your key, your place is kept for a minute.", name), Wipe: true, Status: 1}
		}
		return Outcome{Line: fmt.Sprintf("The server is going down. %s went with it: %s", name, wiped), Wipe: true, Status: 1}
	case rooms.Unseated:
		return Outcome{Line: fmt.Sprintf("Your place in %s was lost, and others took it meanwhile.", name), Wipe: true, Status: 1}
	default:
		return Outcome{Line: fmt.Sprintf("%s is gone: the server lost it. %s", name, wiped), Wipe: true, Status: 1}
	}
}
