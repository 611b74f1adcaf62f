package wording

import (
	"fmt"
	"strings"

	"wick/rooms"
)

// Outcome is how a session ended.
type Outcome struct {
	Line   string // the last line to print, plain text; may be empty
	Wipe   bool   // the screen and its scrollback must be wiped
	Status int    // exit status

	// Rejoin says that the session ended by a fault and the room, if it was in one,
	// burns on: the command that joins it belongs below Line.
	Rejoin bool
}

// Unfinished says that the last line of an input was not said.
const Unfinished = "The last line was not said: no Enter ended it."

// Failed returns the outcome if something that the person entered was not said or done.
func (o Outcome) Failed(why string) Outcome {
	o.Line = why + " " + o.Line
	if o.Status == 0 {
		o.Status = ExitFailed
	}
	return o
}

// Crashed returns the outcome after a panic.
func Crashed() Outcome {
	return Outcome{Line: "something went wrong on the server", Status: ExitFailed, Rejoin: true}
}

// NothingLit returns the outcome for a person who leaves the lobby.
func NothingLit(status int) Outcome { return Outcome{Line: "Nothing was lit.", Status: status} }

// LeftRoom returns the outcome for a person who leaves a room that burns on.
func LeftRoom(room rooms.Room) Outcome {
	burns := strings.TrimPrefix(Clock(room.Left()), "0")
	return Outcome{Line: fmt.Sprintf("You left %s. It burns for another %s.", room.Name, burns)}
}

// LeftDoor returns the outcome for a person who gives up at a locked room.
func LeftDoor(name rooms.Name) Outcome {
	return Outcome{Line: "You left. " + name.String() + " is locked."}
}

// NotEntered returns the outcome for a person who did not get into a room.
func NotEntered(err error) Outcome { return Outcome{Line: Sentence(err), Status: Status(err)} }

// Ended returns the outcome for the people in a room; ok is false if the room has
// not ended.
func (st Storage) Ended(s rooms.State) (out Outcome, ok bool) {
	if s.End == nil {
		return Outcome{}, false
	}
	return st.Ending(s.Room.Name, *s.End), true
}

// BurnedOut returns the outcome after a room's deadline, as long as the store has
// not said how the room ended.
func (st Storage) BurnedOut(s rooms.State) Outcome {
	return st.Ending(s.Room.Name, rooms.End{Reason: rooms.BurnedOut, Messages: s.Messages})
}

// Ending returns the outcome of an end that was not the member's wish. Its status
// tells a script whether it is worth coming back.
func (st Storage) Ending(name rooms.Name, end rooms.End) Outcome {
	wiped := Count(end.Messages, "message")
	if end.Files > 0 {
		wiped += " and " + Count(uint64(end.Files), "file")
	}
	wiped += " wiped."
	switch end.Reason {
	case rooms.BurnedOut:
		return Outcome{Line: fmt.Sprintf("%s burned out: %s%s", name, wiped, st.receipt(end.Clean)), Wipe: true}
	case rooms.Wiped:
		by := rooms.CleanLine(end.By)
		if by == "" {
			by = "a member"
		}
		return Outcome{Line: fmt.Sprintf("%s was destroyed by %s: %s%s", name, by, wiped, st.receipt(end.Clean)), Wipe: true}
	case rooms.TakenAway:
		by := rooms.CleanLine(end.By)
		if by == "" {
			by = "somebody"
		}
		return Outcome{Line: fmt.Sprintf("%s is gone: %s took what was left there. %s%s", name, by, wiped, st.receipt(end.Clean)), Wipe: true}
	case rooms.ShownOut:
		line := fmt.Sprintf("You were kicked from %s.", name)
		if by := rooms.CleanLine(end.By); by != "" {
			line = fmt.Sprintf("%s kicked you from %s.", by, name)
		}
		return Outcome{Line: line, Wipe: true, Status: ExitFull}
	case rooms.TakenOver:
		return Outcome{Line: fmt.Sprintf("You came back to %s from elsewhere, and this session did not respond, so it has ended.", name), Wipe: true, Status: ExitFailed}
	case rooms.Closing:
		if end.LivesOn {
			return Outcome{Line: fmt.Sprintf("The server is going down. %s burns on: reconnect. With your key, your place is kept for a minute.", name), Wipe: true, Status: ExitFailed, Rejoin: true}
		}
		return Outcome{Line: fmt.Sprintf("The server is going down. %s went with it: %s", name, wiped), Wipe: true, Status: ExitFailed}
	case rooms.Unseated:
		return Outcome{Line: fmt.Sprintf("You lost your place in %s, and somebody else took it.", name), Wipe: true, Status: ExitFailed}
	default:
		return Outcome{Line: fmt.Sprintf("%s is gone: the server lost it. %s", name, wiped), Wipe: true, Status: ExitFailed}
	}
}
