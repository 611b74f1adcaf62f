package rooms

import "time"

// Kind says what an Event is.
type Kind uint8

// What happens in a room. Messages are history: the store keeps them and
// numbers them. Everything else passes by and is never stored.
const (
	Message   Kind = iota + 1 // From said Text
	Joined                    // From took a seat
	Left                      // From gave up a seat, or its process died
	Renamed                   // From was called Was
	Away                      // From's process goes down; the seat is kept for a while
	Back                      // From took a kept seat again
	Kicked                    // From was shown out by By, and what Left follows is told of From's seats
	Shortened                 // From moved the deadline
	Locked                    // From locked the room
	Unlocked                  // From opened it again
	Knocked                   // From wants to be let in; told again while From waits
	Admitted                  // By lets From in
	Denied                    // By does not
	Destroyed                 // From wiped the room
	Missed                    // Seq messages that the history dropped before this process saw them; never published
)

// Event is one thing that happened in a room. A value; never changed once made.
type Event struct {
	Kind   Kind
	Epoch  string    // which burning of the room it belongs to
	Seq    uint64    // Message: 1, 2, 3, … without a gap within an epoch; Destroyed: of the newest message
	Roster uint64    // of what changes the roster: its version after it
	Time   time.Time // by the store's clock, to the millisecond
	From   Seat      // who; for Shortened, Destroyed, Locked and Unlocked only the alias
	By     string    // Kicked, Admitted, Denied: the alias of who did
	ID     string    // Message: chosen by the sender, unique within the room
	Text   string    // Message: cleaned with CleanText
	Was    string    // Renamed: the alias before
	// Deadline is the new one, for Shortened, in the terms of Room.Deadline.
	Deadline time.Time
}
