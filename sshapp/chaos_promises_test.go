package sshapp

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

const (
	// promiseGrace is how long servers may take after a failover to assert again
	// what they knew. It begins when all servers respond.
	promiseGrace = 5 * time.Second

	promisePoll    = 250 * time.Millisecond // between two looks
	countdownSlack = 3 * time.Second        // whole seconds, and a busy machine
	recentRooms    = 3                      // of an owner, that are looked at in between
	maxFinding     = 200                    // bytes of one
)

// finding is a promise that does not hold at this moment, or that nobody can
// tell of.
type finding struct {
	text   string
	silent bool // there was no answer
}

// verify checks the promises of the owner's last rooms, or of all, and reports
// those that do not come to hold in time.
func (o *owner) verify(when string, all bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	rooms := o.rooms
	if !all {
		rooms = rooms[max(len(rooms)-recentRooms, 0):]
	}
	for _, r := range rooms {
		if r.broken {
			continue
		}
		r.learn()
		if !r.wiped {
			o.bringIn(r)
		}
		// First what changes nothing: whoever comes and goes would set a roster right.
		found := o.await(r, o.glance)
		found = append(found, o.await(r, o.ask)...)
		if len(found) == 0 {
			continue
		}
		r.broken = true
		var lines []string
		for _, f := range found {
			lines = append(lines, f.text)
		}
		o.t.Errorf("%s, room %s (locked %t, destroyed %t, lit again %t), after a grace of %v:\n\t%s",
			when, r.name, r.locked, r.wiped, r.relit, promiseGrace, strings.Join(lines, "\n\t"))
	}
}

// await looks until all promises hold, and else returns what does not.
func (o *owner) await(r *ownedRoom, look func(*ownedRoom) []finding) []finding {
	began := time.Now()
	var answered time.Time
	limit := time.After(settleLimit)
	for {
		found := look(r)
		if len(found) == 0 {
			o.healed = max(o.healed, time.Since(began))
			return nil
		}
		if answered.IsZero() && !slices.ContainsFunc(found, func(f finding) bool { return f.silent }) {
			answered = time.Now()
		}
		if !answered.IsZero() && time.Since(answered) > promiseGrace {
			return found
		}
		select {
		case <-limit:
			return found
		case <-time.After(promisePoll):
		}
	}
}

// glance asks the sessions in the room.
func (o *owner) glance(r *ownedRoom) []finding {
	v := &view{room: r, owner: o.key, stranger: o.stranger}
	v.sessions(r.wiped || r.lost)
	return v.found
}

// ask asks every server, over SSH, what the room's promises are about.
func (o *owner) ask(r *ownedRoom) (found []finding) {
	var all sync.WaitGroup
	views := make([]*view, 0, chaosServers)
	for i, s := range o.fleet.all() {
		v := &view{room: r, owner: o.key, stranger: o.stranger, server: i, addr: s.addr, clients: map[gossh.Signer]*gossh.Client{}}
		views = append(views, v)
		all.Go(v.look)
	}
	all.Wait()
	for _, v := range views {
		found = append(found, v.found...)
	}
	return found
}

// view is a room as one server shows it.
type view struct {
	room            *ownedRoom
	owner, stranger gossh.Signer
	server          int
	addr            string
	clients         map[gossh.Signer]*gossh.Client
	found           []finding
}

func (v *view) look() {
	if v.room.wiped {
		v.destroyed()
	} else {
		v.standing()
	}
	for _, c := range v.clients {
		c.Close()
	}
}

func (v *view) note(silent bool, form string, args ...any) {
	text := fmt.Sprintf(form, args...)
	v.found = append(v.found, finding{text[:min(len(text), maxFinding)], silent})
}

// expect runs a command and notes a status that is none of those wanted.
func (v *view) expect(key gossh.Signer, line string, want ...int) {
	a := v.ask(key, line)
	if !slices.Contains(want, a.Status) {
		v.note(a.Status == noAnswer, "server %d: %s as %s: status %d, want %v: %q", v.server, line, v.called(key), a.Status, want, a.Out+a.Err)
	}
}

