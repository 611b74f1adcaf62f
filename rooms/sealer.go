package rooms

// Sealer makes what a store keeps outside the process unreadable there. Sealing
// pads to 64-byte steps; opening fails on anything that was sealed for another
// room, epoch or kind, or with another secret. Implementations are safe for
// concurrent use.
type Sealer interface {
	// RoomKey returns what stands for the room in keys and channels. It does not
	// tell the name.
	RoomKey(room string) string
	// Tag returns what stands for a value within one burning of a room, equal for
	// equal values.
	Tag(room, epoch, kind, value string) string
	Seal(room, epoch, kind string, plain []byte) []byte
	Open(room, epoch, kind string, sealed []byte) ([]byte, error)
}
