package wording

import (
	"fmt"
	"strings"

	"wick/rooms"
)

// Roster says who is in the room and who is at its door, with the tags of their
// keys. Your own name comes first, and the others in the order of their arrival.
func Roster(s rooms.State) string {
	names := make([]string, 0, len(s.Roster)+1)
	add := func(seat rooms.Seat) {
		tag := " (no key)"
		if seat.Keyed {
			tag = Tag(seat)
		}
		names = append(names, RosterName(seat, s.You)+tag)
	}
	add(s.You)
	for _, seat := range s.Roster {
		if seat.ID != s.You.ID {
			add(seat)
		}
	}
	text := fmt.Sprintf("%d of %d here: %s", rooms.SeatsTaken(s.Roster), s.Room.Seats, strings.Join(names, ", "))
	if len(s.Knocks) > 0 {
		names = names[:0]
		for _, seat := range s.Knocks {
			names = append(names, Introduced(seat))
		}
		text += "\nAt the door: " + strings.Join(names, ", ")
	}
	return text
}
