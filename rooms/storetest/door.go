package storetest

import (
	"slices"
	"time"

	"wick/rooms"
)

var door = []test{
	{"a locked room lets nobody new in", locked},
	{"who knocks is told of and let in", knocked},
	{"who is turned away may knock again", denied},
	{"who is kicked stays out", kicked},
	{"an invitation is good once", invited},
	{"of many who spend one invitation one gets in", inviteRace},
	{"an invitation ends in time", inviteEnds},
	{"an alias that another identity had is marked", marked},
	{"an alias that was only tried is nobody's", triedNames},
	{"an alias made from the identity is not marked", ownNames},
	{"a key has a tag for each burning of a room", keyTags},
	{"after its end nothing remains of a room", remains},
}

func locked(w *world) {
	room := w.light(rooms.Lighting{Seats: 5})
	watch := w.watch(w.b)
	ann, bob := newSeat("A", "ann"), newSeat("B", "bob")
	w.enter(w.a, ann)
	w.enter(w.b, bob)
	w.ok(w.a.Leave(w.ctx, room.Ref, bob))
	watch.next(rooms.Joined)
	watch.next(rooms.Joined)
	watch.next(rooms.Left)
	for range 2 { // locking twice is locking
		w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
		if e := watch.next(rooms.Locked); e.From.Alias != "ann" || e.Epoch != room.Epoch {
			w.Errorf("event is %+v", e)
		}
	}
	found, err := w.b.Find(w.ctx, w.name)
	w.ok(err)
	pulse, err := w.b.Beat(w.ctx, room.Ref, "A", longLease, rooms.Known{})
	w.ok(err)
	if !found.Locked || !pulse.Locked {
		w.Errorf("found locked: %v, beat locked: %v", found.Locked, pulse.Locked)
	}
	_, err = w.b.Enter(w.ctx, w.name, newSeat("B", "cid"), longLease, 0)
	w.is(err, rooms.ErrLocked)
	// Who sits in it or was in it is no newcomer.
	if entry := w.enter(w.a, ann); !entry.Room.Locked {
		w.Error("entered a room that is not locked")
	}
	again := newSeat("A", "bob")
	again.Identity = bob.Identity
	w.enter(w.a, again)
	watch.next(rooms.Joined)
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, false))
	watch.next(rooms.Unlocked)
	w.enter(w.b, newSeat("B", "cid"))
	found, err = w.b.Find(w.ctx, w.name)
	w.ok(err)
	if found.Locked {
		w.Error("the room is still locked")
	}
}

func knocked(w *world) {
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.a)
	ann, cid := newSeat("A", "ann"), newSeat("B", "cid")
	cid.Keyed = true
	cid = cid.Tagged(room.Epoch)
	w.enter(w.a, ann)
	watch.next(rooms.Joined)
	open, err := w.b.Knock(w.ctx, w.name, cid, true)
	w.ok(err)
	if !open {
		w.Error("a room that is not locked is not open")
	}
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
	watch.next(rooms.Locked)
	open, err = w.b.Knock(w.ctx, w.name, newSeat("B", "dan"), false) // nobody hears it
	w.ok(err)
	if open {
		w.Error("a locked room is open to who does not ring")
	}
	for range 2 {
		open, err = w.b.Knock(w.ctx, w.name, cid, true)
		w.ok(err)
		if open {
			w.Error("a locked room is open")
		}
		if e := watch.next(rooms.Knocked); e.From != cid || e.Epoch != room.Epoch {
			w.Errorf("event is %+v", e)
		}
	}
	w.ok(w.a.Decide(w.ctx, room.Ref, ann, cid, true))
	if e := watch.next(rooms.Admitted); e.From != cid || e.By != "ann" {
		w.Errorf("event is %+v", e)
	}
	open, err = w.b.Knock(w.ctx, w.name, cid, true)
	w.ok(err)
	if !open {
		w.Error("the room is not open to who was admitted")
	}
	w.sameSeats(w.enter(w.b, cid).Roster, ann, cid)
	_, err = w.b.Enter(w.ctx, w.name, newSeat("B", "dan"), longLease, 0)
	w.is(err, rooms.ErrLocked)
	w.ok(w.a.Destroy(w.ctx, room.Ref, ann))
	_, err = w.b.Knock(w.ctx, w.name, cid, true)
	w.is(err, rooms.ErrNoRoom)
}

