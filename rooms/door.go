package rooms

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// What becomes of a wish at the door of a room.
var (
	ErrNotOwner  = errors.New("only who lit the room may do that")
	ErrDenied    = errors.New("they did not let you in")
	ErrNobody    = errors.New("there is nobody of that name")
	ErrAmbiguous = errors.New("more than one person here goes by that name, so nothing was done: use the alias or the key tag that is theirs alone; /who lists both")
	ErrYourself  = errors.New("that is you")
)

// ErrBadToken is returned for text that cannot be an invitation.
var ErrBadToken = errors.New("an invitation is written as it was shown, such as k7f3-q9xm-2tdw")

// ParseToken reads the token of an invitation as people type it: in upper or
// lower case, with or without its hyphens. The error is ErrBadToken.
func ParseToken(s string) (string, error) {
	var raw []byte
	for _, c := range []byte(strings.ReplaceAll(s, "-", "")) {
		if c >= 'A' && c <= 'Z' { // other letters, too, have lower cases in ASCII
			c += 'a' - 'A'
		}
		at := strings.IndexByte(alphabet, c)
		if at < 0 {
			return "", ErrBadToken
		}
		raw = append(raw, byte(at))
	}
	if len(raw) != codeLength {
		return "", ErrBadToken
	}
	return spell(raw), nil
}

// knock is somebody who waits at the door.
type knock struct {
	seat  Seat
	since time.Time
	over  *time.Timer // drops it, unless it is renewed
}

// Knock asks those in a locked room to be let in, and waits until one of them
// decides, or ctx ends. Without an error the guest may Enter. It answers
// ErrDenied, ErrKicked, and ErrNoRoom when the room ends meanwhile.
//
// Of one network only so many knock at a time; others wait for their turn, and
// those inside do not hear of them.
//
// If heard is not nil, it is told each time that those inside hear of the knock,
// with the seat as they see it. It must not block.
func (h *Hub) Knock(ctx context.Context, name Name, g Guest, heard func(Seat)) error {
	feed, err := h.store.Watch(ctx, name)
	if err != nil {
		return err
	}
	defer feed.Close()
	feed.Only(Knocked, Admitted, Denied, Unlocked, Destroyed)
	seat := h.seatOf(g)
	place := &waiting{source: seat.source()}
	defer h.doors.leave(name, place)
	var asked time.Time
	for word := news; ; {
		knocks := h.doors.mayKnock(name, place)
		if knocks || word == news || time.Since(asked) >= unheardEvery {
			asked = time.Now()
			open, err := h.store.Knock(ctx, name, seat, knocks)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err == nil && open:
				return nil
			case err != nil && !errors.Is(err, ErrUnavailable) && !errors.Is(err, ErrUnknown):
				return err
			}
		}
		if word, err = listen(ctx, feed, seat, heard); word == decision {
			return err
		}
	}
}

// KnockAndEnter waits at the door of a locked room until the guest is let in,
// and takes a seat. It answers the errors of Knock and of Enter but ErrLocked.
func (h *Hub) KnockAndEnter(ctx context.Context, name Name, g Guest, heard func(Seat)) (*Member, error) {
	for {
		if err := h.Knock(ctx, name, g, heard); err != nil {
			return nil, err
		}
		m, err := h.Enter(ctx, name, g)
		if !errors.Is(err, ErrLocked) { // else it was locked again meanwhile
			return m, err
		}
	}
}

// seatOf is a new seat for the guest.
func (h *Hub) seatOf(g Guest) Seat {
	return Seat{ID: rand.Text(), Node: h.node, Alias: g.Alias, Identity: g.Identity, Network: g.Network, Keyed: g.Returns, Rev: 1}
}

// What is heard at a door.
type word uint8

const (
	nothing word = iota // within knockEvery
	news                // that may concern who waits: the store tells
	decision
)

// listen waits at the door for an answer, and for as long as one knock lasts.
func listen(ctx context.Context, feed *Feed, seat Seat, heard func(Seat)) (word, error) {
	again := time.NewTimer(knockEvery)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return decision, ctx.Err()
		case <-again.C:
			return nothing, nil
		case <-feed.Ready():
		}
		events, gap := feed.Take()
		for _, e := range events {
			switch e.Kind {
			case Unlocked, Destroyed:
				return news, nil
			case Knocked:
				if e.From.ID == seat.ID && heard != nil {
					heard(e.From)
				}
			case Admitted:
				if e.From.Identity == seat.Identity {
					return decision, nil
				}
			case Denied:
				if e.From.ID == seat.ID {
					return decision, ErrDenied
				}
			}
		}
		if gap {
			return news, nil
		}
	}
}

// Redeem lets the guest into a locked room by an invitation. It answers
// ErrSpent, and ErrNoRoom.
func (h *Hub) Redeem(ctx context.Context, name Name, token string, g Guest) error {
	return h.store.Redeem(ctx, name, token, g.Identity)
}

