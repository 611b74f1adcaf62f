package redis

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"wick/rooms"
)

// What is sealed, and so what it can be opened as.
const (
	sealedOwner   = "owner"
	sealedSeat    = "seat"
	sealedMessage = "message"
	sealedBy      = "by"

	taggedAlias    = "alias"
	taggedIdentity = "identity"
	taggedMessage  = "message"
	taggedToken    = "token"
	taggedEntry    = "entry" // of a room key instead of a name
)

// wire turns what belongs to a room into what Redis holds of it, and back.
type wire struct{ sealer rooms.Sealer }

// keys are what a room is to Redis, in the order in which scripts expect them.
func (w wire) keys(name rooms.Name) []string { return keysOf(w.sealer.RoomKey(name.String())) }

// channelAt is where in the keys the channel is.
const channelAt = 4

func keysOf(roomKey string) []string {
	hash := "e1:{" + roomKey + "}:"
	return []string{hash + "m", hash + "h", hash + "p", hash + "n", hash + "c"}
}

// tag stands for a value, and is the same for equal values.
func (w wire) tag(ref rooms.Ref, kind, value string) string {
	return w.sealer.Tag(ref.Name.String(), ref.Epoch, kind, value)
}

// alias is the tag of an alias, the same for aliases that look alike.
func (w wire) alias(ref rooms.Ref, alias string) string {
	return w.tag(ref, taggedAlias, rooms.FoldAlias(alias))
}

func (w wire) identity(ref rooms.Ref, identity string) string {
	return w.tag(ref, taggedIdentity, identity)
}

func (w wire) seal(ref rooms.Ref, kind string, fields ...string) []byte {
	return w.sealer.Seal(ref.Name.String(), ref.Epoch, kind, pack(fields))
}

// open answers the n fields that were sealed, or ErrSealed.
func (w wire) open(ref rooms.Ref, kind, sealed string, n int) ([]string, error) {
	plain, err := w.sealer.Open(ref.Name.String(), ref.Epoch, kind, []byte(sealed))
	if err != nil {
		return nil, rooms.ErrSealed
	}
	fields, ok := unpack(plain, n)
	if !ok {
		return nil, rooms.ErrSealed
	}
	return fields, nil
}

// What stands before a sealed seat: scripts replace the one by the other.
const (
	seatPlain  = "."
	seatMarked = "!"
)

func (w wire) sealSeat(ref rooms.Ref, s rooms.Seat) []byte {
	keyed, seen := "", "" // seen: of a seat that is kept
	if s.Keyed {
		keyed = "key"
	}
	if s.Away {
		seen = strconv.FormatUint(s.Seen, 10)
	}
	return append([]byte(seatPlain), w.seal(ref, sealedSeat, s.ID, s.Node, s.Alias, s.Identity, keyed, seen)...)
}

func (w wire) openSeat(ref rooms.Ref, raw string) (rooms.Seat, error) {
	sealed, plain := strings.CutPrefix(raw, seatPlain)
	if !plain {
		var marked bool
		if sealed, marked = strings.CutPrefix(raw, seatMarked); !marked {
			return rooms.Seat{}, rooms.ErrSealed
		}
	}
	f, err := w.open(ref, sealedSeat, sealed, 6)
	if err != nil {
		return rooms.Seat{}, err
	}
	s := rooms.Seat{ID: f[0], Node: f[1], Alias: f[2], Identity: f[3], Keyed: f[4] != "", Marked: !plain, Away: f[5] != ""}
	if s.Away {
		if s.Seen, err = strconv.ParseUint(f[5], 10, 64); err != nil {
			return rooms.Seat{}, rooms.ErrSealed
		}
	}
	return s.Tagged(ref.Epoch), nil
}

// openSeats never answers nil without an error, save for nil.
func (w wire) openSeats(ref rooms.Ref, sealed []string) ([]rooms.Seat, error) {
	if sealed == nil {
		return nil, nil
	}
	seats := make([]rooms.Seat, len(sealed))
	for i := range sealed {
		var err error
		if seats[i], err = w.openSeat(ref, sealed[i]); err != nil {
			return nil, err
		}
	}
	return seats, nil
}

// openEvent reads what scripts publish and keep, see event in prelude.lua:
//
//	kind number ":" epoch ":" ms ":" length ":" seat body
//
// The body of a message is ":" tag ":" sealed, with the tag of the message's ID.
// One that is lit has more in it, see reveal.lua; what a message leaves that
// burned down is like one with another kind, and so is, with its end before the
// first colon, the word that it was lit.
//
// The errors are ErrSealed and that it is no event at all.
func (w wire) openEvent(name rooms.Name, raw string) (rooms.Event, error) {
	return w.openEntry(name, raw, clock{})
}

// openEntry is openEvent for what is kept; now is when it was read.
func (w wire) openEntry(name rooms.Name, raw string, now clock) (rooms.Event, error) {
	var head [4]string
	rest := raw
	for i := range head {
		var ok bool
		if head[i], rest, ok = strings.Cut(rest, ":"); !ok {
			return rooms.Event{}, errNoEvent
		}
	}
	if head[0] == "" {
		return rooms.Event{}, errNoEvent
	}
	n, err1 := strconv.ParseUint(head[0][1:], 10, 63)
	ms, err2 := strconv.ParseInt(head[2], 10, 64)
	length, err3 := strconv.Atoi(head[3])
	if err1 != nil || err2 != nil || err3 != nil || length < 0 || length > len(rest) {
		return rooms.Event{}, errNoEvent
	}
	ref := rooms.Ref{Name: name, Epoch: head[1]}
	e := rooms.Event{Epoch: ref.Epoch, Time: time.UnixMilli(ms)}
	if now == (clock{}) { // it happens this moment
		now = clock{time.Duration(ms) * time.Millisecond, time.Now()}
	}
	return w.openBody(ref, e, head[0][0], n, rest[:length], rest[length:], now)
}

