package sshapp

import (
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"regexp"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

const (
	ownedTTL   = 15 * time.Minute // at lighting
	shortenBy  = 45 * time.Second // at a time
	shortest   = 5 * time.Minute  // beyond the longest run, for a room that burned out promises nothing
	ownerPause = 2 * time.Second  // between two acts of an owner, at most
	maxGuests  = 3
)

// owner lights rooms, one after the other, and tightens what holds in them:
// shortens, locks, kicks, unsays, destroys. It notes what was confirmed; a lost reply
// promises nothing.
type owner struct {
	t        *testing.T
	fleet    chaosFleet
	key      gossh.Signer
	stranger gossh.Signer // has never been in any of the rooms

	mu    sync.Mutex
	mind  *mathrand.Rand
	rooms []*ownedRoom // the last one is where it sits, unless destroyed
	told  map[string]int

	healed time.Duration // the longest that promises took to hold, of those that came to
}

// chaosFleet is where owners and their guests connect to.
type chaosFleet interface {
	pick() *wickServer // any server
	all() []*wickServer
	newName() string // of a room that can be lit
}

// ownedRoom is a room, who sits in it, and what its owner was told.
type ownedRoom struct {
	name     string
	secret   string      // was said in it
	unsaid   []string    // likewise, and the owner took it back
	people   []*resident // the owner first
	deadline time.Time   // at the latest
	locked   bool
	wiped    bool
	lost     bool // with a Redis that did not have it yet
	relit    bool // by a stranger, after it was destroyed
	broken   bool // a promise was, and that was reported
}

func newOwner(t *testing.T, f chaosFleet, mind *mathrand.Rand) *owner {
	o := &owner{t: t, fleet: f, mind: mind, told: map[string]int{}}
	o.key, _ = sshtest.NewKey(t)
	o.stranger, _ = sshtest.NewKey(t)
	t.Cleanup(func() {
		for _, r := range o.rooms {
			for _, p := range r.people {
				p.leave()
			}
		}
	})
	return o
}

// acts lets the owner do something now and then until stop is closed.
func (o *owner) acts(stop <-chan struct{}) {
	for {
		o.mu.Lock()
		pause := time.Duration(o.mind.Int64N(int64(ownerPause)))
		o.mu.Unlock()
		select {
		case <-stop:
			return
		case <-time.After(pause):
		}
		o.prepare()
		o.act(1, 4)
	}
}

// room is where the owner sits; nil for none.
func (o *owner) room() *ownedRoom {
	if len(o.rooms) == 0 {
		return nil
	}
	if r := o.rooms[len(o.rooms)-1]; !r.wiped && !r.lost && !r.broken {
		return r
	}
	return nil
}

// prepare lights a room if there is none, and brings back in whoever lost the
// server. It may fail, while servers or Redis are away.
func (o *owner) prepare() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.room() == nil {
		o.light()
		return
	}
	r := o.room()
	o.bringIn(r)
	r.lost = !r.people[0].sits() && command(o.fleet.pick().addr, r.name, o.key, "info").Status == wording.ExitNoRoom
}

func (o *owner) light() {
	r := &ownedRoom{name: o.fleet.newName(), secret: "secret-" + rand.Text(), deadline: time.Now().Add(ownedTTL)}
	lit := command(o.fleet.pick().addr, r.name, o.key, fmt.Sprintf("light --ttl %v", ownedTTL))
	if lit.Status != 0 {
		return
	}
	r.deadline = time.Now().Add(ownedTTL)
	r.people = []*resident{{key: o.key}}
	for range maxGuests {
		guest := &resident{}
		guest.key, _ = sshtest.NewKey(o.t)
		r.people = append(r.people, guest)
	}
	o.rooms = append(o.rooms, r)
	o.bringIn(r)
	if p := r.people[0]; p.sits() {
		p.says(r.secret, regexp.MustCompile(": "+r.secret))
	}
}

