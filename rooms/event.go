package rooms

import "time"

// Kind says what an Event is.
type Kind uint8

// What happens in a room. Messages are history: the store keeps them and
// numbers them. Everything else passes by and is never stored.
const (
	Message    Kind = iota + 1 // From said Text
	Joined                     // From took a seat
	Left                       // From gave up a seat, or its process died
	Renamed                    // From was called Was
	Away                       // From's process goes down; the seat is kept for a while
	Back                       // From took a kept seat again
	Kicked                     // From was shown out by By, and what Left follows is told of From's seats
	Shortened                  // From moved the deadline
	Locked                     // From locked the room
	Unlocked                   // From opened it again
	Knocked                    // From wants to be let in; told again while From waits; in State.Knocks and no transcript
	Admitted                   // By lets From in
	Denied                     // By does not
	Destroyed                  // From wiped the room
	Missed                     // Seq messages that the history dropped before this process saw them; never published
	Withheld                   // message Seq is for another; nothing else of it is told; never published
	Revealed                   // somebody looked at message Seq, of that ID: it burns at Deadline
	Typing                     // From is writing something; nothing is kept of it
	Unreadable                 // message Seq cannot be shown: no server with the secret sealed what the store holds for it
)

// Event is one thing that happened in a room. A value; never changed once made.
type Event struct {
	Kind   Kind
	Burnt  bool      // of what has Burn: it is gone, and Text with it
	Epoch  string    // which burning of the room it belongs to
	Seq    uint64    // Message: 1, 2, 3, … without a gap within an epoch; Destroyed: of the newest message
	Roster uint64    // of what changes the roster: its version after it
	Mark   string    // of what changes the roster: its mark after it, see Entry.Mark
	Before string    // of what changes the roster: its mark before it
	Time   time.Time // by the store's clock, to the millisecond
	From   Seat      // who; for Shortened, Destroyed, Locked and Unlocked only the alias
	By     string    // Kicked, Admitted, Denied: the alias of who did
	ID     string    // Message: chosen by the sender, unique within the room
	Text   string    // Message: cleaned with CleanText
	Was    string    // Renamed: the alias before
	// Deadline is the new one, for Shortened; the room's, for Destroyed; of what has Burn, when it is gone,
	// or zero if nobody has looked. By the store's clock, like Room.Ends.
	Deadline time.Time

	Lock uint64 // Locked, Unlocked: the version of the lock, see Promises

	Again uint64 // Message: the number it had before the store lost it; 0 if it never did

	To   *Seat         // Message: identity and alias of whom alone it is for, beside From; nil: for everybody
	Burn time.Duration // Message: how long it lasts after the first look; 0: as long as the room
}

// passing reports whether the event is of its moment only.
func (e Event) passing() bool {
	return e.Kind == Knocked || e.Kind == Admitted || e.Kind == Denied || e.Kind == Typing
}

// Words are what somebody says: what a Message has of its own.
type Words struct {
	ID, Text    string
	To, ToAlias string // identity and alias; empty: for everybody
	Burn        time.Duration
}

// Words are those of a Message.
func (e Event) Words() Words {
	w := Words{ID: e.ID, Text: e.Text, Burn: e.Burn}
	if e.To != nil {
		w.To, w.ToAlias = e.To.Identity, e.To.Alias
	}
	return w
}

// Say makes e a Message of these words.
func (e Event) Say(w Words) Event {
	e.Kind = Message
	e.ID, e.Text, e.To, e.Burn = w.ID, w.Text, nil, w.Burn
	if w.To != "" {
		e.To = &Seat{Identity: w.To, Alias: w.ToAlias}
	}
	return e
}
