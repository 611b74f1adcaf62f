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
	return "The room you lit " + when + " ago is still burning: " + share
}

// NoWayBack asks somebody without a key before they leave a locked room.
const NoWayBack = "The room is locked and you have no key, so you could not come back. Press Ctrl-C again to leave."

// NoKeyToUnlock warns somebody without a key who lit the room and is about to lock it.
const NoKeyToUnlock = "You have no key: if your connection breaks, nobody can unlock the room, and you have to knock as somebody new. If nobody is inside by then, nobody can get in again."

// NoKeyToLock warns somebody without a key who lit a room without entering it.
const NoKeyToLock = "you gave no key, so nobody will be able to lock this room, invite people or kick anybody"

// HostUnknown explains a command to join that does not name the server.
const HostUnknown = "HOST stands for the address you connected to; use the same port. This server does not know its own name: its operator should set --public-host."

// PublicHostUnset stands in place of that command where there is space for little more.
const PublicHostUnset = "--public-host is not set"

// LineFeedTyped tells a program such as expect, which sends line feeds, how to be heard.
const LineFeedTyped = "This terminal sent a line feed, which starts a new line; Enter sends. Programs such as expect should connect to NAME+plain@host, where a line feed sends."

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
		help = "Every line is said as it is. For commands, and to type without interruptions:\n" + typing
	}
	return fmt.Sprintf("%s burns for another %s. Others join with:\n%s\n%s\n"+
		"The room is wiped when its countdown ends, but nothing wipes what your terminal shows in this mode. %s\n%s",
		s.Room.Name, Spell(left), share, Roster(s), help, st.Keeping())
}

// Idle warns that a session is about to end because nothing was typed. key names the key
// that keeps it open.
func Idle(left time.Duration, key string) string {
	return "You have typed nothing for a while: this session ends in " + Span(left.Round(time.Second)) + ". " + key + " keeps it open."
}
