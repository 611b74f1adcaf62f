package redis

import (
	"encoding/binary"
	"strconv"

	"wick/rooms"
)

// The kinds of tags. Equal values of a kind have equal tags within one epoch of a
// room.
const (
	taggedAlias    = "alias"
	taggedIdentity = "identity"
	taggedNetwork  = "network"
	taggedMessage  = "message"
	taggedToken    = "token"
	taggedEntry    = "entry"   // by the room's key instead of its name
	taggedEnd      = "end"     // likewise
	taggedLighter  = "lighter" // in no room
	taggedBlob     = "blob"
	taggedClaim    = "claim"
	taggedFile     = "file"
	taggedFleet    = "fleet" // in no room
)

// codec encodes what belongs to a room as Redis stores it, and decodes it.
type codec struct{ sealer rooms.Sealer }

// keys returns the keys and the channel of a room in the order of lua/core.lua.
func (c codec) keys(name rooms.Name) []string { return keysOf(c.sealer.RoomKey(name.String())) }

// Indexes in the keys: of the channel, of the only key that outlives the room, and of
// the files.
const (
	channelAt = 4
	takenAt   = 8
	filesAt   = 9
)

func keysOf(roomKey string) []string {
	hash := prefix + "{" + roomKey + "}:"
	return []string{hash + "m", hash + "h", hash + "p", hash + "n", hash + "c", hash + "d", hash + "f", hash + "b", hash + "x", hash + "i"}
}

// tag returns the pseudonym of a value.
func (c codec) tag(ref rooms.Ref, kind, value string) string {
	return c.sealer.Tag(ref.Name.String(), ref.Epoch, kind, value)
}

// alias returns the tag of an alias. Aliases that look alike have the same.
func (c codec) alias(ref rooms.Ref, alias string) string {
	return c.tag(ref, taggedAlias, rooms.FoldAlias(alias))
}

func (c codec) identity(ref rooms.Ref, identity string) string {
	return c.tag(ref, taggedIdentity, identity)
}

// network returns the tag of a network, or "" for "".
func (c codec) network(ref rooms.Ref, network string) string {
	if network == "" {
		return ""
	}
	return c.tag(ref, taggedNetwork, network)
}

// seal returns an envelope, which can be opened only as the same kind and in the
// same epoch of the same room.
func (c codec) seal(ref rooms.Ref, kind string, fields ...string) []byte {
	return c.sealer.Seal(ref.Name.String(), ref.Epoch, kind, pack(fields))
}

// open returns the n fields of an envelope. Any error is ErrSealed.
func (c codec) open(ref rooms.Ref, kind, sealed string, n int) ([]string, error) {
	plain, err := c.sealer.Open(ref.Name.String(), ref.Epoch, kind, []byte(sealed))
	if err != nil {
		return nil, rooms.ErrSealed
	}
	fields, ok := unpack(plain, n)
	if !ok {
		return nil, rooms.ErrSealed
	}
	return fields, nil
}

// pack encodes fields of any bytes, each after its length as a uvarint.
func pack(fields []string) []byte {
	var b []byte
	for _, f := range fields {
		b = binary.AppendUvarint(b, uint64(len(f)))
		b = append(b, f...)
	}
	return b
}

// unpack decodes n fields. It reports false if b is not what pack returns for n
// fields.
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

// number formats a number that is not negative, and 0 as "".
func number[T int | int64 | uint64](n T) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(int64(n), 10)
}

// numbers parses what number returned. bad is set if anything else was parsed.
type numbers struct{ bad bool }

func (r *numbers) int(s string) int64 {
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	r.bad = r.bad || err != nil || n < 0
	return n
}

func (r *numbers) uint(s string) uint64 { return uint64(r.int(s)) }
