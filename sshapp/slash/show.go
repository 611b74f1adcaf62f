package slash

import (
	"context"
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
		return problem("A QR code needs more than ASCII. If your terminal can show one, type /theme dark first.")
	}
	link := r.Link(r.State.Room.Name)
	if link == "" {
		return problem(wording.HostUnknown)
	}
	return Result{QR: link}
}

func shareCommand(r Room) Result {
	name := r.State.Room.Name
	return Result{Reply: r.joinBy(Reply{Copy: r.Share(name), Link: r.Link(name)})}
}

// joinBy returns a reply with a command to join. One that lacks the host is not to be
// copied as it is.
func (r Room) joinBy(reply Reply) Reply {
	if !r.Hostless {
		return reply
	}
	lines := []string{reply.Copy, wording.HostUnknown}
	if reply.Text != "" {
		lines = append(lines, reply.Text)
	}
	return Reply{Text: strings.Join(lines, "\n")}
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

// files is /files.
func files(r Room, _ string) Result {
	return Result{Action: func(ctx context.Context) (Reply, error) {
		all, err := r.Member.ListFiles(ctx)
		if err != nil {
			return Reply{}, err
		}
		return Reply{Text: wording.Files(all, r.Share(r.State.Room.Name))}, nil
	}}
}

func privacy(r Room, _ string) Result { return show(r.Storage.Privacy(r.State.Room.History)) }

// plain is /plain.
func plain(Room, string) Result { return Result{Plain: true} }

// clearView is /clear.
func clearView(Room, string) Result { return Result{Clear: true} }
