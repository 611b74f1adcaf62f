package storetest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"wick/rooms"
)

var boundTests = []test{
	{"the aliases of one person are bounded", testNamesOfOne},
	{"aliases beyond those that are remembered keep nobody out", testNamesOfMany},
	{"aliases that were only tried make room for others", testNamesTried},
	{"one network has no more aliases than are free", testNamesOfANetwork},
	{"the number of people let in is bounded", testWelcomes},
	{"the number of people shown out is bounded", testKickBound},
	{"the number of open invitations is bounded", testInviteBound},
	{"the number of messages ruled out is bounded", testRuledOutBound},
}

func testNamesOfOne(w *world) {
	room := w.light(rooms.Lighting{})
	ann, bob := newSeat("A", "ann"), newSeat("B", "bob")
	w.enter(w.a, ann)
	w.enter(w.b, bob)
	for i := range rooms.MaxNamesEach - 1 {
		w.ok(w.a.Rename(w.ctx, room.Ref, ann, fmt.Sprint("ann", i)))
	}
	for i := range 3 {
		w.is(w.handle(i).Rename(w.ctx, room.Ref, ann, fmt.Sprint("more", i)), rooms.ErrTooManyNames)
	}
	roster, _ := w.roster(room.Ref)
	for _, s := range roster {
		if last := fmt.Sprint("ann", rooms.MaxNamesEach-2); s.ID == ann.ID && s.Alias != last {
			w.Errorf("who was refused a name is called %q, want %q", s.Alias, last)
		}
	}
	// An earlier alias of one's own is not a new one, in any spelling; neither is
	// another's.
	for _, alias := range []string{"ann", "Ann3", "ann0"} {
		w.ok(w.a.Rename(w.ctx, room.Ref, ann, alias))
	}
	w.post(w.b, room.Ref, bob, "it is me")
	w.ok(w.b.Rename(w.ctx, room.Ref, bob, "rob"))
	w.ok(w.a.Rename(w.ctx, room.Ref, ann, "bob"))
	w.is(w.a.Rename(w.ctx, room.Ref, ann, "rob"), rooms.ErrAliasTaken)
	// They belong to the person: her other seat has no more.
	second := newSeat("A", "second")
	second.Identity = ann.Identity
	if entry := w.enter(w.a, second); entry.Seat.Marked {
		w.Error("a name that was nobody's is marked")
	}
	w.is(w.a.Rename(w.ctx, room.Ref, second, "third"), rooms.ErrTooManyNames)
}

// takeNames has people of one network each take all aliases that one may have, say
// something under them, if speaks, and leave.
func (w *world) takeNames(room rooms.Room, people int, network string, speaks bool) {
	w.Helper()
	w.allOK(together(people, func(i int) error {
		s, seat := w.handle(i), newSeat("A", fmt.Sprintf("g%d-0", i))
		seat.Network = network
		if _, err := s.Enter(w.ctx, w.name, seat, longLease, 0); err != nil {
			return err
		}
		for n := range rooms.MaxNamesEach {
			if n > 0 {
				if err := s.Rename(w.ctx, room.Ref, seat, fmt.Sprintf("g%d-%d", i, n)); err != nil {
					return err
				}
			}
			if speaks {
				if _, err := s.Append(w.ctx, room.Ref, seat, rooms.Words{ID: rand.Text(), Text: "it is me"}); err != nil {
					return err
				}
			}
		}
		return s.Leave(w.ctx, room.Ref, seat)
	}))
}

// remembers reports whether a confirmed alias is remembered: then somebody else who
// takes it is marked.
func (w *world) remembers(room rooms.Room, alias string) bool {
	w.Helper()
	ann, eve := newSeat("A", alias), newSeat("B", alias)
	w.enter(w.a, ann)
	w.post(w.a, room.Ref, ann, "it is me")
	w.ok(w.a.Leave(w.ctx, room.Ref, ann))
	marked := w.enter(w.b, eve).Seat.Marked
	w.ok(w.b.Leave(w.ctx, room.Ref, eve))
	return marked
}

func testNamesTried(w *world) {
	const people = rooms.MaxNames/rooms.MaxNamesEach + 20
	room := w.light(rooms.Lighting{Seats: 2 * people})
	w.takeNames(room, people, "", false)
	if !w.remembers(room, "ann") {
		w.Error("names that were only tried keep one of who spoke from being remembered")
	}
	if entry := w.enter(w.a, newSeat("A", "g1-1")); entry.Seat.Marked {
		w.Error("a name that was only tried is marked")
	}
}

func testNamesOfANetwork(w *world) {
	const people = rooms.MaxNames/rooms.MaxNamesEach + 20
	room := w.light(rooms.Lighting{Seats: 4 * people})
	w.takeNames(room, people, "net", true)
	if !w.remembers(room, "ann") {
		w.Error("names of one network keep another's from being remembered")
	}
}

func testNamesOfMany(w *world) {
	const people = rooms.MaxNames / rooms.MaxNamesEach
	room := w.light(rooms.Lighting{Seats: 2 * people})
	w.takeNames(room, people, "", true)
	ann, eve := newSeat("A", "ann"), newSeat("B", "Ann")
	w.enter(w.a, ann)
	for i := range 2 * rooms.MaxNamesEach { // none of them counts
		w.ok(w.a.Rename(w.ctx, room.Ref, ann, fmt.Sprint("ann", i)))
	}
	if entry := w.enter(w.b, eve); entry.Seat.Marked {
		w.Error("a name is remembered beyond the bound")
	}
	w.ok(w.b.Rename(w.ctx, room.Ref, eve, "g3-4"))
	roster, _ := w.roster(room.Ref)
	for _, s := range roster {
		if s.Marked != (s.ID == eve.ID) {
			w.Errorf("%q is marked: %v", s.Alias, s.Marked)
		}
	}
}

