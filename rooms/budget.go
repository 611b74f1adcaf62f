package rooms

import (
	"container/heap"
	"sync"
	"time"
)

// How the memory of a store is shared out. A source, which is a client's address, and a
// room may each hold a share of the free memory, so that the heaviest are refused
// first, and each may hold less as their number grows: however heavy one source is,
// eight ninths stay to the others, and sixteen leave a third (Choudhury and Hahne,
// "Dynamic Queue Length Thresholds", 1998, for the buffers of a switch). The last
// eighth is for rooms that burn already: no more are lit in it.
const (
	sourceShare  = 8 // a source may hold an eighth of what is free
	roomShare    = 8 // a room likewise
	reserveShare = 8

	// defaultSpace stands for a store that does not tell its limit.
	defaultSpace = 256 << 20

	// What a store keeps beside the text of a message, and for a room, roughly.
	messageSpace = 320
	roomSpace    = 4 << 10
)

// Space is the memory of a store, in bytes, roughly.
type Space struct {
	Used, Limit int64     // a limit of 0 is not known
	At          time.Time // when it was so; zero: now
}

// budget counts what people of this process keep in the store, by source and by
// room. A room's part ends with the room, and a message's when the history drops
// it. It is safe for concurrent use.
//
// It is not a set of token buckets: memory does not come back with time, but with
// the messages and rooms for which it was charged.
type budget struct {
	space    func() Space
	warnings *LogThrottle

	mu       sync.Mutex
	bySource map[string]int64 // bytes
	rooms    map[Ref]*roomCharges
	byEnd    roomsByEnd
	used     int64

	readAt time.Time // Space.At of the space read last
	usedAt int64     // used at that time
}

// roomCharges are what is kept of one burning of a room.
type roomCharges struct {
	ref      Ref
	deadline time.Time // the room may have ended sooner, on another server
	index    int       // in roomsByEnd
	history  int       // messages that the room keeps
	used     int64
	room     charge
	messages []charge          // oldest first
	underWay map[string]int64  // bytes of messages under way, by source
	blobs    map[string]charge // by ID
}

// charge is what a source is charged for a message, or a room.
type charge struct {
	source string
	seq    uint64
	bytes  int64
}

func newBudget(space func() Space, w *LogThrottle) *budget {
	return &budget{space: space, warnings: w, bySource: map[string]int64{}, rooms: map[Ref]*roomCharges{}}
}

// free returns how much is free, and the store's limit. It counts what was kept
// since the store was asked. The caller holds mu.
func (b *budget) free() (free, limit int64) {
	s := b.space()
	switch {
	case s.Limit <= 0:
		s = Space{Used: b.used, Limit: defaultSpace}
	case s.At != b.readAt:
		b.readAt, b.usedAt = s.At, b.used
	case !s.At.IsZero():
		s.Used += max(b.used-b.usedAt, 0)
	}
	return max(s.Limit-s.Used, 0), s.Limit
}

// mayLight returns nil if a source may light one more room, or ErrStoreFull or
// ErrSourceFull.
func (b *budget) mayLight(source string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expire()
	free, limit := b.free()
	switch {
	case free < limit/reserveShare:
		return b.short(ErrStoreFull, "no new rooms are lit, so that burning rooms can go on")
	case source != "" && b.bySource[source]+roomSpace > free/sourceShare:
		return b.sourceFull()
	}
	return nil
}

// chargeRoom charges a room to the source that lit it.
func (b *budget) chargeRoom(source string, r Room) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.chargesOf(r)
	c.room = charge{source: source, bytes: roomSpace}
	b.add(c, c.room, 1)
}

// charge charges a message of that many bytes, unless it returns ErrSourceFull or
// ErrRoomFull. A message that takes the place of older ones as heavy is always
// within the budget. Many may be under way: confirm or refund tells what became
// of each.
func (b *budget) charge(source string, r Room, bytes int) error {
	n := int64(bytes) + messageSpace
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expire()
	c := b.chargesOf(r)
	var freed, freedOfSource int64 // by the message that this one pushes out
	if len(c.messages) >= c.history {
		if freed = c.messages[0].bytes; c.messages[0].source == source {
			freedOfSource = freed
		}
	}
	free, _ := b.free()
	switch {
	case source != "" && n > freedOfSource && b.bySource[source]+n-freedOfSource > free/sourceShare:
		return b.sourceFull()
	case n > freed && c.used+n-freed > free/roomShare:
		return b.short(ErrRoomFull, "a room has reached its share")
	}
	b.addUnderWay(c, source, n)
	return nil
}

