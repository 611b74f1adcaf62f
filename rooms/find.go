package rooms

import "slices"

// find returns the person in the room with the alias or key tag.
func (l *liveRoom) find(name string) (Seat, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.over:
		return Seat{}, ErrNoRoom
	case name == "":
		return Seat{}, ErrNobody
	}
	return findPerson(l.roster.seats, name)
}

// findAtDoor is find for somebody who knocks; an empty name means the only one.
func (l *liveRoom) findAtDoor(name string) (Seat, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return Seat{}, ErrNoRoom
	}
	return findPerson(l.doorway.waiting(l.state.Epoch), name)
}

// findPerson returns the one person whom people mean by a name: an alias, however
// it is spelled, or a key tag. Of several seats it returns one with the alias
// first. It returns ErrNobody, or ErrAmbiguous if two people have that name, one
// by alias and one by tag, say. An empty name means the only seat.
func findPerson(seats []Seat, name string) (Seat, error) {
	if name == "" {
		if len(seats) != 1 {
			return Seat{}, ErrNobody
		}
		return seats[0], nil
	}
	fold, tag := FoldAlias(name), parseTag(name)
	var found []Seat
	for _, s := range seats {
		if FoldAlias(s.Alias) == fold {
			found = append(found, s)
		}
	}
	for _, s := range seats {
		if tag != "" && s.Tag == tag {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		return Seat{}, ErrNobody
	}
	if slices.ContainsFunc(found, func(s Seat) bool { return s.Identity != found[0].Identity }) {
		return Seat{}, ErrAmbiguous
	}
	return found[0], nil
}
