package wording

import "wick/rooms"

// Mark is shown after an alias that another identity had before. No alias contains it.
const Mark = "!"

// Alias returns a person's alias, safe to show.
func Alias(s rooms.Seat) string {
	alias := rooms.CleanLine(s.Alias)
	if s.Marked {
		alias += Mark
	}
	return alias
}

// Tag returns the tag of a person's key, to be shown after the alias; empty without a
// key.
func Tag(s rooms.Seat) string {
	if s.KeyTag() == "" {
		return ""
	}
	return " (" + s.KeyTag() + ")"
}

// Tagged returns an alias with the tag of the key, which identifies the person.
func Tagged(s rooms.Seat) string { return Alias(s) + Tag(s) }

// Introduced is Tagged, but also says if there is no key.
func Introduced(s rooms.Seat) string {
	switch {
	case s.Keyed:
		return Tagged(s)
	case s.Tag != "": // two people with that name are at the door
		return Alias(s) + " (no key, " + s.Tag + ")"
	default:
		return Alias(s) + " (no key)"
	}
}

// Listed is Introduced, but also says if the person is away.
func Listed(s rooms.Seat) string {
	if s.Away {
		return Introduced(s) + ", away"
	}
	return Introduced(s)
}

// RosterName returns a name as a roster shows it to you.
func RosterName(s, you rooms.Seat) string {
	return Alias(s) + RosterNote(s, you)
}

// RosterNote returns what RosterName adds to the alias.
func RosterNote(s, you rooms.Seat) string {
	switch {
	case s.ID == you.ID:
		return " (you)"
	case s.Away:
		return " (away)"
	}
	return ""
}

// Doubtful reports whether the event gives somebody an alias that another
// identity had before.
func Doubtful(e rooms.Event) bool {
	return e.From.Marked && (e.Kind == rooms.Joined || e.Kind == rooms.Renamed || e.Kind == rooms.Back)
}

// doubt returns the warning to add when a person takes an alias that another
// identity had before; empty if nobody had it.
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
