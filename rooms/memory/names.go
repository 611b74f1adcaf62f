package memory

import (
	"time"

	"wick/rooms"
)

// bearer is who had an alias first.
type bearer struct {
	identity, network string
	since             time.Time // they have it now, or had it last
	sure              bool      // they said something under it, or had it for rooms.NameHeld
}

// mark notes whose alias the seat's is, and marks the seat if it was another's. Who
// had an alias for a moment and said nothing leaves no mark on others, and own, an
// alias that was made from the seat's identity, is never marked.
func (s *Store) mark(r *room, seat rooms.Seat, own bool, now time.Time) rooms.Seat {
	fold := rooms.FoldAlias(seat.Alias)
	b, known := r.bearers[fold]
	if known && b.identity == seat.Identity {
		if !b.sure {
			b.since = now
			r.bearers[fold] = b
		}
	} else if !b.sure {
		s.forget(r, fold)
		s.claim(r, fold, seat, now)
	}
	seat.Marked = b.sure && b.identity != seat.Identity && !own
	return seat
}

// tooManyNames reports whether the alias would be one more of the identity than it
// may have had.
func (r *room) tooManyNames(identity, alias string) bool {
	b := r.bearers[rooms.FoldAlias(alias)]
	return !b.sure && b.identity != identity && r.names[identity] >= rooms.MaxNamesEach
}

// claim notes an alias that is nobody's as the seat's, if it may have one more, and
// reports whether it did.
func (s *Store) claim(r *room, fold string, seat rooms.Seat, now time.Time) bool {
	if r.names[seat.Identity] >= rooms.MaxNamesEach {
		return false
	}
	if len(r.bearers) >= rooms.MaxNames {
		s.forgetUnsure(r)
	}
	free := rooms.MaxNames - len(r.bearers)
	if held := r.shares[seat.Network]; free <= 0 || seat.Network != "" && held >= rooms.MaxNamesEach && held >= free || !s.take(r, identityCost) {
		return false
	}
	r.bearers[fold] = bearer{identity: seat.Identity, network: seat.Network, since: now}
	r.names[seat.Identity]++
	r.shares[seat.Network]++
	return true
}

// forget takes back that an alias is somebody's.
func (s *Store) forget(r *room, fold string) {
	b, known := r.bearers[fold]
	if !known {
		return
	}
	delete(r.bearers, fold)
	less(r.names, b.identity)
	less(r.shares, b.network)
	s.take(r, -identityCost)
}

// forgetUnsure forgets the aliases that were only tried, and that nobody has now.
func (s *Store) forgetUnsure(r *room) {
	for fold, b := range r.bearers {
		if _, held := r.aliases[fold]; !b.sure && !held {
			s.forget(r, fold)
		}
	}
}

func less(counts map[string]int, key string) {
	if counts[key]--; counts[key] <= 0 {
		delete(counts, key)
	}
}

// spoke notes that the seat's alias is its own, for something was said under it, or
// it was shown out.
func (s *Store) spoke(r *room, seat rooms.Seat, now time.Time) {
	fold := rooms.FoldAlias(seat.Alias)
	if b, known := r.bearers[fold]; b.sure || known && b.identity != seat.Identity || !known && !s.claim(r, fold, seat, now) {
		return
	}
	b := r.bearers[fold]
	b.sure = true
	r.bearers[fold] = b
}

// settle notes, before an alias is given up, that it is its bearer's if they have
// had it for long enough.
func (r *room) settle(fold string, now time.Time) {
	if b, known := r.bearers[fold]; known && !b.sure && now.Sub(b.since) >= rooms.NameHeld {
		b.sure = true
		r.bearers[fold] = b
	}
}
