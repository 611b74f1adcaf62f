package wording

import (
	"fmt"
	"time"

	"wick/rooms"
)

// AlreadyBurning says that the options of an address changed nothing.
const AlreadyBurning = "The room is already burning: its countdown and places stay as they are."

// StillBurning says that somebody's key lit a room before; ago is how long ago, and share
// the command that joins it.
func StillBurning(ago time.Duration, share string) string {
	when := "a moment"
	switch {
	case ago >= time.Hour:
		when = Count(uint64(ago/time.Hour), "hour")
	case ago >= time.Minute:
		when = Count(uint64(ago/time.Minute), "minute")
	}
	return "The room that you lit " + when + " ago still burns: " + share
}

// NoWayBack asks somebody without a key before they leave a locked room.
const NoWayBack = "The room is locked and you have no key, so you could not come back. Press Ctrl-C again to leave."

// NoKeyToUnlock warns somebody without a key who lit the room and is about to lock it.
const NoKeyToUnlock = "You have no key: if your connection is lost, nobody can unlock the room, and you have to knock as somebody new. If nobody is inside by then, nobody gets in any more."

// NoKeyToLock warns somebody without a key who lit a room without entering it.
const NoKeyToLock = "you gave no key, so nobody will be able to lock this room, to invite or to show anybody out"

// HostUnknown explains a command to join that does not name the server.
const HostUnknown = "HOST is where you connected to, with the same port: this server does not know its own name. Whoever runs it should set --public-host."

// PublicHostUnset stands in place of that command where there is space for little more.
const PublicHostUnset = "--public-host is not set"

// LineFeedTyped tells a program such as expect, which sends line feeds, how to be heard.
const LineFeedTyped = "Enter sends, and this terminal sent a line feed, which only begins a new line. Programs such as expect connect to NAME+plain@host: there it sends."

// Greeting is the first thing that a screen says in a room. share is the command
// that others join with.
func (st Storage) Greeting(share string) string {
	return "Others join with: " + share + "\n" +
		"All is wiped when the countdown ends. /help  Screen reader: NAME+plain@host\n" + st.Keeping()
}

// PlainGreeting is the same for plain lines, which show neither the countdown nor
// the roster by themselves. typing is the command for a terminal whose lines may be
// commands, or "" on such a terminal.
func (st Storage) PlainGreeting(s rooms.State, left time.Duration, share, typing string) string {
	help := "/help"
	if typing != "" {
		help = "Every line is said as it is. For commands, and to type undisturbed:\n" + typing
	}
	return fmt.Sprintf("%s burns for another %s. Others join with:\n%s\n%s\n"+
		"The room is wiped when its countdown ends, but nothing wipes what your terminal shows in this mode. %s\n%s",
		s.Room.Name, Spell(left), share, Roster(s), help, st.Keeping())
}

// Idle warns that a session is about to end because nothing was typed. key names the key
// that keeps it open.
func Idle(left time.Duration, key string) string {
	return "Nothing was typed for a while: this session ends in " + Span(left.Round(time.Second)) + ". " + key + " keeps it open."
}
