package ui

import (
	"wick/rooms"
	"wick/sshapp/wording"
)

// revealHint says how a hidden text is shown.
const revealHint = ": Ctrl-R shows it"

// addressed returns the sender of a message, and the recipient of a direct one.
func (t *transcript) addressed(e rooms.Event) string {
	who := anchored(wording.Alias(e.From))
	switch {
	case e.To == nil:
		return who
	case e.To.Identity == t.me:
		return who + " → you (direct)"
	default:
		return who + " → " + anchored(wording.Alias(*e.To)) + " (direct)"
	}
}

// own reports whether this session draws the event in another way than others do.
func (t *transcript) own(e rooms.Event) bool {
	return e.From.Identity == t.me || e.To != nil || e.Burn > 0 || t.isMention(e)
}

// isMention reports whether the message calls for this session's person.
func (t *transcript) isMention(e rooms.Event) bool {
	return calls(e, rooms.Seat{Identity: t.me, Alias: t.alias})
}