func denied(w *world) {
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.a)
	ann, cid := newSeat("A", "ann"), newSeat("B", "cid")
	w.enter(w.a, ann)
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
	watch.next(rooms.Joined)
	watch.next(rooms.Locked)
	w.ok(w.a.Decide(w.ctx, room.Ref, ann, cid, false))
	if e := watch.next(rooms.Denied); e.From != cid || e.By != "ann" {
		w.Errorf("event is %+v", e)
	}
	_, err := w.b.Enter(w.ctx, w.name, cid, longLease, 0)
	w.is(err, rooms.ErrLocked)
	open, err := w.b.Knock(w.ctx, w.name, cid, true)
	w.ok(err)
	if open {
		w.Error("the room is open to who was turned away")
	}
	watch.next(rooms.Knocked)
}

func kicked(w *world) {
	room := w.light(rooms.Lighting{Seats: 3})
	watch := w.watch(w.b)
	ann, bob := newSeat("A", "ann"), newSeat("B", "bob")
	second := newSeat("A", "bob2")
	second.Identity = bob.Identity
	for _, s := range []rooms.Seat{ann, bob, second} {
		w.enter(w.a, s)
		watch.next(rooms.Joined)
	}
	w.ok(w.a.Kick(w.ctx, room.Ref, ann, bob))
	if e := watch.next(rooms.Kicked); e.From != bob || e.By != "ann" || e.Roster != 0 {
		w.Errorf("event is %+v", e)
	}
	watch.next(rooms.Left)
	watch.next(rooms.Left)
	roster, _ := w.roster(room.Ref)
	w.sameSeats(roster, ann)
	for _, s := range []rooms.Seat{bob, second} {
		_, err := w.b.Append(w.ctx, room.Ref, s, rooms.Words{ID: "id", Text: "still here?"})
		w.is(err, rooms.ErrNotSeated)
		_, err = w.b.Enter(w.ctx, w.name, s, longLease, 0)
		w.is(err, rooms.ErrKicked)
	}
	_, err := w.b.Knock(w.ctx, w.name, bob, true)
	w.is(err, rooms.ErrKicked)
	// No member and no invitation lets them in again.
	w.ok(w.a.Decide(w.ctx, room.Ref, ann, bob, true))
	w.ok(w.a.Invite(w.ctx, room.Ref, "token", longLease))
	w.ok(w.b.Redeem(w.ctx, w.name, "token", bob.Identity))
	_, err = w.b.Enter(w.ctx, w.name, bob, longLease, 0)
	w.is(err, rooms.ErrKicked)
	if entry := w.enter(w.b, newSeat("B", "bob")); !entry.Seat.Marked {
		w.Error("the name of who was kicked is not remembered")
	}
}

func invited(w *world) {
	room := w.light(rooms.Lighting{})
	ann, cid, dan := newSeat("A", "ann"), newSeat("B", "cid"), newSeat("B", "dan")
	w.enter(w.a, ann)
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
	w.is(w.b.Redeem(w.ctx, w.name, "made up", cid.Identity), rooms.ErrSpent)
	w.ok(w.a.Invite(w.ctx, room.Ref, "one", longLease))
	w.ok(w.a.Invite(w.ctx, room.Ref, "two", longLease))
	w.ok(w.b.Redeem(w.ctx, w.name, "one", cid.Identity))
	w.is(w.b.Redeem(w.ctx, w.name, "one", dan.Identity), rooms.ErrSpent)
	w.enter(w.b, cid)
	_, err := w.b.Enter(w.ctx, w.name, dan, longLease, 0)
	w.is(err, rooms.ErrLocked)
	w.ok(w.a.Redeem(w.ctx, w.name, "two", dan.Identity))
	w.enter(w.a, dan)
	w.ok(w.a.Destroy(w.ctx, room.Ref, ann))
	w.is(w.a.Redeem(w.ctx, w.name, "two", dan.Identity), rooms.ErrNoRoom)
}

