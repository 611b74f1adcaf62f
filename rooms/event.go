package rooms

import "time"

// Kind says what an Event is.
type Kind uint8

// What happens in a room. The store keeps and numbers messages. It publishes
// everything else and does not keep it.
const (
	Message     Kind = iota + 1 // From said Text
	Joined                      // From took a seat
	Left                        // From gave up a seat, or its process died
	Renamed                     // From had the alias Was
	Away                        // From's process goes down; the seat is reserved for a while
	Back                        // From took a reserved seat again
	Kicked                      // By showed From out; a Left of each of From's seats follows
	Shortened                   // From moved the deadline
	Locked                      // From locked the room
	Unlocked                    // From opened it again
	Knocked                     // From wants to be let in; repeated while From waits; in State.Knocks and no transcript
	Admitted                    // By lets From in
	Denied                      // By does not
	Destroyed                   // From wiped the room
	Missed                      // Seq messages that the history dropped before this process saw them; never published
	Withheld                    // message Seq is for somebody else, and nothing more is told; never published
	Revealed                    // somebody looked at message Seq, of that ID: it burns at Deadline
	Looked                      // From looked at message Seq, of that ID, which burns; in transcripts, for its sender To alone
	Unsaid                      // From took back message Seq; in transcripts only, as the store publishes the Message again
	Private                     // a Looked or Unsaid for somebody else, and nothing more is told; never published
	Typing                      // From is writing something
	Dropped                     // From left Drop for somebody to take
	Taken                       // From took the drop, and with it the room is wiped
	FilePut                     // From put File into the room
	FileRemoved                 // From removed File
	Unreadable                  // message Seq cannot be shown: no server with the secret sealed what the store holds for it
	Probed                      // From wants to know whether the clients in From.Identity's other seats still answer
	Answered                    // the client in the seat From does
	Announced                   // the operator of this process says Text to every room; never published
)

// Event is one thing that happened in a room. A value, which is not changed once
// made.
type Event struct {
	Kind   Kind
	Burnt  bool      // Message with Burn: it is gone, and Text with it
	Unsaid bool      // Message: its sender took it back, and Text is gone
	Epoch  string    // which burning of the room it belongs to
	Seq    uint64    // Message: 1, 2, 3, … without a gap within an epoch; Destroyed, Taken: of the newest message
	Roster uint64    // changes of the roster: its version after this one
	Mark   string    // changes of the roster: its mark after this one, see Entry.Mark
	Before string    // changes of the roster: its mark before this one
	Time   time.Time // by the store's clock, to the millisecond
	From   Seat      // Shortened, Destroyed, Locked, Unlocked: the alias alone
	By     string    // Kicked, Admitted, Denied: the alias of the person who did it
	ID     string    // Message: chosen by the sender, unique within the room
	Text   Text      // Message: as Keep kept it; empty while it is hidden, and once it is gone. Announced: one line
	Was    string    // Renamed: the alias before

	// Deadline is the new one of the room, for Shortened; the room's, for
	// Destroyed and Taken; when a message with Burn is gone, or zero if nobody has looked;
	// when a message that is Unsaid was taken back. By the store's clock, like
	// Room.Ends.
	Deadline time.Time

	Said time.Time // Looked, Unsaid: the Time of the message, in transcripts

	Lock uint64 // Locked, Unlocked: the version of the lock, see Promises

	Again uint64 // Message: the number it had before the store lost it; 0 if it never did

	Drop *Drop // Dropped
	File *File // FilePut, FileRemoved

	To   *Seat         // Message: identity and alias of the only recipient; nil: everybody
	Burn time.Duration // Message: how long it lasts after the first look; 0: as long as the room

	// Looks are those who looked at a message with Burn, each once, the first ones
	// first. A pointer, so that events can be compared; nil for nobody. The store
	// returns them, and transcripts have Looked events in their place.
	Looks *[]Look
}

// Look is one look at a burning message.
type Look struct {
	By   Seat
	Time time.Time // by the store's clock
}

// gone reports whether the text of a message is gone for good.
func (e Event) gone() bool { return e.Burnt || e.Unsaid }

// momentary reports whether the event means nothing later than its moment.
func (e Event) momentary() bool {
	switch e.Kind {
	case Knocked, Admitted, Denied, Typing, Probed, Answered, FilePut, FileRemoved:
		return true
	}
	return false
}

// Words are what somebody says: the content of a Message.
type Words struct {
	ID          string
	Text        Text
	To, ToAlias string // identity and alias; empty: for everybody
	Burn        time.Duration
}

// Words returns the content of a Message.
func (e Event) Words() Words {
	w := Words{ID: e.ID, Text: e.Text, Burn: e.Burn}
	if e.To != nil {
		w.To, w.ToAlias = e.To.Identity, e.To.Alias
	}
	return w
}

// Say returns e as a Message of this content.
func (e Event) Say(w Words) Event {
	e.Kind = Message
	e.ID, e.Text, e.To, e.Burn = w.ID, w.Text, nil, w.Burn
	if w.To != "" {
		e.To = &Seat{Identity: w.To, Alias: w.ToAlias}
	}
	return e
}
