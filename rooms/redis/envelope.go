package redis

import (
	"strconv"
	"strings"
	"time"

	"wick/rooms"
)

// The kinds of envelopes. An attacker who can write to Redis can copy envelopes, but
// cannot make one, nor use one as another kind, in another room or in another epoch.
const (
	sealedRoom      = "room" // what is fixed when a room is lit
	sealedSeat      = "seat" // a seat, and how it changed last
	sealedMessage   = "message"
	sealedBurnt     = "burnt"     // replaces a message that burned
	sealedRevealed  = "revealed"  // when a message burns
	sealedLooked    = "looked"    // by: the ID of the message that somebody looked at
	sealedUnsaid    = "unsaid"    // replaces a message that was taken back
	sealedShortened = "shortened" // n: the deadline
	sealedLocked    = "locked"    // n: the version of the lock
	sealedUnlocked  = "unlocked"  // likewise
	sealedKnocked   = "knocked"
	sealedAdmitted  = "admitted"
	sealedDenied    = "denied"
	sealedKicked    = "kicked"
	sealedTyping    = "typing"
	sealedProbed    = "probed"
	sealedAnswered  = "answered"
	sealedDestroyed = "destroyed" // n: the deadline that the room had
	sealedWelcome   = "welcome"   // by: an identity that was admitted
	sealedInvited   = "invited"   // by: the token of an invitation
	sealedLit       = "lit"       // that a key lit a room, in no room; and its name, with the key for the epoch
	sealedChosen    = "chosen"    // by: the alias that seat.Identity chose last
	sealedDrop      = "drop"      // what was dropped, and of which blob
	sealedFile      = "file"      // a file, and of which blob
	sealedRemoved   = "removed"   // a file, with who removed it in place of who put it there
	sealedTaken     = "taken"     // by: the claim; n: the deadline that the room had
	sealedServer    = "server"    // in no room: the ID of a server
	sealedBroadcast = "broadcast" // in no room: what servers send each other
	sealedRecord    = "record"    // in no room: what servers share
	sealedChunk     = "chunk "    // and the ID of the blob, ":" and the number
)

// seatFields is how many fields a seat has in an envelope.
const seatFields = 8

func packSeat(s rooms.Seat) []string {
	flags := ""
	if s.Keyed {
		flags += "k"
	}
	if s.Marked {
		flags += "m"
	}
	if s.Away {
		flags += "a"
	}
	if s.Writer {
		flags += "w"
	}
	if s.Beside {
		flags += "b"
	}
	return []string{s.ID, s.Node, s.Alias, s.Identity, s.Network, flags, number(s.Seen), number(s.Rev)}
}

func (r *numbers) seat(f []string) rooms.Seat {
	return rooms.Seat{
		ID: f[0], Node: f[1], Alias: f[2], Identity: f[3], Network: f[4],
		Keyed:  strings.Contains(f[5], "k"),
		Marked: strings.Contains(f[5], "m"),
		Away:   strings.Contains(f[5], "a"),
		Writer: strings.Contains(f[5], "w"),
		Beside: strings.Contains(f[5], "b"),
		Seen:   r.uint(f[6]),
		Rev:    r.uint(f[7]),
	}
}

// sealRoom seals the fixed properties of a room.
func (c codec) sealRoom(r rooms.Room) []byte {
	return c.seal(r.Ref, sealedRoom, number(r.Ends.UnixMilli()), number(r.Span.Milliseconds()), number(r.Seats), number(r.History), r.Owner)
}

func (c codec) openRoom(ref rooms.Ref, sealed string) (rooms.Room, error) {
	f, err := c.open(ref, sealedRoom, sealed, 5)
	if err != nil {
		return rooms.Room{}, err
	}
	var r numbers
	room := rooms.Room{
		Ref:     ref,
		Ends:    time.UnixMilli(r.int(f[0])),
		Span:    time.Duration(r.int(f[1])) * time.Millisecond,
		Seats:   int(r.int(f[2])),
		History: int(r.int(f[3])),
		Owner:   f[4],
	}
	if r.bad {
		return rooms.Room{}, rooms.ErrSealed
	}
	return room, nil
}

// notice is the content of the envelopes that hold neither a message nor a seat
// nor a room. Unused fields are empty.
type notice struct {
	at   time.Time
	n    uint64
	by   string
	seat rooms.Seat
}

func (c codec) sealNotice(ref rooms.Ref, kind string, n notice) []byte {
	fields := []string{number(n.at.UnixMilli()), number(n.n), n.by}
	return c.seal(ref, kind, append(fields, packSeat(n.seat)...)...)
}

func (c codec) openNotice(ref rooms.Ref, kind, sealed string) (notice, error) {
	f, err := c.open(ref, kind, sealed, 3+seatFields)
	if err != nil {
		return notice{}, err
	}
	var r numbers
	n := notice{at: time.UnixMilli(r.int(f[0])), n: r.uint(f[1]), by: f[2], seat: r.seat(f[3:]).Tagged(ref.Epoch)}
	if r.bad {
		return notice{}, rooms.ErrSealed
	}
	return n, nil
}

