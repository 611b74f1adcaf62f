package wording

import (
	"fmt"
	"time"

	"wick/rooms"
)

// Happened returns what happened in a room, for any event but a message, and a
// sign to stand before it on a screen. loc is the reader's time zone.
func Happened(e rooms.Event, loc *time.Location) (sign, text string) {
	who, by := Alias(e.From), rooms.CleanLine(e.By)
	if who == "" { // only the store's own record of it arrived
		who = "somebody"
	}
	if by == "" {
		by = "somebody"
	}
	switch e.Kind {
	case rooms.Joined:
		return "→", Tagged(e.From) + " came in" + doubt(e.From)
	case rooms.Left:
		return "←", who + " left"
	case rooms.Away:
		return "…", who + " lost the connection and may come back"
	case rooms.Back:
		return "→", Tagged(e.From) + " is back" + doubt(e.From)
	case rooms.Renamed:
		return "~", rooms.CleanLine(e.Was) + " is now " + Tagged(e.From) + doubt(e.From)
	case rooms.Locked:
		return "■", who + " locked the room: newcomers have to knock"
	case rooms.Unlocked:
		return "□", who + " unlocked the room"
	case rooms.Knocked:
		return "?", Introduced(e.From) + " knocks: /admit or /deny"
	case rooms.Admitted:
		return "■", by + " let " + Introduced(e.From) + " in"
	case rooms.Denied:
		return "■", by + " did not let " + Introduced(e.From) + " in"
	case rooms.Kicked:
		return "■", by + " kicked " + Tagged(e.From)
	case rooms.Dropped:
		size := "something"
		if e.Drop != nil {
			size = Size(e.Drop.Size)
		}
		return "■", Tagged(e.From) + " left " + size + " to be taken"
	case rooms.FilePut, rooms.FileRemoved:
		name, does := "a file", " put "
		if e.Kind == rooms.FileRemoved {
			does = " removed "
		}
		if e.File != nil {
			name = rooms.CleanLine(e.File.Name) + " (" + Size(e.File.Size) + ")"
		}
		return "■", who + does + name
	case rooms.Shortened:
		return "✂", who + " shortened the countdown"
	case rooms.Looked:
		return "→", Tagged(e.From) + " looked at what you said at " + clock(e.Said, loc)
	case rooms.Unsaid:
		return "←", who + " took back a message from " + clock(e.Said, loc)
	case rooms.Announced:
		return "■", "the operator of this server says: " + rooms.CleanLine(string(e.Text))
	case rooms.Missed:
		return "…", Count(e.Seq, "message") + " came and went without being shown here"
	default:
		return "…", ""
	}
}

func clock(t time.Time, loc *time.Location) string { return t.In(loc).Format("15:04") }

// Typing says who is typing; at least one person is. The second part names nobody.
func Typing(all []rooms.Seat) (who, does string) {
	switch len(all) {
	case 1:
		return Alias(all[0]), " is typing…"
	case 2:
		return Alias(all[0]) + " and " + Alias(all[1]), " are typing…"
	default:
		return Alias(all[0]), fmt.Sprintf(" and %d more are typing…", len(all)-1)
	}
}