// setDoor takes what happened at the door into the room, under mu. It tells
// whether anything changed that people see.
func (l *live) setDoor(e Event) bool {
	switch e.Kind {
	case Locked, Unlocked:
		locked := e.Kind == Locked
		if e.Lock <= l.room.Lock {
			return false // it is known, or of before
		}
		changed := l.room.Locked != locked
		if l.setLock(locked, e.Lock, e.From.Alias); !changed {
			return false
		}
	case Knocked:
		return l.knocked(e)
	case Admitted:
		l.hush(func(at Seat) bool { return at.Identity == e.From.Identity })
	case Denied:
		l.hush(func(at Seat) bool { return at.ID == e.From.ID })
		l.pause(e.From, true)
	case Kicked:
		_, again := l.kicks[e.From.Identity]
		if l.setKick(Kick{e.From, e.By}); again {
			return false
		}
	}
	l.journal.append(e)
	return true
}

// knocked notes who is at the door, and reports whether that is news: else the knock
// is only renewed, or not heard. It is in the State of members and in no transcript:
// strangers write none.
func (l *live) knocked(e Event) bool {
	id := e.From.ID
	if k, again := l.knocks[id]; again {
		k.over.Reset(knockLasts)
		return false
	}
	if !l.room.Locked || !l.hears(e.From) {
		return false
	}
	l.knocks[id] = knock{e.From, time.Now(), time.AfterFunc(knockLasts, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.hush(func(at Seat) bool { return at.ID == id }); !l.over {
			l.pause(e.From, false)
		}
		l.wake()
	})}
	return true
}

// hush forgets those at the door of whom gone is true.
func (l *live) hush(gone func(Seat) bool) {
	maps.DeleteFunc(l.knocks, func(_ string, k knock) bool {
		if !gone(k.seat) {
			return false
		}
		k.over.Stop()
		return true
	})
}

// atDoor are those who knock, the longest waiting first. Who has no key, and the
// name of another there, has a Tag besides: by it they are let in or not.
func (l *live) atDoor() []Seat {
	var all []Seat
	names := map[string]string{} // folded alias → identity; several: no identity
	for _, k := range slices.SortedFunc(maps.Values(l.knocks), func(a, b knock) int { return a.since.Compare(b.since) }) {
		all = append(all, k.seat)
		fold := FoldAlias(k.seat.Alias)
		if other, there := names[fold]; there && other != k.seat.Identity {
			names[fold] = ""
		} else {
			names[fold] = k.seat.Identity
		}
	}
	for i, s := range all {
		if !s.Keyed && names[FoldAlias(s.Alias)] == "" {
			all[i].Tag = KeyTag(l.room.Epoch, s.Identity)
		}
	}
	return all
}

// Lock closes the room to newcomers, who have to knock from then on, or opens
// it. It answers ErrNotOwner and ErrTooFast.
func (m *Member) Lock(ctx context.Context, locked bool) error {
	if !m.owns() {
		return ErrNotOwner
	}
	return m.act(ctx, func(ctx context.Context, ref Ref, by Seat) error {
		return m.live.hub.store.Lock(ctx, ref, by, locked)
	})
}

// Invite makes the token of an invitation that lets one person through the
// lock, once, within the time. It answers ErrNotOwner and ErrTooFast.
func (m *Member) Invite(ctx context.Context, valid time.Duration) (string, error) {
	if !m.owns() {
		return "", ErrNotOwner
	}
	token := NewToken()
	return token, m.act(ctx, func(ctx context.Context, ref Ref, _ Seat) error {
		return m.live.hub.store.Invite(ctx, ref, token, valid)
	})
}

// Kick shows out whoever has that alias or key tag, and returns their seat. Their
// identity stays out for the room's life; who has no key, or takes another, gets
// a new identity and so into a room that is not locked. It answers ErrNotOwner,
// ErrNobody, ErrAmbiguous, ErrYourself and ErrTooFast.
func (m *Member) Kick(ctx context.Context, name string) (Seat, error) {
	if !m.owns() {
		return Seat{}, ErrNotOwner
	}
	guest, err := m.live.find(name, false)
	if err != nil {
		return Seat{}, err
	}
	return guest, m.ShowOut(ctx, guest)
}

// Named returns the one person in the room whom a name means, for a question that
// is asked before something is done to them. The errors are ErrNobody and
// ErrAmbiguous.
func (m *Member) Named(name string) (Seat, error) { return m.live.find(name, false) }

// ShowOut is Kick for somebody whom Named returned, whatever they are called by
// now.
func (m *Member) ShowOut(ctx context.Context, guest Seat) error {
	if !m.owns() {
		return ErrNotOwner
	}
	if _, you := m.live.place(m); guest.Identity == you.Identity {
		return ErrYourself
	}
	return m.act(ctx, func(ctx context.Context, ref Ref, by Seat) error {
		return m.live.hub.store.Kick(ctx, ref, by, guest)
	})
}

// Decide lets in who knocks, by alias or key tag, or does not; an empty name
// means the only one at the door. It answers ErrNobody, ErrAmbiguous and
// ErrTooFast.
func (m *Member) Decide(ctx context.Context, name string, admit bool) error {
	guest, err := m.live.find(name, true)
	if err != nil {
		return err
	}
	return m.act(ctx, func(ctx context.Context, ref Ref, by Seat) error {
		return m.live.hub.store.Decide(ctx, ref, by, guest, admit)
	})
}

// owns reports whether the member lit the room.
func (m *Member) owns() bool {
	l := m.live
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.room.Owner != "" && m.seat.Identity == l.room.Owner
}
