package rooms

import "time"

// Entry is a room at the moment of entering.
type Entry struct {
	Room     Room
	Seat     Seat   // the seat taken: the wanted one, or one that was reserved
	Reserved bool   // it is one that was reserved
	Seen     uint64 // Reserved: the newest message that was shown until then
	Roster   []Seat // everybody, the new seat included, in no order
	Version  uint64 // of the roster
	// Mark distinguishes rosters of the same version: a store that lost the newest
	// versions, as one that failed over to a replica may, counts them again.
	Mark     string
	Promises Promises
	Welcome  bool // the identity was let in, or was here before: a lock does not keep it out
	History  []Event
	Seq      uint64 // number of the newest message; 0 for none
}

// Known is what a process knows of a room, so that a beat need not return it.
type Known struct {
	Version uint64 // of the roster
	Mark    string // of the roster
	Kicks   int    // how many
}

// Pulse is a room at a beat.
type Pulse struct {
	Promises // Kicks is nil if there are as many as known
	Clock    Clock
	Stored   time.Time // when the store will end the room, by its clock: later than Ends if it lost a promise
	Deadline time.Time // Ends, as Room.Deadline has it
	Seq      uint64    // number of the newest message
	Version  uint64    // of the roster
	Mark     string    // of the roster
	Burns    uint64    // counts the messages revealed or burned: if it changes, the history has news of some
	Files    int       // see Room.Files
	Drop     *Drop     // see Room.Drop
	Roster   []Seat    // nil if, and only if, Version and Mark are the known ones
}