// sealDrop seals a drop. Its size shows whether chunks are missing, as all of them
// but the last are full.
func (c codec) sealDrop(ref rooms.Ref, d rooms.Drop) []byte {
	fields := []string{number(d.Time.UnixMilli()), d.Blob, number(d.Size), d.For}
	return c.seal(ref, sealedDrop, append(fields, packSeat(d.From)...)...)
}

func (c codec) openDrop(ref rooms.Ref, sealed string) (rooms.Drop, error) {
	f, err := c.open(ref, sealedDrop, sealed, 4+seatFields)
	if err != nil {
		return rooms.Drop{}, err
	}
	var r numbers
	d := rooms.Drop{Time: time.UnixMilli(r.int(f[0])), Blob: f[1], Size: r.int(f[2]), For: f[3], From: r.seat(f[4:]).Tagged(ref.Epoch)}
	if r.bad {
		return rooms.Drop{}, rooms.ErrSealed
	}
	return d, nil
}

// sealFile seals a file, or that it was removed.
func (c codec) sealFile(ref rooms.Ref, kind string, f rooms.File) []byte {
	fields := []string{number(f.Time.UnixMilli()), f.Name, f.Blob, number(f.Size)}
	return c.seal(ref, kind, append(fields, packSeat(f.From)...)...)
}

func (c codec) openFile(ref rooms.Ref, kind, sealed string) (rooms.File, error) {
	f, err := c.open(ref, kind, sealed, 4+seatFields)
	if err != nil {
		return rooms.File{}, err
	}
	var r numbers
	file := rooms.File{Time: time.UnixMilli(r.int(f[0])), Name: f[1], Blob: f[2], Size: r.int(f[3]), From: r.seat(f[4:]).Tagged(ref.Epoch)}
	if r.bad {
		return rooms.File{}, rooms.ErrSealed
	}
	return file, nil
}

// chunkKind returns the kind of the envelope of a chunk: no other chunk passes for it.
func chunkKind(blob string, n int) string { return sealedChunk + blob + ":" + strconv.Itoa(n) }

// seatChanges are the letters in envelopes for how a seat changed.
var seatChanges = map[rooms.Kind]string{rooms.Joined: "j", rooms.Renamed: "r", rooms.Away: "a", rooms.Back: "b"}

// sealSeat seals a seat, how it changed, and its alias before that.
func (c codec) sealSeat(ref rooms.Ref, at time.Time, s rooms.Seat, change rooms.Kind, was string) []byte {
	fields := []string{number(at.UnixMilli()), seatChanges[change], was}
	return c.seal(ref, sealedSeat, append(fields, packSeat(s)...)...)
}

// openSeat returns a seat as the event of its last change.
func (c codec) openSeat(ref rooms.Ref, sealed string) (rooms.Event, error) {
	f, err := c.open(ref, sealedSeat, sealed, 3+seatFields)
	if err != nil {
		return rooms.Event{}, err
	}
	var r numbers
	e := rooms.Event{Epoch: ref.Epoch, Time: time.UnixMilli(r.int(f[0])), Was: f[2], From: r.seat(f[3:]).Tagged(ref.Epoch)}
	for kind, letter := range seatChanges {
		if letter == f[1] {
			e.Kind = kind
		}
	}
	if r.bad || e.Kind == 0 {
		return rooms.Event{}, rooms.ErrSealed
	}
	return e, nil
}

// openSeats returns the seats that a server sealed, and leaves out others. It
// returns nil only for nil.
func (c codec) openSeats(ref rooms.Ref, sealed []string) []rooms.Seat {
	if sealed == nil {
		return nil
	}
	seats := make([]rooms.Seat, 0, len(sealed))
	for _, s := range sealed {
		if e, err := c.openSeat(ref, s); err == nil {
			seats = append(seats, e.From)
		}
	}
	return seats
}

// sealWords seals a message, when it burns, or what replaces it. An empty field takes
// one byte.
func (c codec) sealWords(ref rooms.Ref, kind string, e rooms.Event) []byte {
	words := e.Words()
	ends := ""
	if (kind == sealedRevealed || kind == sealedUnsaid) && !e.Deadline.IsZero() {
		ends = number(e.Deadline.UnixMilli())
	}
	fields := []string{number(e.Time.UnixMilli()), words.ID, number(e.Again), string(words.Text), words.To, words.ToAlias, number(words.Burn.Milliseconds()), ends}
	return c.seal(ref, kind, append(fields, packSeat(e.From)...)...)
}

func (c codec) openWords(ref rooms.Ref, kind, sealed string) (rooms.Event, error) {
	f, err := c.open(ref, kind, sealed, 8+seatFields)
	if err != nil {
		return rooms.Event{}, err
	}
	var r numbers
	e := rooms.Event{Epoch: ref.Epoch, Time: time.UnixMilli(r.int(f[0])), Again: r.uint(f[2]), From: r.seat(f[8:]).Tagged(ref.Epoch)}
	e = e.Say(rooms.Words{ID: f[1], Text: rooms.Text(f[3]), To: f[4], ToAlias: f[5], Burn: time.Duration(r.int(f[6])) * time.Millisecond})
	if kind == sealedRevealed || f[7] != "" {
		e.Deadline = time.UnixMilli(r.int(f[7]))
	}
	if r.bad {
		return rooms.Event{}, rooms.ErrSealed
	}
	e.Burnt, e.Unsaid = kind == sealedBurnt, kind == sealedUnsaid
	return e, nil
}
