package rooms

import "slices"

// find is somebody at the door, or in the room.
func (l *live) find(name string, door bool) (Seat, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return Seat{}, ErrNoRoom
	}
	if door {
		return called(l.atDoor(), name)
	}
	if name == "" {
		return Seat{}, ErrNobody
	}
	return called(l.roster, name)
}

// called finds the one person whom people mean by a name: an alias, however it
// is spelled, or a key tag. It answers one seat of theirs, that with the alias
// first; ErrNobody; and ErrAmbiguous if two people have that name, one by alias
// and one by tag, say. An empty name means the only one there.
func called(all []Seat, name string) (Seat, error) {
	if name == "" {
		if len(all) != 1 {
			return Seat{}, ErrNobody
		}
		return all[0], nil
	}
	fold, tag := FoldAlias(name), typedTag(name)
	var found []Seat
	for _, s := range all {
		if FoldAlias(s.Alias) == fold {
			found = append(found, s)
		}
	}
	for _, s := range all {
		if tag != "" && s.KeyTag() == tag {
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
