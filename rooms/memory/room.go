package memory

import (
	"slices"
	"time"

	"wick/rooms"
)

// room is a room from its lighting to its end. Its slot's mutex guards it.
type room struct {
	rooms.Room
	timer   *time.Timer // runs Store.burnOut at the deadline
	held    int64       // bytes that count against Config.Limit
	history ring
	seats   map[string]rooms.Seat // by ID
	aliases map[string]string     // folded alias → ID of the seat that has it
	leases  map[string]time.Time  // node → when its lease runs out
	version uint64                // of the roster; each change adds one

	burns     uint64      // see rooms.Pulse
	nextBurn  time.Time   // when the next message burns; zero: none will
	burnTimer *time.Timer // runs Store.expireMessages then; nil: no message has been due to burn

	blobs   map[chunk][]byte
	files   map[string]rooms.File // by name
	claim   string                // who may take Drop
	claimed time.Time             // until when

	shortenedBy, lockedBy string // see rooms.Promises

	// Bounded by rooms.MaxRuledOut and the constants beside it.
	ruledOut       map[string]time.Time  // ID of a message that is refused → since when
	welcome        map[string]bool       // identities that may enter even if the room is locked
	kicks          map[string]rooms.Kick // by identity
	invites        map[string]time.Time  // token → when it expires
	aliasOwners    map[string]aliasOwner // by folded alias
	aliasCounts    map[string]int        // identity → number of aliasOwners that are its own
	networkAliases map[string]int        // network → number of aliasOwners in it
	chosenAliases  map[string]string     // identity with a key → the alias that it chose last, one of its aliasOwners
}

// kicked reports whether the identity was kicked.
func (r *room) kicked(identity string) bool {
	_, kicked := r.kicks[identity]
	return kicked
}

// promises returns the room's promises. It leaves out the kicks if the caller knows
// as many as there are: none is ever taken back.
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

// setSeat adds the seat, or replaces the one with its ID.
func (r *room) setSeat(seat rooms.Seat) {
	r.seats[seat.ID] = seat
	r.aliases[rooms.FoldAlias(seat.Alias)] = seat.ID
	r.version++
}

// removeSeat removes the seat.
func (r *room) removeSeat(seat rooms.Seat, now time.Time) {
	fold := rooms.FoldAlias(seat.Alias)
	r.confirmHeld(fold, now)
	delete(r.seats, seat.ID)
	delete(r.aliases, fold)
	r.version++
}

// seatCount says how many of a room's seats are taken: in all, by one identity and by
// one network; and how many seats are Beside those.
type seatCount struct{ taken, own, ofNetwork, beside int }

// count counts the seats as they are for somebody who wants one. Lapsed seats do not
// count.
func (r *room) count(want rooms.Seat, lapsed []rooms.Seat) (n seatCount) {
	for _, s := range r.seats {
		switch {
		case slices.Contains(lapsed, s):
			continue
		case s.Beside:
			n.beside++
			continue
		case s.Identity == want.Identity:
			n.own++
		}
		n.taken++
		if s.Network == want.Network {
			n.ofNetwork++
		}
	}
	return n
}

// networkFull reports whether the network has all the seats that it may have while
// the given number is free.
func (n seatCount) networkFull(network string, free int) bool {
	return network != "" && n.ofNetwork >= rooms.Household && n.ofNetwork >= rooms.NetworkShare*free
}

// rename replaces the seat old with seat, which is the same under another alias. It
// returns the seat as stored, see markAlias for own.
func (s *Store) rename(r *room, old, seat rooms.Seat, own bool, now time.Time) rooms.Seat {
	fold := rooms.FoldAlias(old.Alias)
	r.confirmHeld(fold, now)
	delete(r.aliases, fold)
	seat = s.markAlias(r, seat, own, now)
	s.rememberAlias(r, seat, own)
	r.setSeat(seat)
	return seat
}

// seatWithAlias returns the seat that has the alias, or one that looks like it.
func (r *room) seatWithAlias(alias string) (rooms.Seat, bool) {
	id, taken := r.aliases[rooms.FoldAlias(alias)]
	return r.seats[id], taken
}

// reservedSeat returns a seat that is reserved for the identity.
func (r *room) reservedSeat(identity string, now time.Time) (rooms.Seat, bool) {
	node := rooms.Reservation(identity)
	if now.Before(r.leases[node]) {
		for _, s := range r.seats {
			if s.Node == node {
				return s, true
			}
		}
	}
	return rooms.Seat{}, false
}

// lapsedSeats returns the seats of nodes whose lease ran out, but none of the node
// except, which is alive.
func (r *room) lapsedSeats(except string, now time.Time) (seats []rooms.Seat) {
	for _, s := range r.seats {
		if s.Node != except && !now.Before(r.leases[s.Node]) {
			seats = append(seats, s)
		}
	}
	return seats
}

// seatsOf returns the seats that an identity takes and that have not lapsed.
func (r *room) seatsOf(identity string, lapsed []rooms.Seat) (seats []rooms.Seat) {
	for _, s := range r.seats {
		if s.Identity == identity && !s.Beside && !slices.Contains(lapsed, s) {
			seats = append(seats, s)
		}
	}
	return seats
}

// roster returns all seats, in no order. It is never nil, which would mean that
// nothing changed.
func (r *room) roster() []rooms.Seat {
	seats := make([]rooms.Seat, 0, len(r.seats))
	for _, s := range r.seats {
		seats = append(seats, s)
	}
	return seats
}

// event returns an event of the room at the time now.
func (r *room) event(kind rooms.Kind, now time.Time, from rooms.Seat) rooms.Event {
	return rooms.Event{Kind: kind, Epoch: r.Epoch, Time: r.Clock.At(now).Truncate(time.Millisecond), From: from.Tagged(r.Epoch)}
}

// presence returns an event that carries the roster's version.
func (r *room) presence(kind rooms.Kind, now time.Time, from rooms.Seat) rooms.Event {
	e := r.event(kind, now, from)
	e.Roster = r.version
	return e
}
