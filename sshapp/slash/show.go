package slash

import (
	"strconv"
	"strings"

	"wick/sshapp/wording"
)

// This file has the commands that only show or clear something.

func share(r Room, argument string) Result {
	switch strings.ToLower(argument) {
	case "":
		return shareCommand(r)
	case "qr":
	default:
		return problem("Choose /share, or /share qr.")
	}
	switch {
	case r.Face != Screen:
		return problem("A QR code is shown on screens only.")
	case r.Settings.Theme == r.Settings.ASCII:
		return problem("A QR code takes more than ASCII. If your terminal shows it, type /theme dark first.")
	}
	link := r.Link(r.State.Room.Name)
	if link == "" {
		return problem(wording.HostUnknown)
	}
	return Result{QR: link}
}

func shareCommand(r Room) Result {
	name := r.State.Room.Name
	reply := Reply{Copy: r.Share(name), Link: r.Link(name)}
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
