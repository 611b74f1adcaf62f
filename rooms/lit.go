package rooms

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Bounds of what a process remembers of the rooms that keys lit.
const (
	MaxLit    = 3    // of one key: the newest
	maxAllLit = 4096 // of all keys: those that end first are forgotten first
)

// Lit is a room that somebody's key lit.
type Lit struct {
	Name Name
	Ago  time.Duration // since this process heard of it
}

// LitBy returns the rooms that the key lit and that still burn, as far as this process
// has heard of them, the newest first. identity returns who the key is in a room.
func (h *Hub) LitBy(ctx context.Context, key string, identity func(Name) string) (all []Lit) {
	for _, lit := range h.store.LitBy(key) {
		room, err := h.store.Find(ctx, lit.Name) // it may have ended early
		if err == nil && room.OwnedBy(identity(lit.Name)) && room.Left() > 0 {
			all = append(all, lit)
		}
	}
	return all
}

// LitIndex is for stores: it remembers which rooms keys lit, until the rooms end. It is
// safe for concurrent use. The zero value is empty.
type LitIndex struct {
	mu    sync.Mutex
	rooms []LitRecord // oldest first
}

// LitRecord is a room in a LitIndex.
type LitRecord struct {
	By    string // stands for the key
	Room  string // stands for this burning of the room
	Name  string // the room's name, or what is to be opened as it
	Ends  time.Time
	Since time.Time // when it was added; set by Add
}

// Add remembers a room, unless it is known.
func (x *LitIndex) Add(r LitRecord) {
	x.mu.Lock()
	defer x.mu.Unlock()
	same := 0
	for _, o := range x.rooms {
		if o.Room == r.Room {
			return
		}
		if o.By == r.By {
			same++
		}
	}
	r.Since = Now()
	switch {
	case same >= MaxLit:
		i := slices.IndexFunc(x.rooms, func(o LitRecord) bool { return o.By == r.By })
		x.rooms = slices.Delete(x.rooms, i, i+1)
	case len(x.rooms) >= maxAllLit:
		first := slices.MinFunc(x.rooms, func(a, b LitRecord) int { return a.Ends.Compare(b.Ends) })
		x.forget(func(o LitRecord) bool { return o.Room == first.Room })
	}
	x.rooms = append(x.rooms, r)
}

// By returns the rooms of a key that have not ended, the newest first.
func (x *LitIndex) By(key string) (all []LitRecord) {
	x.mu.Lock()
	defer x.mu.Unlock()
	now := Now()
	for _, o := range slices.Backward(x.rooms) {
		if o.By == key && now.Before(o.Ends) {
			all = append(all, o)
		}
	}
	return all
}

// Forget forgets a room.
func (x *LitIndex) Forget(room string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.forget(func(o LitRecord) bool { return o.Room == room })
}

// Sweep forgets the rooms that have ended, and those that are gone.
func (x *LitIndex) Sweep(gone func(room string) bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	now := Now()
	x.forget(func(o LitRecord) bool { return !now.Before(o.Ends) || gone(o.Room) })
}

// Len returns how many rooms are remembered.
func (x *LitIndex) Len() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.rooms)
}

// forget forgets the rooms that match. The caller holds mu.
func (x *LitIndex) forget(match func(LitRecord) bool) {
	x.rooms = slices.DeleteFunc(x.rooms, match)
}
