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

	shortenedBy, lockedBy string // see rooms.Promises

	// How many there may be of each, rooms says: MaxRuledOut and so on.
	ruledOut map[string]time.Time  // IDs of messages that must not come any more → since when
	welcome  map[string]bool       // identities that may enter though it is locked
	kicks    map[string]rooms.Kick // by identity
	invites  map[string]time.Time  // token → until when it is good
	bearers  map[string]bearer     // by folded alias
	names    map[string]int        // identity → how many of bearers are its own
	shares   map[string]int        // network → how many of bearers are of it
}

// kicked reports whether the identity was shown out.
func (r *room) kicked(identity string) bool {
	_, kicked := r.kicks[identity]
	return kicked
}

// promises are those of the room; without the kicks if there are as many as known.
func (r *room) promises(known int) rooms.Promises {
	p := rooms.Promises{Ends: r.Ends, ShortenedBy: r.shortenedBy, Locked: r.Locked, Lock: r.Lock, LockedBy: r.lockedBy}
	if len(r.kicks) != known {
		p.Kicks = []rooms.Kick{}
		for _, k := range r.kicks {
			p.Kicks = append(p.Kicks, k)
		}
	}
	return p
}

// sit adds the seat, or changes the one of that ID.
func (r *room) sit(seat rooms.Seat) {
	r.seats[seat.ID] = seat
	r.aliases[rooms.FoldAlias(seat.Alias)] = seat.ID
	r.version++
}

// rise takes the seat away.
func (r *room) rise(seat rooms.Seat, now time.Time) {
	fold := rooms.FoldAlias(seat.Alias)
	r.settle(fold, now)
	delete(r.seats, seat.ID)
	delete(r.aliases, fold)
	r.version++
}

// crowded reports whether a network has as many seats as one may have, where that
// many are free. Ghosts have none.
func (r *room) crowded(network string, free int, ghosts []rooms.Seat) bool {
	if network == "" {
		return false
	}
	held := 0
	for _, s := range r.seats {
		if s.Network == network {
			held++
		}
	}
	for _, s := range ghosts {
		if s.Network == network {
			held--
		}
	}
	return held >= rooms.Household && held >= rooms.NetworkShare*free
}

// rename replaces the seat by itself with another alias, and returns it.
func (s *Store) rename(r *room, was, seat rooms.Seat, own bool, now time.Time) rooms.Seat {
	fold := rooms.FoldAlias(was.Alias)
	r.settle(fold, now)
	delete(r.aliases, fold)
	seat = s.mark(r, seat, own, now)
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
	return rooms.Event{Kind: kind, Epoch: r.Epoch, Time: r.Clock.At(now).Truncate(time.Millisecond), From: from.Tagged(r.Epoch)}
}

// presence is an event that carries the roster's version.
func (r *room) presence(kind rooms.Kind, now time.Time, who rooms.Seat) rooms.Event {
	e := r.event(kind, now, who)
	e.Roster = r.version
	return e
}