var errNoEvent = fmt.Errorf("what the store holds is no event: %w", rooms.ErrSealed)

// kinds are the letters of what is published.
var kinds = map[byte]rooms.Kind{
	'm': rooms.Message, 'c': rooms.Message, 'f': rooms.Revealed, 'w': rooms.Typing,
	'j': rooms.Joined, 'l': rooms.Left, 'r': rooms.Renamed, 'a': rooms.Away, 'b': rooms.Back,
	'k': rooms.Knocked, 'y': rooms.Admitted, 'd': rooms.Denied, 'o': rooms.Kicked,
	'L': rooms.Locked, 'U': rooms.Unlocked,
	's': rooms.Shortened, 'x': rooms.Destroyed,
}

// openBody adds to e what the kind has: n means another thing for each.
func (w wire) openBody(ref rooms.Ref, e rooms.Event, kind byte, n uint64, seat, body string, now clock) (_ rooms.Event, err error) {
	e.Kind = kinds[kind]
	switch e.Kind {
	case rooms.Shortened, rooms.Destroyed, rooms.Locked, rooms.Unlocked:
		e.From.Alias, err = w.openBy(ref, body)
	case rooms.Admitted, rooms.Denied, rooms.Kicked:
		e.By, err = w.openBy(ref, body)
		fallthrough
	case rooms.Message, rooms.Joined, rooms.Left, rooms.Renamed, rooms.Away, rooms.Back, rooms.Knocked, rooms.Typing, rooms.Revealed:
		if err == nil {
			e.From, err = w.openSeat(ref, seat)
		}
	default:
		err = errNoEvent
	}
	if err != nil {
		return rooms.Event{}, err
	}
	switch e.Kind {
	case rooms.Message, rooms.Revealed:
		lit, tagged, _ := strings.Cut(body, ":")
		_, sealed, _ := strings.Cut(tagged, ":")
		fuse, rest, _ := strings.Cut(lit, ",")
		if fuse != "" {
			ms, err1 := strconv.ParseInt(fuse, 10, 63)
			skip, err2 := strconv.Atoi(cmp.Or(rest, "0"))
			if err1 != nil || err2 != nil || skip < 0 || skip > len(sealed) {
				return rooms.Event{}, errNoEvent
			}
			sealed, e.Deadline = sealed[skip:], now.at(ms)
		}
		said, err := w.openWords(ref, sealed)
		if err != nil {
			return rooms.Event{}, err
		}
		is := e.Kind
		e = e.Say(said)
		e.Kind, e.Seq, e.Burnt = is, n, kind == 'c'
	case rooms.Renamed:
		was, err := w.openSeat(ref, body)
		if err != nil {
			return rooms.Event{}, err
		}
		e.Roster, e.Was = n, was.Alias
	case rooms.Joined, rooms.Left, rooms.Away, rooms.Back:
		e.Roster = n
	case rooms.Shortened:
		left := time.UnixMilli(int64(n)).Sub(e.Time)
		e.Deadline = time.Now().Add(left)
	case rooms.Destroyed:
		e.Seq = n
	}
	return e, nil
}

// sealWords seals what is said: no more than ID and text where that is all.
func (w wire) sealWords(ref rooms.Ref, said rooms.Words) []byte {
	fields := []string{said.ID, said.Text}
	if said.To != "" || said.Burn > 0 {
		fields = append(fields, said.To, said.ToAlias, strconv.FormatInt(said.Burn.Milliseconds(), 10))
	}
	return w.seal(ref, sealedMessage, fields...)
}

func (w wire) openWords(ref rooms.Ref, sealed string) (rooms.Words, error) {
	plain, err := w.sealer.Open(ref.Name.String(), ref.Epoch, sealedMessage, []byte(sealed))
	if err != nil {
		return rooms.Words{}, rooms.ErrSealed
	}
	if f, ok := unpack(plain, 2); ok {
		return rooms.Words{ID: f[0], Text: f[1]}, nil
	}
	f, ok := unpack(plain, 5)
	if !ok {
		return rooms.Words{}, rooms.ErrSealed
	}
	burn, err := strconv.ParseInt(f[4], 10, 63)
	if err != nil {
		return rooms.Words{}, rooms.ErrSealed
	}
	return rooms.Words{ID: f[0], Text: f[1], To: f[2], ToAlias: f[3], Burn: time.Duration(burn) * time.Millisecond}, nil
}

// openBy is the alias of who did something.
func (w wire) openBy(ref rooms.Ref, body string) (string, error) {
	by, err := w.open(ref, sealedBy, body, 1)
	if err != nil {
		return "", err
	}
	return by[0], nil
}

// pack joins fields so that unpack finds them again, whatever bytes they hold.
func pack(fields []string) []byte {
	var b []byte
	for _, f := range fields {
		b = binary.AppendUvarint(b, uint64(len(f)))
		b = append(b, f...)
	}
	return b
}

func unpack(b []byte, n int) ([]string, bool) {
	fields := make([]string, n)
	for i := range fields {
		length, size := binary.Uvarint(b)
		if size <= 0 || length > uint64(len(b)-size) {
			return nil, false
		}
		b = b[size:]
		fields[i], b = string(b[:length]), b[length:]
	}
	return fields, len(b) == 0
}
