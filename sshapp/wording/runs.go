package wording

import (
	"fmt"

	"wick/rooms"
)

// RunKind classes the events of a room that may be folded: of several of the same
// class in a row, people need the last one and how many came before it.
type RunKind uint8

const (
	NoRun        RunKind = iota // always told one by one
	PresenceRun                 // comings, goings and changes of names, see Presence
	LockRun                     // locking and unlocking
	CountdownRun                // shortening the countdown
)

// RunOf returns the class of an event.
func RunOf(kind rooms.Kind) RunKind {
	switch kind {
	case rooms.Joined, rooms.Left, rooms.Renamed, rooms.Away, rooms.Back, rooms.Admitted, rooms.Denied:
		return PresenceRun
	case rooms.Locked, rooms.Unlocked:
		return LockRun
	case rooms.Shortened:
		return CountdownRun
	default:
		return NoRun
	}
}

// Folded returns what happened in several events of one class, and a sign to stand
// before it on a screen, as Happened does for one event.
func Folded(events []*rooms.Event) (sign, text string) {
	n := len(events)
	switch RunOf(events[0].Kind) {
	case LockRun:
		return "■", fmt.Sprintf("the lock changed %d times", n)
	case CountdownRun:
		return "✂", fmt.Sprintf("the countdown was shortened %d times", n)
	}
	var p Presence
	for _, e := range events {
		p.Add(*e)
	}
	return p.sign(), p.String()
}