func inviteRace(w *world) {
	const many = 20
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
	w.ok(w.a.Invite(w.ctx, room.Ref, "token", longLease))
	guests := make([]rooms.Seat, many)
	errs := together(many, func(i int) error {
		guests[i] = newSeat("B", "guest")
		return w.handle(i).Redeem(w.ctx, w.name, "token", guests[i].Identity)
	})
	if n := w.winners(errs, rooms.ErrSpent); n != 1 {
		w.Errorf("%d spent one invitation", n)
	}
	for i, spent := range errs {
		_, err := w.handle(i+1).Enter(w.ctx, w.name, guests[i], longLease, 0)
		if (err == nil) != (spent == nil) {
			w.Errorf("redeemed: %v, entered: %v", spent, err)
		}
	}
}

func inviteEnds(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
	end := time.Now().Add(shortLease)
	w.ok(w.a.Invite(w.ctx, room.Ref, "token", shortLease))
	w.wait(end)
	w.is(w.b.Redeem(w.ctx, w.name, "token", ann.Identity), rooms.ErrSpent)
}

func marked(w *world) {
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.b)
	ann, eve := newSeat("A", "ann"), newSeat("B", "Ann")
	w.enter(w.a, ann)
	w.post(w.a, room.Ref, ann, "hi")
	w.ok(w.a.Leave(w.ctx, room.Ref, ann))
	watch.next(rooms.Joined)
	watch.next(rooms.Message)
	watch.next(rooms.Left)
	entry := w.enter(w.b, eve)
	if e := watch.next(rooms.Joined); !e.From.Marked || !entry.Seat.Marked || !entry.Roster[0].Marked {
		w.Errorf("not marked: %+v, %+v", e.From, entry.Seat)
	}
	_, err := w.b.Append(w.ctx, room.Ref, eve, rooms.Words{ID: "id", Text: "I am ann"})
	w.ok(err)
	if e := watch.next(rooms.Message); !e.From.Marked {
		w.Errorf("a message that is not marked: %+v", e.From)
	}
	w.ok(w.b.Rename(w.ctx, room.Ref, eve, "eve"))
	if e := watch.next(rooms.Renamed); e.From.Marked || e.Was != "Ann" {
		w.Errorf("event is %+v", e)
	}
	again := newSeat("A", "ann")
	again.Identity = ann.Identity
	if entry := w.enter(w.a, again); entry.Seat.Marked {
		w.Error("who had the alias first is marked")
	}
	watch.next(rooms.Joined)
	cid := newSeat("A", "cid")
	w.enter(w.a, cid)
	watch.next(rooms.Joined)
	w.ok(w.a.Leave(w.ctx, room.Ref, again))
	watch.next(rooms.Left)
	w.ok(w.a.Rename(w.ctx, room.Ref, cid, "ann"))
	if e := watch.next(rooms.Renamed); !e.From.Marked || e.Was != "cid" {
		w.Errorf("event is %+v", e)
	}
}

// triedNames has somebody try one alias after the other: nobody is taken for an
// impostor because of that.
func triedNames(w *world) {
	room := w.light(rooms.Lighting{})
	eve := newSeat("A", "eve")
	w.enter(w.a, eve)
	for _, alias := range []string{"ann", "bob"} {
		w.ok(w.a.Rename(w.ctx, room.Ref, eve, alias))
	}
	w.ok(w.a.Leave(w.ctx, room.Ref, eve))
	ann, cid := newSeat("B", "ann"), newSeat("A", "cid")
	for _, entry := range []rooms.Entry{w.enter(w.b, ann), w.enter(w.a, cid)} {
		if entry.Seat.Marked {
			w.Errorf("%q is marked, which somebody has only tried", entry.Seat.Alias)
		}
	}
	w.ok(w.a.Rename(w.ctx, room.Ref, cid, "bob"))
	w.post(w.b, room.Ref, ann, "hi")
	w.ok(w.b.Rename(w.ctx, room.Ref, ann, "anna"))
	w.unmarked(room, ann, cid)
	// Ann said something, and eve comes for the name again.
	again := newSeat("A", "eve")
	again.Identity = eve.Identity
	w.enter(w.a, again)
	w.ok(w.a.Rename(w.ctx, room.Ref, again, "ann"))
	w.unmarked(room, ann, cid)
}

