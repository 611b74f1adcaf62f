package sshapp

import (
	"maps"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	actsBehind = 2 // of each owner, while a replica is behind
	endsBehind = 4 // one of so many destroys
)

// own has the owners act at moments of their own, until stop returns.
func (x *chaos) own() (stop func()) {
	done := make(chan struct{})
	var acting sync.WaitGroup
	for i := range chaosOwners {
		o := newOwner(x.t, x, rand.New(rand.NewPCG(x.seed, uint64(100+i))))
		x.owners = append(x.owners, o)
		acting.Go(func() { o.acts(done) })
	}
	return func() {
		close(done)
		acting.Wait()
	}
}

// prepare has every owner sit in a room.
func (x *chaos) prepare() { x.each((*owner).prepare) }

// act has every owner do something at once.
func (x *chaos) act() { x.each(func(o *owner) { o.act(actsBehind, endsBehind) }) }

// stir has somebody come and go in every owner's room.
func (x *chaos) stir() { x.each((*owner).stir) }

// verify checks what the owners were told, see owner.verify.
func (x *chaos) verify(when string, all bool) {
	x.each(func(o *owner) { o.verify(when, all) })
}

// healed is the longest that promises took to hold.
func (x *chaos) healed() (longest time.Duration) {
	for _, o := range x.owners {
		longest = max(longest, o.healed)
	}
	return longest.Round(time.Millisecond)
}

func (x *chaos) each(do func(*owner)) {
	var all sync.WaitGroup
	for _, o := range x.owners {
		all.Go(func() { do(o) })
	}
	all.Wait()
}

// told is what owners were told to be done, and how often.
func (x *chaos) told() string {
	sum := map[string]int{}
	for _, o := range x.owners {
		for what, n := range maps.All(o.told) {
			sum[what] += n
		}
	}
	return counted(sum)
}
