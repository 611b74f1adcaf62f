package ui

import "wick/rooms"

// mark stands after an alias that was another identity's before. No alias can
// hold it.
const mark = "!"

// aliasOf is somebody's alias as it may be shown.
func aliasOf(s rooms.Seat) string {
	alias := rooms.CleanLine(s.Alias)
	if s.Marked {
		alias += mark
	}
	return alias
}

// tagOf is the tag of somebody's key, to stand after the name; empty without one.
func tagOf(s rooms.Seat) string {
	if s.KeyTag() == "" {
		return ""
	}
	return " (" + s.KeyTag() + ")"
}

// tagged is an alias with the tag of its key, by which people judge who it is.
func tagged(s rooms.Seat) string { return aliasOf(s) + tagOf(s) }

// doubt says of who comes under an alias that was another's that it was.
func doubt(s rooms.Seat) string {
	switch {
	case !s.Marked:
		return ""
	case s.Keyed:
		return ": not the key that had this name before"
	default:
		return ": no key, and somebody had this name before"
	}
}

// called is a name on the roster.
func called(s, you rooms.Seat) string {
	name := aliasOf(s)
	switch {
	case s.ID == you.ID:
		name += " (you)"
	case s.Away:
		name += " (away)"
	}
	return name
}

// introduced is tagged, but tells of who has no key, too.
func introduced(s rooms.Seat) string {
	switch {
	case s.Keyed:
		return tagged(s)
	case s.Tag != "": // two of that name are at the door
		return aliasOf(s) + " (no key, " + s.Tag + ")"
	default:
		return aliasOf(s) + " (no key)"
	}
}