// unmarked checks that of all here these and no others are not marked.
func (w *world) unmarked(room rooms.Room, who ...rooms.Seat) {
	w.Helper()
	roster, _ := w.roster(room.Ref)
	for _, s := range roster {
		if own := slices.ContainsFunc(who, func(o rooms.Seat) bool { return o.ID == s.ID }); s.Marked == own {
			w.Errorf("%q is marked: %v", s.Alias, s.Marked)
		}
	}
}

func ownNames(w *world) {
	room := w.light(rooms.Lighting{})
	eve := newSeat("A", "amber-otter")
	w.enter(w.a, eve)
	w.post(w.a, room.Ref, eve, "this is mine")
	w.ok(w.a.Leave(w.ctx, room.Ref, eve))
	ann := newSeat("B", "amber-otter")
	ann.Own = true
	if entry := w.enter(w.b, ann); entry.Seat.Marked || entry.Seat.Own {
		w.Errorf("entered as %+v", entry.Seat)
	}
	w.unmarked(room, ann)
	w.ok(w.b.Rename(w.ctx, room.Ref, ann, "ann"))
	w.ok(w.b.Rename(w.ctx, room.Ref, ann, "amber-otter"))
	w.unmarked(room, ann)
	w.ok(w.b.Rename(w.ctx, room.Ref, ann, "ann"))
	ann.Own = false
	w.ok(w.b.Rename(w.ctx, room.Ref, ann, "Amber_Otter"))
	w.unmarked(room)
}

func remains(w *world) {
	room := w.light(rooms.Lighting{})
	count := func() int {
		n, err := w.b.Remains(w.ctx, room.Ref)
		w.ok(err)
		return n
	}
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	w.post(w.a, room.Ref, ann, "hi")
	if count() == 0 {
		w.Error("nothing remains of a room that burns")
	}
	w.ok(w.a.Destroy(w.ctx, room.Ref, ann))
	if n := count(); n != 0 {
		w.Errorf("%d things remain of a room that was destroyed", n)
	}
	w.light(rooms.Lighting{})
	if n := count(); n != 0 {
		w.Errorf("%d things remain, when another burns under its name", n)
	}
}

func keyTags(w *world) {
	ann, bob, cid := newSeat("A", "ann"), newSeat("B", "bob"), newSeat("B", "cid")
	bob.Keyed, cid.Keyed = true, true
	bob.Tag, ann.Tag = "2222", "3333" // of elsewhere, or made up
	var tags []string
	for range 2 {
		room := w.light(rooms.Lighting{})
		watch := w.watch(w.a)
		w.enter(w.a, ann)
		want := rooms.KeyTag(room.Epoch, bob.Identity)
		entry := w.enter(w.b, bob)
		if entry.Seat.Tag != want {
			w.Errorf("entered with the tag %q, want %q", entry.Seat.Tag, want)
		}
		for _, s := range entry.Roster {
			if s.ID == bob.ID && s.Tag != want || s.ID == ann.ID && s.Tag != "" {
				w.Errorf("the roster holds %+v", s)
			}
		}
		watch.next(rooms.Joined)
		w.post(w.b, room.Ref, bob, "hi")
		w.ok(w.b.Rename(w.ctx, room.Ref, bob, "rob"))
		w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
		_, err := w.b.Knock(w.ctx, w.name, cid, true)
		w.ok(err)
		for _, kind := range []rooms.Kind{rooms.Joined, rooms.Message, rooms.Renamed} {
			if e := watch.next(kind); e.From.Tag != want {
				w.Errorf("event is %+v, want the tag %q", e, want)
			}
		}
		watch.next(rooms.Locked)
		if e := watch.next(rooms.Knocked); e.From.Tag != rooms.KeyTag(room.Epoch, cid.Identity) {
			w.Errorf("event is %+v", e)
		}
		w.ok(w.a.Destroy(w.ctx, room.Ref, ann))
		tags = append(tags, want)
	}
	if tags[0] == tags[1] {
		w.Errorf("two burnings have the tag %q", tags[0])
	}
}
