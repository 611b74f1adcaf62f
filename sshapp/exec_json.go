package sshapp

import (
	"bytes"
	"encoding/json"
	"io"
	"time"

	"wick/rooms"
	"wick/sshapp/wording"
)

// record is one line of --json output, as documented in docs/scripts.md. Fields and types
// may be added, never changed. Empty fields are left out. Names are clean; Text is what
// was said, exactly.
type record struct {
	Type string `json:"type"`

	// For an event in a room.
	Seq      uint64 `json:"seq,omitempty"`
	Time     string `json:"time,omitempty"` // RFC 3339, in UTC, to the millisecond
	From     string `json:"from,omitempty"` // alias
	Key      string `json:"key,omitempty"`  // the tag of From's key
	Marked   bool   `json:"marked,omitempty"`
	To       string `json:"to,omitempty"`     // alias of the recipient of a direct message
	Burns    int64  `json:"burns,omitempty"`  // seconds after the first look; the text is hidden
	Burnt    bool   `json:"burnt,omitempty"`  // the text is gone
	Unsaid   bool   `json:"unsaid,omitempty"` // its sender took it back
	By       string `json:"by,omitempty"`
	Was      string `json:"was,omitempty"`
	Text     string `json:"text,omitempty"`
	Deadline string `json:"deadline,omitempty"` // as Time
	Count    uint64 `json:"count,omitempty"`
	Size     int64  `json:"size,omitempty"` // bytes
	File     string `json:"file,omitempty"` // its name
	Files    int    `json:"files,omitempty"`

	Counts *presenceCounts `json:"counts,omitempty"` // for presence

	// For a room, or a person in it.
	Room    string `json:"room,omitempty"`
	Command string `json:"command,omitempty"`
	Away    bool   `json:"away,omitempty"`
	*roomFacts

	Messages *uint64 `json:"messages,omitempty"` // said until now, or until the end
	Reason   string  `json:"reason,omitempty"`
}

// roomFacts are the fields of a room that are printed even if they are zero.
type roomFacts struct {
	Left   int64 `json:"left"` // seconds
	Seats  int   `json:"seats"`
	Taken  int   `json:"taken"`
	Locked bool  `json:"locked"`
	Drop   bool  `json:"drop"` // something waits to be taken
}

// recordTypes are the record types for events.
var recordTypes = map[rooms.Kind]string{
	rooms.Message:     "message",
	rooms.Joined:      "joined",
	rooms.Left:        "left",
	rooms.Renamed:     "renamed",
	rooms.Away:        "away",
	rooms.Back:        "back",
	rooms.Kicked:      "kicked",
	rooms.Shortened:   "shortened",
	rooms.Locked:      "locked",
	rooms.Unlocked:    "unlocked",
	rooms.Knocked:     "knocked",
	rooms.Admitted:    "admitted",
	rooms.Denied:      "denied",
	rooms.Dropped:     "dropped",
	rooms.Missed:      "missed",
	rooms.Looked:      "revealed",
	rooms.Unsaid:      "unsaid",
	rooms.FilePut:     "put",
	rooms.FileRemoved: "removed",
	rooms.Announced:   "announced",
}

var endReasons = map[rooms.Reason]string{
	rooms.BurnedOut: "burned-out",
	rooms.Wiped:     "destroyed",
	rooms.Lost:      "lost",
	rooms.Closing:   "closing",
	rooms.Unseated:  "unseated",
	rooms.ShownOut:  "shown-out",
	rooms.TakenOver: "taken-over",
	rooms.TakenAway: "taken",
}

// stamp returns a time of the store's clock as text; empty, and so left out, if it is
// not known.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

// recordOf returns the record of an event, and whether its kind has one.
func recordOf(e rooms.Event) (r record, ok bool) {
	r.Type, ok = recordTypes[e.Kind]
	r.Time = stamp(e.Time)
	r.named(e.From)
	r.By, r.Was = rooms.CleanLine(e.By), rooms.CleanLine(e.Was)
	switch e.Kind {
	case rooms.Message:
		r.Seq, r.Text = e.Seq, string(rooms.Keep(string(e.Text))) // in case another server let more through
		r.Burns, r.Burnt, r.Unsaid = int64(e.Burn/time.Second), e.Burnt, e.Unsaid
		if e.To != nil {
			r.To = rooms.CleanLine(e.To.Alias)
		}
	case rooms.Looked, rooms.Unsaid:
		r.Seq = e.Seq
	case rooms.Announced:
		r.Text = rooms.CleanLine(string(e.Text))
	case rooms.Missed:
		r.Count = e.Seq
	case rooms.FilePut, rooms.FileRemoved:
		if e.File != nil {
			r.File, r.Size = rooms.CleanLine(e.File.Name), e.File.Size
		}
	case rooms.Dropped:
		if e.Drop != nil {
			r.Size = e.Drop.Size
		}
	case rooms.Shortened:
		r.Deadline = stamp(e.Deadline)
	}
	return r, ok
}

// named sets the fields that say who it was.
func (r *record) named(s rooms.Seat) {
	r.From, r.Key, r.Marked = rooms.CleanLine(s.Alias), s.KeyTag(), s.Marked
}

// recordOfRoom returns the record that info prints. Its deadline is a time of the
// store's clock, so it is the same on every server.
func recordOfRoom(p rooms.Preview) record {
	room, left := p.Room, p.Room.Left()
	return record{
		Type: "room", Room: room.Name.String(), Deadline: stamp(room.Ends), Messages: &p.Messages, Files: room.Files,
		roomFacts: &roomFacts{int64((left + time.Second - 1) / time.Second), room.Seats, rooms.SeatsTaken(p.Roster), room.Locked, room.Drop != nil},
	}
}

// presenceCounts says how many people came and went, if those are too many to print
// one by one; see fold. It is an object of its own because "left" is a time in
// roomFacts.
type presenceCounts struct {
	Joined   uint64 `json:"joined,omitempty"`
	Left     uint64 `json:"left,omitempty"`
	Renamed  uint64 `json:"renamed,omitempty"`
	Away     uint64 `json:"away,omitempty"`
	Back     uint64 `json:"back,omitempty"`
	Admitted uint64 `json:"admitted,omitempty"`
	Denied   uint64 `json:"denied,omitempty"`
	Marked   uint64 `json:"marked,omitempty"` // how many of those have an alias that somebody else had before
}

func recordOfPresence(c wording.Presence) record {
	return record{
		Type: "presence", Time: stamp(c.Time),
		Counts: &presenceCounts{c.Joined, c.Left, c.Renamed, c.Away, c.Back, c.Admitted, c.Denied, c.Marked},
	}
}

func recordOfEnd(e rooms.End) record {
	return record{Type: "end", Time: stamp(e.Time), By: rooms.CleanLine(e.By), Messages: &e.Messages, Files: e.Files, Reason: endReasons[e.Reason]}
}

// write writes the record as one line, of characters that a terminal can show.
func (r record) write(w io.Writer) error { return writeRecord(w, r) }

func writeRecord(w io.Writer, r any) error {
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false) // people read it, too
	if err := enc.Encode(r); err != nil {
		return err
	}
	_, err := io.WriteString(w, escapeUnsafe(line.String()))
	return err
}
