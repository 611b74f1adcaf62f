package memory

import (
	"slices"
	"time"

	"wick/rooms"
)

// aliasOwner is the person who had an alias first.
type aliasOwner struct {
	identity, network string
	since             time.Time // when they took it last
	confirmed         bool      // they said something under it, or had it for rooms.NameHeld
}

// markAlias notes whose the seat's alias is, and marks the seat if it was another's
// before. Somebody who had an alias for a moment and said nothing does not count, and
// own, an alias that was made from the seat's identity, is never marked.
func (s *Store) markAlias(r *room, seat rooms.Seat, own bool, now time.Time) rooms.Seat {
	fold := rooms.FoldAlias(seat.Alias)
	owner, known := r.aliasOwners[fold]
	if known && owner.identity == seat.Identity {
		if !owner.confirmed {
			owner.since = now
			r.aliasOwners[fold] = owner
		}
	} else if !owner.confirmed && seat.OwnsAlias() {
		s.forgetAlias(r, fold)
		s.claimAlias(r, fold, seat, now)
	}
	seat.Marked = owner.confirmed && owner.identity != seat.Identity && !own
	return seat
}

// isAnothers reports whether the seat's alias is surely another identity's, or will be
// when that comes back.
func (r *room) isAnothers(seat rooms.Seat) bool {
	fold := rooms.FoldAlias(seat.Alias)
	owner := r.aliasOwners[fold]
	return owner.identity != seat.Identity && (owner.confirmed || r.chosen(owner.identity) == fold)
}

// chosen returns the alias that an identity chose last, folded; empty for none.
func (r *room) chosen(identity string) string { return rooms.FoldAlias(r.chosenAliases[identity]) }

// rememberAlias notes that a person with a key chose the alias of the seat and owns it.
// An alias that was made from the identity needs no note.
func (s *Store) rememberAlias(r *room, seat rooms.Seat, own bool) {
	s.forgetChosen(r, seat.Identity)
	if seat.Keyed && !own && r.aliasOwners[rooms.FoldAlias(seat.Alias)].identity == seat.Identity && s.charge(r, identityCost) {
		r.chosenAliases[seat.Identity] = seat.Alias
	}
}

func (s *Store) forgetChosen(r *room, identity string) {
	if _, known := r.chosenAliases[identity]; known {
		delete(r.chosenAliases, identity)
		s.charge(r, -identityCost)
	}
}

// recallAlias returns the alias that the identity chose last, if nobody but seats that
// have lapsed has it; otherwise the given one.
func (r *room) recallAlias(identity, alias string, lapsed []rooms.Seat) string {
	chosen, known := r.chosenAliases[identity]
	if holder, taken := r.seatWithAlias(chosen); !known || taken && !slices.Contains(lapsed, holder) {
		return alias
	}
	return chosen
}

// tooManyNames reports whether the alias would be one more than the identity may have
// had.
func (r *room) tooManyNames(identity, alias string) bool {
	owner := r.aliasOwners[rooms.FoldAlias(alias)]
	return !owner.confirmed && owner.identity != identity && r.aliasCounts[identity] >= rooms.MaxNamesEach
}

// claimAlias notes an alias that is nobody's as the seat's, if it may have one more,
// and reports whether it did.
func (s *Store) claimAlias(r *room, fold string, seat rooms.Seat, now time.Time) bool {
	if r.aliasCounts[seat.Identity] >= rooms.MaxNamesEach {
		return false
	}
	if len(r.aliasOwners) >= rooms.MaxNames {
		s.forgetUnconfirmed(r)
	}
	free := rooms.MaxNames - len(r.aliasOwners)
	held := r.networkAliases[seat.Network]
	networkFull := seat.Network != "" && held >= rooms.MaxNamesEach && held >= free
	if free <= 0 || networkFull || !s.charge(r, identityCost) {
		return false
	}
	r.aliasOwners[fold] = aliasOwner{identity: seat.Identity, network: seat.Network, since: now}
	r.aliasCounts[seat.Identity]++
	r.networkAliases[seat.Network]++
	return true
}

// forgetAlias forgets whose an alias was.
func (s *Store) forgetAlias(r *room, fold string) {
	owner, known := r.aliasOwners[fold]
	if !known {
		return
	}
	delete(r.aliasOwners, fold)
	if r.chosen(owner.identity) == fold {
		s.forgetChosen(r, owner.identity)
	}
	decrement(r.aliasCounts, owner.identity)
	decrement(r.networkAliases, owner.network)
	s.charge(r, -identityCost)
}

// forgetUnconfirmed forgets the aliases that were only tried, unless somebody has
// them now.
func (s *Store) forgetUnconfirmed(r *room) {
	for fold, owner := range r.aliasOwners {
		if _, held := r.aliases[fold]; !owner.confirmed && !held {
			s.forgetAlias(r, fold)
		}
	}
}

func decrement(counts map[string]int, key string) {
	if counts[key]--; counts[key] <= 0 {
		delete(counts, key)
	}
}

// confirmAlias notes that the seat's alias is its own, as something was said
// under it, or the seat was shown out.
func (s *Store) confirmAlias(r *room, seat rooms.Seat, now time.Time) {
	fold := rooms.FoldAlias(seat.Alias)
	if owner, known := r.aliasOwners[fold]; owner.confirmed || known && owner.identity != seat.Identity || !known && !s.claimAlias(r, fold, seat, now) {
		return
	}
	owner := r.aliasOwners[fold]
	owner.confirmed = true
	r.aliasOwners[fold] = owner
}

// confirmHeld is called before an alias is given up. It confirms the owner who
// has had it for rooms.NameHeld.
func (r *room) confirmHeld(fold string, now time.Time) {
	if owner, known := r.aliasOwners[fold]; known && !owner.confirmed && now.Sub(owner.since) >= rooms.NameHeld {
		owner.confirmed = true
		r.aliasOwners[fold] = owner
	}
}
