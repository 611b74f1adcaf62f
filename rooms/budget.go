package rooms

import (
	"container/heap"
	"sync"
	"time"
)

// How the memory of a store is shared out. A source, which is an address that
// people come from, and a room may each hold a share of what is free, so that
// the heaviest are refused first, and the more there are the less each may hold:
// however heavy one source is, eight ninths stay to the others, and sixteen leave
// a third (Choudhury and Hahne, "Dynamic Queue Length Thresholds", 1998, for the
// buffers of a switch). The last eighth is for rooms that burn already: no more are
// lit in it.
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
// it. Safe from any goroutine.
type budget struct {
	space    func() Space
	warnings *warnings

	mu      sync.Mutex
	sources map[string]int64
	rooms   map[Ref]*charges
	due     dueRooms
	used    int64

	readAt   time.Time // of the space that was read last
	usedThen int64     // used at that time
}

// charges are what is kept of one burning of a room, oldest first.
type charges struct {
	ref      Ref
	deadline time.Time // the room may have ended sooner, on another server
	index    int       // in dueRooms
	history  int       // messages that the room keeps
	used     int64
	fixed    charge // the room's own
	said     []charge
	underWay map[string]int64 // bytes of messages under way, by source
}

// charge is what a source is charged for a message.
type charge struct {
	source string
	seq    uint64
	bytes  int64
}

func newBudget(space func() Space, w *warnings) *budget {
	return &budget{space: space, warnings: w, sources: map[string]int64{}, rooms: map[Ref]*charges{}}
}

// free returns what is free and the store's limit. What was kept since the store
// was asked is counted in. The caller holds mu.
func (b *budget) free() (free, limit int64) {
	s := b.space()
	switch {
	case s.Limit <= 0:
		s = Space{Used: b.used, Limit: defaultSpace}
	case s.At != b.readAt:
		b.readAt, b.usedThen = s.At, b.used
	case !s.At.IsZero():
		s.Used += max(b.used-b.usedThen, 0)
	}
	return max(s.Limit-s.Used, 0), s.Limit
}

// mayLight reports whether a source may light one more room: nil, ErrStoreFull
// or ErrSourceFull.
func (b *budget) mayLight(source string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expire()
	free, limit := b.free()
	switch {
	case free < limit/reserveShare:
		return b.short(ErrStoreFull, "no more rooms are lit, so that those that burn can go on")
	case source != "" && b.sources[source]+roomSpace > free/sourceShare:
		return b.heavy()
	}
	return nil
}

// lit charges a room to who lit it.
func (b *budget) lit(source string, r Room) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.of(r)
	c.fixed = charge{source: source, bytes: roomSpace}
	b.add(c, c.fixed, 1)
}

// maySay reports whether a source may have a message of that many bytes kept in
// the room: nil, ErrSourceFull or ErrRoomFull. What takes the place of older
// messages as heavy always may. The message is charged, until said or unsaid tells
// what became of it: many may be under way.
func (b *budget) maySay(source string, r Room, bytes int) error {
	n := int64(bytes) + messageSpace
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expire()
	c := b.of(r)
	var back, backOfSource int64
	if len(c.said) >= c.history {
		if back = c.said[0].bytes; c.said[0].source == source {
			backOfSource = back
		}
	}
	free, _ := b.free()
	switch {
	case source != "" && n > backOfSource && b.sources[source]+n-backOfSource > free/sourceShare:
		return b.heavy()
	case n > back && c.used+n-back > free/roomShare:
		return b.short(ErrRoomFull, "a room holds as much as one may")
	}
	b.send(c, source, n)
	return nil
}

// send counts bytes that are under way, or are no more. The caller holds mu.
func (b *budget) send(c *charges, source string, n int64) {
	b.add(c, charge{source: source, bytes: n}, 1)
	if c.underWay[source] += n; c.underWay[source] == 0 {
		delete(c.underWay, source)
	}
}

// unsaid takes back what maySay charged, for a message that is not kept.
func (b *budget) unsaid(source string, r Room, bytes int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c := b.rooms[r.Ref]; c != nil { // else the room has ended, and all is given back
		b.send(c, source, -int64(bytes)-messageSpace)
	}
}

// said notes the number of a message that maySay charged, and gives back what the
// history dropped for it.
func (b *budget) said(source string, r Room, seq uint64, bytes int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.rooms[r.Ref]
	if c == nil {
		return
	}
	n := int64(bytes) + messageSpace
	b.send(c, source, -n)
	b.add(c, charge{source: source, bytes: n}, 1)
	c.said = append(c.said, charge{source, seq, n})
	drop := 0
	for drop < len(c.said) && c.said[drop].seq+uint64(c.history) <= seq {
		b.add(c, c.said[drop], -1)
		drop++
	}
	c.said = c.said[drop:] // append moves them once the array is used up
}

// ended gives back all of one burning of a room.
func (b *budget) ended(ref Ref) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c := b.rooms[ref]; c != nil {
		b.drop(c)
	}
}

// expire gives back what belongs to rooms whose deadline has passed: those that
// nobody of this process is in. The caller holds mu.
func (b *budget) expire() {
	for now := Now(); len(b.due) > 0 && !now.Before(b.due[0].deadline); {
		b.drop(b.due[0])
	}
}

// of returns the charges of a room. The caller holds mu.
func (b *budget) of(r Room) *charges {
	c := b.rooms[r.Ref]
	switch {
	case c == nil:
		c = &charges{ref: r.Ref, deadline: r.Deadline, history: r.History, underWay: map[string]int64{}}
		b.rooms[r.Ref] = c
		heap.Push(&b.due, c)
	case r.Deadline.Before(c.deadline):
		c.deadline = r.Deadline
		heap.Fix(&b.due, c.index)
	}
	return c
}

// drop forgets a room. The caller holds mu.
func (b *budget) drop(c *charges) {
	heap.Remove(&b.due, c.index)
	delete(b.rooms, c.ref)
	b.add(c, c.fixed, -1)
	for _, said := range c.said {
		b.add(c, said, -1)
	}
	for source, n := range c.underWay {
		b.add(c, charge{source: source, bytes: n}, -1)
	}
}

// add counts a charge once more, or takes it back. The caller holds mu.
func (b *budget) add(c *charges, what charge, times int64) {
	n := times * what.bytes
	c.used += n
	b.used += n
	if what.source == "" {
		return
	}
	if b.sources[what.source] += n; b.sources[what.source] == 0 {
		delete(b.sources, what.source)
	}
}

func (b *budget) heavy() error {
	return b.short(ErrSourceFull, "an address has as much kept as one may")
}

// short returns the error, and tells whoever runs the server of its class.
func (b *budget) short(err error, why string) error {
	b.warnings.warn("memory for rooms is short: " + why)
	return err
}

// dueRooms is a heap of rooms, the first to end on top.
type dueRooms []*charges

func (d dueRooms) Len() int           { return len(d) }
func (d dueRooms) Less(i, j int) bool { return d[i].deadline.Before(d[j].deadline) }

func (d dueRooms) Swap(i, j int) {
	d[i], d[j] = d[j], d[i]
	d[i].index, d[j].index = i, j
}

func (d *dueRooms) Push(x any) {
	c := x.(*charges)
	c.index = len(*d)
	*d = append(*d, c)
}

func (d *dueRooms) Pop() any {
	last := len(*d) - 1
	c := (*d)[last]
	(*d)[last] = nil
	*d = (*d)[:last]
	return c
}