func (o *owner) bringIn(r *ownedRoom) {
	for _, p := range r.people {
		if !p.kicked && !p.sits() {
			if err := p.enter(o.fleet.pick().addr, r.name); err != nil {
				return // next time
			}
		}
	}
}

// act does some things in the room, each drawn; one of so many is its end.
func (o *owner) act(times, ends int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for range times {
		r := o.room()
		if r == nil || !r.people[0].sits() {
			return
		}
		if o.mind.IntN(ends) == 0 {
			o.destroy(r)
			continue
		}
		switch o.mind.IntN(5) {
		case 0:
			o.shorten(r)
		case 1:
			o.lock(r)
		case 2:
			o.kick(r)
		case 3:
			o.swap(r)
		case 4:
			o.unsay(r)
		}
	}
}

var (
	toldShortened = regexp.MustCompile(`shortened the countdown`)
	toldLocked    = regexp.MustCompile(`locked the room`)
	toldDestroyed = regexp.MustCompile(`was destroyed by`)
	toldUnsaid    = regexp.MustCompile(`Taken back here`)
)

func toldKicked(p *resident) *regexp.Regexp {
	return regexp.MustCompile(`kicked \S+ \(` + p.tag + `\)`)
}

// learn notes what anybody in the room was told.
func (r *ownedRoom) learn() {
	for _, p := range r.people {
		if p.Session == nil {
			continue
		}
		told := p.Text()
		r.wiped = r.wiped || toldDestroyed.MatchString(told)
		r.locked = r.locked || toldLocked.MatchString(told)
		for _, q := range r.people {
			q.kicked = q.kicked || q.Session != nil && toldKicked(q).MatchString(told)
		}
	}
}

func (o *owner) shorten(r *ownedRoom) {
	left := (time.Until(r.deadline) - shortenBy).Truncate(time.Second)
	if left < shortest {
		return
	}
	if r.people[0].says(fmt.Sprintf("/ttl %v", left), toldShortened) != nil {
		r.deadline = time.Now().Add(left)
		o.told["shortened"]++
	}
}

func (o *owner) lock(r *ownedRoom) {
	if r.locked {
		return
	}
	r.people[0].says("/lock", toldLocked)
	if r.learn(); r.locked {
		o.told["locked"]++
	}
}

func (o *owner) kick(r *ownedRoom) {
	for _, p := range r.people[1:] {
		if p.kicked || !p.sits() {
			continue
		}
		r.people[0].confirms("/kick "+p.alias, toldKicked(p))
		if r.learn(); p.kicked {
			o.told["kicked"]++
		}
		return
	}
}

// unsay says something and takes it back.
func (o *owner) unsay(r *ownedRoom) {
	text := "regret-" + rand.Text()
	if p := r.people[0]; p.says(text, regexp.MustCompile(": "+text)) != nil && p.says("/unsay", toldUnsaid) != nil {
		r.unsaid = append(r.unsaid, text)
		o.told["taken back"]++
	}
}

// swap has a guest leave and come back on another server, as far as it gets.
func (o *owner) swap(r *ownedRoom) {
	for _, p := range r.people[1:] {
		if p.sits() && !p.kicked && o.mind.IntN(2) == 0 {
			p.leave()
			if p.enter(o.fleet.pick().addr, r.name) == nil {
				o.told["came again"]++
			}
			return
		}
	}
}

// stir is a swap in the room where the owner sits.
func (o *owner) stir() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r := o.room(); r != nil {
		o.swap(r)
	}
}

// destroy ends the room. Sometimes a stranger lights another under its name.
func (o *owner) destroy(r *ownedRoom) {
	r.people[0].confirms("/destroy", toldDestroyed)
	if r.learn(); !r.wiped {
		return
	}
	o.told["destroyed"]++
	if o.mind.IntN(3) == 0 && command(o.fleet.pick().addr, r.name, o.stranger, "light").Status == 0 {
		r.relit = true
		o.told["lit again"]++
	}
}
