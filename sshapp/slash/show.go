package slash

import "wick/sshapp/wording"

// This file has the commands that only show or clear something.

func share(r Room, _ string) Result {
	return Result{Reply: Reply{Copy: r.Share(r.State.Room.Name)}}
}

func who(r Room, _ string) Result { return show(wording.Roster(r.State)) }

func privacy(r Room, _ string) Result { return show(r.Storage.Privacy(r.State.Room.History)) }

// clearView is /clear.
func clearView(Room, string) Result { return Result{Clear: true} }