// ask runs a command, and notes what was said if the key may not read it.
func (v *view) ask(key gossh.Signer, line string) sshtest.Result {
	c := v.clients[key]
	if c == nil {
		var err error
		if c, err = connect(v.addr, v.room.name, key); err != nil {
			return sshtest.Result{Status: noAnswer, Err: err.Error()}
		}
		v.clients[key] = c
	}
	a := runCommand(c, line)
	if strings.Contains(a.Out+a.Err, v.room.secret) && (v.room.wiped || key != v.owner) {
		v.note(false, "server %d: %s as %s shows what was said", v.server, line, v.called(key))
	}
	for _, text := range v.room.unsaid {
		if strings.Contains(a.Out+a.Err, text) {
			v.note(false, "server %d: %s as %s shows what was taken back", v.server, line, v.called(key))
		}
	}
	return a
}

func (v *view) called(key gossh.Signer) string {
	switch key {
	case v.owner:
		return "the owner"
	case v.stranger:
		return "a stranger"
	}
	return "somebody kicked"
}

const following = "follow --for 100ms"

// destroyed checks that there is no such room, or one that was lit since.
func (v *view) destroyed() {
	want := []int{wording.ExitNoRoom}
	if v.room.relit {
		want = append(want, 0)
	}
	for _, line := range []string{"info", "who", following} {
		v.expect(v.owner, line, want...)
	}
	v.expect(v.stranger, following, want...)
}

// standing checks that people who were kicked stay out, that the lock and the countdown
// hold, and that unsaid messages stay unsaid, unless the room was lost.
func (v *view) standing() {
	asked := time.Now()
	a := v.ask(v.owner, "info --json")
	var info struct {
		Left   int64
		Locked bool
	}
	switch {
	case a.Status == wording.ExitNoRoom:
		return
	case a.Status != 0 || json.Unmarshal([]byte(a.Out), &info) != nil:
		v.note(true, "server %d: info --json: status %d, %q", v.server, a.Status, a.Out+a.Err)
		return
	}
	if late := asked.Add(time.Duration(info.Left) * time.Second).Sub(v.room.deadline); late > countdownSlack {
		v.note(false, "server %d: the room burns %v longer than its owner was promised", v.server, late)
	}
	if v.room.locked && !info.Locked {
		v.note(false, "server %d: the room is not locked", v.server)
	}
	if len(v.room.unsaid) > 0 {
		v.ask(v.owner, following)
	}
	for _, p := range v.room.people {
		if p.kicked {
			v.expect(p.key, "info", wording.ExitFull)
			v.expect(p.key, following, wording.ExitFull)
		}
	}
	if v.room.locked {
		v.expect(v.stranger, "info", wording.ExitFull)
		v.expect(v.stranger, following, wording.ExitFull)
	}
	v.roster()
}

// roster checks that it has everybody who sits in the room and nobody who was kicked.
func (v *view) roster() {
	a := v.ask(v.owner, "who --json")
	if a.Status != 0 {
		v.note(true, "server %d: who --json: status %d, %q", v.server, a.Status, a.Out+a.Err)
		return
	}
	for _, p := range v.room.people {
		on := strings.Contains(a.Out+a.Err, strconv.Quote(p.tag))
		switch {
		case p.kicked && on:
			v.note(false, "server %d: the roster has %s, who was kicked", v.server, p.alias)
		case !p.kicked && p.sits() && !on:
			v.note(false, "server %d: the roster misses %s, who sits here", v.server, p.alias)
		}
	}
}

// sessions checks that sessions have ended in a room that is over, and those of people
// who were kicked. The others must see themselves.
func (v *view) sessions(over bool) {
	for _, p := range v.room.people {
		switch {
		case !p.sits():
		case over:
			v.note(false, "%s still sits in the room, which is gone", p.alias)
		case p.kicked:
			v.note(false, "%s was kicked, and still sits here", p.alias)
		default:
			v.ownRoster(p)
		}
	}
}

func (v *view) ownRoster(reader *resident) {
	n, names, ok := reader.roster()
	if !ok {
		v.note(reader.sits(), "%s asked who is here, and heard nothing", reader.alias)
		return
	}
	if n != strconv.Itoa(len(names)) {
		v.note(false, "the roster of %s misses its own reader: %s are here, and with the reader it lists %q", reader.alias, n, names)
	}
	for _, p := range v.room.people {
		if on := lists(names, p.tag); p.kicked && on {
			v.note(false, "the roster of %s has %s, who was kicked", reader.alias, p.alias)
		} else if !p.kicked && p.sits() && !on {
			v.note(false, "the roster of %s misses %s, who sits here", reader.alias, p.alias)
		}
	}
}