// chargeBlob charges further bytes of a blob, until freeBlob or the end of the room,
// unless it returns ErrSourceFull or ErrRoomFull.
func (b *budget) chargeBlob(source string, r Room, blob string, bytes int) error {
	n := int64(bytes) + messageSpace
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expire()
	c := b.chargesOf(r)
	free, _ := b.free()
	switch {
	case source != "" && b.bySource[source]+n > free/sourceShare:
		return b.sourceFull()
	case c.used+n > free/roomShare:
		return b.short(ErrRoomFull, "a room has reached its share")
	}
	b.add(c, charge{source: source, bytes: n}, 1)
	c.blobs[blob] = charge{source: source, bytes: c.blobs[blob].bytes + n}
	return nil
}

// freeBlob gives back what chargeBlob charged for a blob, if this process did.
func (b *budget) freeBlob(ref Ref, blob string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c := b.rooms[ref]; c != nil {
		b.add(c, c.blobs[blob], -1)
		delete(c.blobs, blob)
	}
}

// addUnderWay counts bytes that are under way or, if n is negative, are no more.
// The caller holds mu.
func (b *budget) addUnderWay(c *roomCharges, source string, n int64) {
	b.add(c, charge{source: source, bytes: n}, 1)
	if c.underWay[source] += n; c.underWay[source] == 0 {
		delete(c.underWay, source)
	}
}

// refund takes back what charge charged, for a message that is not kept.
func (b *budget) refund(source string, r Room, bytes int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c := b.rooms[r.Ref]; c != nil { // otherwise the room has ended, and all is given back
		b.addUnderWay(c, source, -int64(bytes)-messageSpace)
	}
}

// confirm notes the number of a message that charge charged, and gives back what
// the history dropped for it.
func (b *budget) confirm(source string, r Room, seq uint64, bytes int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.rooms[r.Ref]
	if c == nil {
		return
	}
	n := int64(bytes) + messageSpace
	b.addUnderWay(c, source, -n)
	b.add(c, charge{source: source, bytes: n}, 1)
	c.messages = append(c.messages, charge{source, seq, n})
	dropped := 0
	for dropped < len(c.messages) && c.messages[dropped].seq+uint64(c.history) <= seq {
		b.add(c, c.messages[dropped], -1)
		dropped++
	}
	c.messages = c.messages[dropped:] // append moves them once the array is used up
}

// ended gives back all of one burning of a room.
func (b *budget) ended(ref Ref) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c := b.rooms[ref]; c != nil {
		b.remove(c)
	}
}

// expire gives back what belongs to rooms whose deadline has passed: those
// without a member in this process. The caller holds mu.
func (b *budget) expire() {
	for now := Now(); len(b.byEnd) > 0 && !now.Before(b.byEnd[0].deadline); {
		b.remove(b.byEnd[0])
	}
}

// chargesOf returns the charges of a room. The caller holds mu.
func (b *budget) chargesOf(r Room) *roomCharges {
	c := b.rooms[r.Ref]
	switch {
	case c == nil:
		c = &roomCharges{ref: r.Ref, deadline: r.Deadline, history: r.History, underWay: map[string]int64{}, blobs: map[string]charge{}}
		b.rooms[r.Ref] = c
		heap.Push(&b.byEnd, c)
	case r.Deadline.Before(c.deadline):
		c.deadline = r.Deadline
		heap.Fix(&b.byEnd, c.index)
	}
	return c
}

// remove forgets a room. The caller holds mu.
func (b *budget) remove(c *roomCharges) {
	heap.Remove(&b.byEnd, c.index)
	delete(b.rooms, c.ref)
	b.add(c, c.room, -1)
	for _, message := range c.messages {
		b.add(c, message, -1)
	}
	for _, blob := range c.blobs {
		b.add(c, blob, -1)
	}
	for source, n := range c.underWay {
		b.add(c, charge{source: source, bytes: n}, -1)
	}
}

// add counts a charge so many times, -1 to take it back. The caller holds mu.
func (b *budget) add(c *roomCharges, what charge, times int64) {
	n := times * what.bytes
	c.used += n
	b.used += n
	if what.source == "" {
		return
	}
	if b.bySource[what.source] += n; b.bySource[what.source] == 0 {
		delete(b.bySource, what.source)
	}
}

func (b *budget) sourceFull() error {
	return b.short(ErrSourceFull, "an address has reached its share")
}

// short returns err, and logs why for whoever runs the server.
func (b *budget) short(err error, why string) error {
	b.warnings.Warn("memory for rooms is short: "+why, why)
	return err
}

// roomsByEnd is a heap of rooms, the first to end on top.
type roomsByEnd []*roomCharges

func (h roomsByEnd) Len() int           { return len(h) }
func (h roomsByEnd) Less(i, j int) bool { return h[i].deadline.Before(h[j].deadline) }

func (h roomsByEnd) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *roomsByEnd) Push(x any) {
	c := x.(*roomCharges)
	c.index = len(*h)
	*h = append(*h, c)
}

func (h *roomsByEnd) Pop() any {
	last := len(*h) - 1
	c := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return c
}
