package slash

import (
	"strconv"

	"wick/sshapp/wording"
)

// This file has the commands that only show or clear something.

func share(r Room, _ string) Result {
	reply := Reply{Copy: r.Share(r.State.Room.Name)}
	if r.Hostless {
		reply.Text = wording.HostUnknown
	}
	return Result{Reply: reply}
}

// copyMessage is /copy.
func copyMessage(_ Room, argument string) Result {
	if argument == "" {
		return Result{Message: 1}
	}
	n, err := strconv.Atoi(argument)
	if err != nil || n < 1 {
		return problem("Say which: /copy for the newest message, /copy 2 for the one before.")
	}
	return Result{Message: n}
}

func who(r Room, _ string) Result { return show(wording.Roster(r.State)) }

func privacy(r Room, _ string) Result { return show(r.Storage.Privacy(r.State.Room.History)) }

// clearView is /clear.
func clearView(Room, string) Result { return Result{Clear: true} }
