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
	byKey map[string][]LitRecord // oldest first, at most MaxLit each
	keyOf map[string]string      // LitRecord.Room → LitRecord.By; at most maxAllLit
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
	if x.byKey == nil {
		x.byKey, x.keyOf = map[string][]LitRecord{}, map[string]string{}
	}
	if _, known := x.keyOf[r.Room]; known {
		return
	}
	r.Since = Now()
	switch own := x.byKey[r.By]; {
	case len(own) >= MaxLit:
		x.forget(own[0].Room)
	case len(x.keyOf) >= maxAllLit:
		x.forget(x.nextEnd())
	}
	x.byKey[r.By], x.keyOf[r.Room] = append(x.byKey[r.By], r), r.By
}

// By returns the rooms of a key that have not ended, the newest first.
func (x *LitIndex) By(key string) (all []LitRecord) {
	x.mu.Lock()
	defer x.mu.Unlock()
	now := Now()
	for _, r := range slices.Backward(x.byKey[key]) {
		if now.Before(r.Ends) {
			all = append(all, r)
		}
	}
	return all
}

// Forget forgets a room.
func (x *LitIndex) Forget(room string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.forget(room)
}

// Sweep forgets the rooms that have ended, and those that are gone.
func (x *LitIndex) Sweep(gone func(room string) bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	now := Now()
	for _, own := range x.byKey {
		for _, r := range slices.Clone(own) {
			if !now.Before(r.Ends) || gone(r.Room) {
				x.forget(r.Room)
			}
		}
	}
}

// forget forgets a room. The caller holds mu.
func (x *LitIndex) forget(room string) {
	by, known := x.keyOf[room]
	if !known {
		return
	}
	delete(x.keyOf, room)
	if x.byKey[by] = slices.DeleteFunc(x.byKey[by], func(r LitRecord) bool { return r.Room == room }); len(x.byKey[by]) == 0 {
		delete(x.byKey, by)
	}
}

// nextEnd returns the room that ends first. The caller holds mu.
func (x *LitIndex) nextEnd() string {
	var first LitRecord
	for _, own := range x.byKey {
		for _, r := range own {
			if first.Room == "" || r.Ends.Before(first.Ends) {
				first = r
			}
		}
	}
	return first.Room
}
