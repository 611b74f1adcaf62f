package memory

import (
	"time"

	"wick/rooms"
)

// room is one burning of a room. Its slot's mutex guards it.
type room struct {
	rooms.Room
	timer   *time.Timer // runs Store.burnOut at the deadline
	held    int64       // bytes counted for it
	history ring
	seats   map[string]rooms.Seat // by ID
	aliases map[string]string     // folded alias → ID of the seat that has it
	leases  map[string]time.Time  // node → when its lease runs out
	version uint64                // of the roster; each change of presence adds one

	burns uint64      // see rooms.Pulse
	next  time.Time   // the first end of a message that burns; zero: none is lit
	fuse  *time.Timer // runs Store.burnDown then; nil: none was lit yet

	ruledOut map[string]bool      // IDs of messages that must not come any more
	door     map[string]bool      // identity → may enter though it is locked; false: never
	invites  map[string]time.Time // token → until when it is good
	bearers  map[string]string    // folded alias → identity that had it first
}

// mark notes whose alias it is, and marks the seat where it was another's.
func (r *room) mark(seat rooms.Seat) rooms.Seat {
	fold := rooms.FoldAlias(seat.Alias)
	if r.bearers[fold] == "" {
		r.bearers[fold] = seat.Identity
	}
	seat.Marked = r.bearers[fold] != seat.Identity
	return seat
}

// sit adds the seat, or changes the one of that ID.
func (r *room) sit(seat rooms.Seat) {
	r.seats[seat.ID] = seat
	r.aliases[rooms.FoldAlias(seat.Alias)] = seat.ID
	r.version++
}

// rise takes the seat away.
func (r *room) rise(seat rooms.Seat) {
	delete(r.seats, seat.ID)
	delete(r.aliases, rooms.FoldAlias(seat.Alias))
	r.version++
}

// rename gives the seat another alias and returns it so.
func (r *room) rename(seat rooms.Seat, alias string) rooms.Seat {
	delete(r.aliases, rooms.FoldAlias(seat.Alias))
	seat.Alias = alias
	seat = r.mark(seat)
	r.sit(seat)
	return seat
}

// holder is the seat that has the alias, if any.
func (r *room) holder(alias string) (rooms.Seat, bool) {
	id, taken := r.aliases[rooms.FoldAlias(alias)]
	return r.seats[id], taken
}

// kept is a seat that is kept for the identity, if any.
func (r *room) kept(identity string, now time.Time) (rooms.Seat, bool) {
	keeper := rooms.Keeper(identity)
	if now.Before(r.leases[keeper]) {
		for _, s := range r.seats {
			if s.Node == keeper {
				return s, true
			}
		}
	}
	return rooms.Seat{}, false
}

// ghosts are the seats of nodes whose lease ran out, save of one node that is
// known to live.
func (r *room) ghosts(but string, now time.Time) (all []rooms.Seat) {
	for _, s := range r.seats {
		if s.Node != but && !now.Before(r.leases[s.Node]) {
			all = append(all, s)
		}
	}
	return all
}

// roster is never nil: nobody is an answer too.
func (r *room) roster() []rooms.Seat {
	all := make([]rooms.Seat, 0, len(r.seats))
	for _, s := range r.seats {
		all = append(all, s)
	}
	return all
}

// event is what happens in the room now.
func (r *room) event(kind rooms.Kind, now time.Time, from rooms.Seat) rooms.Event {
	return rooms.Event{Kind: kind, Epoch: r.Epoch, Time: now.Truncate(time.Millisecond), From: from.Tagged(r.Epoch)}
}

// presence is an event that carries the roster's version.
func (r *room) presence(kind rooms.Kind, now time.Time, who rooms.Seat) rooms.Event {
	e := r.event(kind, now, who)
	e.Roster = r.version
	return e
}