// fillWelcome has a member let in as many as the store remembers.
func (w *world) fillWelcome(room rooms.Room, by rooms.Seat) {
	w.Helper()
	const each = 33
	w.allOK(together(rooms.MaxWelcome/each, func(i int) error {
		for range each {
			if err := w.handle(i).Decide(w.ctx, room.Ref, by, newSeat("B", "guest"), true); err != nil {
				return err
			}
		}
		return nil
	}))
	w.ok(w.a.Decide(w.ctx, room.Ref, by, by, true)) // somebody who is let in already takes no place
	w.is(w.b.Decide(w.ctx, room.Ref, by, newSeat("B", "more"), true), rooms.ErrStoreFull)
}

func testWelcomes(w *world) {
	room := w.light(rooms.Lighting{})
	ann, bob := newSeat("A", "ann"), newSeat("B", "bob")
	w.enter(w.a, ann)
	w.fillWelcome(room, ann)
	// A room that is not locked keeps nobody out.
	if entry := w.enter(w.b, bob); entry.Welcome {
		w.Error("a newcomer was let in before")
	}
	w.ok(w.b.Leave(w.ctx, room.Ref, bob))
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
	_, err := w.b.Enter(w.ctx, w.name, bob, longLease, 0)
	w.is(err, rooms.ErrLocked)
	// An invitation that cannot let anybody in is not consumed, and a kick frees a
	// place.
	w.ok(w.a.Invite(w.ctx, room.Ref, "token", longLease))
	for range 2 {
		w.is(w.b.Redeem(w.ctx, w.name, "token", bob.Identity), rooms.ErrStoreFull)
	}
	w.ok(w.a.Kick(w.ctx, room.Ref, ann, ann))
	w.ok(w.b.Redeem(w.ctx, w.name, "token", bob.Identity))
	w.enter(w.b, bob)
}

func testKickBound(w *world) {
	room := w.light(rooms.Lighting{})
	ann, bob := newSeat("A", "ann"), newSeat("B", "bob")
	w.enter(w.a, ann)
	out := make([]rooms.Seat, rooms.MaxKicks)
	w.allOK(together(len(out), func(i int) error {
		out[i] = newSeat("B", "guest")
		return w.handle(i).Kick(w.ctx, room.Ref, ann, out[i])
	}))
	w.is(w.a.Kick(w.ctx, room.Ref, ann, bob), rooms.ErrTooManyKicks)
	w.ok(w.b.Kick(w.ctx, room.Ref, ann, out[0])) // has been shown out already
	w.enter(w.b, bob)
	if n := len(w.pulse(room.Ref).Kicks); n != rooms.MaxKicks {
		w.Errorf("a beat tells of %d kicks, want %d", n, rooms.MaxKicks)
	}
	_, err := w.b.Enter(w.ctx, w.name, out[0], longLease, 0)
	w.is(err, rooms.ErrKicked)
}

func testInviteBound(w *world) {
	room := w.light(rooms.Lighting{})
	invite := func(i int, valid time.Duration) error {
		return w.handle(i).Invite(w.ctx, room.Ref, fmt.Sprint("token", i), valid)
	}
	w.allOK(together(rooms.MaxInvites, func(i int) error { return invite(i, longLease) }))
	w.is(invite(rooms.MaxInvites, longLease), rooms.ErrTooManyInvites)
	// A spent invitation frees a place.
	w.ok(w.b.Redeem(w.ctx, w.name, "token3", "who"))
	const valid = 4 * shortLease // time for one more attempt on a busy machine
	end := time.Now().Add(valid)
	w.ok(invite(100, valid))
	w.is(invite(101, longLease), rooms.ErrTooManyInvites)
	w.wait(end) // so does an expired one
	w.ok(invite(102, longLease))
	w.is(invite(103, longLease), rooms.ErrTooManyInvites)
	w.is(w.b.Redeem(w.ctx, w.name, "token100", "who"), rooms.ErrSpent)
	w.ok(w.b.Redeem(w.ctx, w.name, "token102", "who"))
}

func testRuledOutBound(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	seq, err := w.a.Append(w.ctx, room.Ref, ann, rooms.Words{ID: "said", Text: "hi"})
	w.ok(err)
	w.allOK(together(rooms.MaxRuledOut, func(i int) error {
		_, err := w.handle(i).Resolve(w.ctx, room.Ref, fmt.Sprint("id", i))
		return err
	}))
	for i := range 5 {
		_, err := w.handle(i).Resolve(w.ctx, room.Ref, fmt.Sprint("more", i))
		w.is(err, rooms.ErrStoreFull)
	}
	// Messages that could not be ruled out may still arrive.
	if n, err := w.b.Resolve(w.ctx, room.Ref, "said"); err != nil || n != seq {
		w.Errorf("message %d is found as number %d, %v", seq, n, err)
	}
	if n, err := w.b.Resolve(w.ctx, room.Ref, "id7"); err != nil || n != 0 {
		w.Errorf("what was ruled out has number %d, %v", n, err)
	}
	if _, err = w.a.Append(w.ctx, room.Ref, ann, rooms.Words{ID: "id7", Text: "late"}); !errors.Is(err, rooms.ErrNotSaid) {
		w.Errorf("what was ruled out is answered %v", err)
	}
	_, err = w.a.Append(w.ctx, room.Ref, ann, rooms.Words{ID: "more1", Text: "in time"})
	w.ok(err)
	w.numbered(w.since(w.b, room.Ref, 0), 1, 2)
}
