// Package slash holds the commands that start with a slash, in one table. The chat
// screen and plain lines run them, /help lists them and Tab completes them, all
// from that table.
//
// A command does nothing by itself: Run returns a Result, which says what the caller
// should show, change or run. Work that asks the store comes back as an Action, which
// the caller runs on another goroutine.
package slash

import (
	"strings"
	"time"
	"unicode"

	"wick/rooms"
	"wick/sshapp/wording"
)

// Face is how a session shows a room. Each command works on some faces or all.
type Face uint8

const (
	Screen Face = 1 << iota // the chat screen
	Lines                   // plain lines, which cannot be taken back

	both = Screen | Lines
)

// Room is a room as one session sees it. Share and Invite are required.
type Room struct {
	Face    Face
	Member  *rooms.Member
	State   rooms.State
	Storage wording.Storage
	Share   func(rooms.Name) string                 // the command that others join with
	Invite  func(n rooms.Name, token string) string // the same with an invitation

	Link     func(rooms.Name) string // what Share returns as a URL, or "" if Hostless
	Hostless bool                    // those commands have a placeholder for the host
	Zone     *time.Location          // that times are shown in; time.Local is the server's

	// Of a screen only.
	Settings Settings
	Keys     string         // help on the keys
	Events   []*rooms.Event // those shown, the oldest first; Tab offers recent speakers first
	Sending  bool           // a message of the person is under way
}

// Run runs a typed text for which IsCommand is true.
func Run(typed string, r Room) Result {
	p := parse(typed)
	c := find(p.command)
	switch {
	case p.mistyped:
		return problem("That looks like " + p.command + ", so nothing was said. Commands begin with /; to say it as text, put it between ` marks.")
	case c == nil:
		return problem("There is no such command: /help lists them all. Type // to send text that starts with /.")
	case c.faces&r.Face == 0:
		return problem(c.name + " works on screens only, and these are plain lines.")
	}
	if c.text {
		return c.run(r, strings.TrimLeftFunc(p.argument, unicode.IsSpace))
	}
	return c.run(r, strings.TrimSpace(p.argument))
}
