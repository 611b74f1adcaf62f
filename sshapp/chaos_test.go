package sshapp

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wick/rooms"
)

var (
	chaosFor  = flag.Duration("chaos", 0, "how long TestChaos lasts in all; 0 for a short run with fewer people")
	chaosSeed = flag.Uint64("chaos.seed", 0, "what TestChaos does: a seed that it printed; 0 for a new one")
)

const (
	chaosRooms   = 2
	chaosSenders = 10 // in each room
	shortChaos   = 12 * time.Second
	shortSenders = 5
	chaosServers = 3
	senderPause  = 250 * time.Millisecond // between two messages of a sender, at most
	chaosPause   = 700 * time.Millisecond // between two faults, at most
	maxFaults    = 3                      // at a time
	chaosOwners  = 3
)

// TestChaos has people write in two rooms on three servers while faults
// are drawn at random, and checks that nothing was lost and nothing doubled.
// Meanwhile owners shorten, lock and destroy other rooms, and kick people: what
// they were told to be done has to hold, see promiseGrace. And each drop is taken by
// one of several takers at most.
func TestChaos(t *testing.T) {
	lasts, senders := *chaosFor, chaosSenders
	if lasts == 0 {
		lasts, senders = shortChaos, shortSenders
	}
	seed := *chaosSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	for _, e := range []struct {
		name  string
		share int // of the whole, in tenths
		start func(*chaos)
	}{
		{"single", 4, (*chaos).onOne},
		{"sentinel", 3, (*chaos).onSentinel},
		{"cluster", 3, (*chaos).onCluster},
	} {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			x := &chaos{
				t: t, fleet: newFleet(t, rooms.HubConfig{}), seed: seed, rand: rand.New(rand.NewPCG(seed, 0)),
				lasts: lasts * time.Duration(e.share) / 10, senders: senders, count: map[string]int{},
			}
			t.Logf("seed %d", seed)
			e.start(x)
			x.run()
			messages := x.end()
			x.verify("at the end", true)
			x.verifyDrops()
			t.Logf("engine %s, seed %d, %v, faults: %s; told: %s; those that held did after %v at most; drops: %s; messages: %s",
				e.name, seed, x.lasts, counted(x.count), x.told(), x.healed(), x.drops, messages)
		})
	}
}

// chaos is one run. Everything but the servers belongs to the test's goroutine.
type chaos struct {
	t       *testing.T
	fleet   *testFleet
	seed    uint64
	rand    *rand.Rand
	lasts   time.Duration
	senders int                  // in each room
	forks   bool                 // see conversation
	urls    func() string        // what a new server connects to
	faults  []*fault             // that can be drawn
	active  map[*fault]time.Time // those that last, and until when
	count   map[string]int       // of faults, by name
	first   *fault               // however short the run is; nil: as drawn
	rooms   []*conversation
	owners  []*owner
	drops   *handovers
	names   chan string // for the owners' next rooms; then any will do

	mu      sync.Mutex
	servers []*wickServer
	dice    *rand.Rand
}

// fault is something that happens to a fleet and its Redis.
type fault struct {
	name  string
	begin func()
	end   func()        // nil: it is over at once
	lasts time.Duration // at most
	alone bool          // nothing else may be wrong meanwhile
	deaf  bool          // Redis answers nobody while it lasts
	talks bool          // it asks Redis
}

// pick returns a server. It is safe for concurrent use.
func (x *chaos) pick() *wickServer {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.servers[x.dice.IntN(len(x.servers))]
}

func (x *chaos) all() []*wickServer {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.servers)
}

func (x *chaos) newName() string {
	select {
	case name := <-x.names:
		return name
	default:
		return rooms.NewName().String()
	}
}

// run injects faults until the time is over.
func (x *chaos) run() {
	x.dice, x.active = rand.New(rand.NewPCG(x.seed, 1)), map[*fault]time.Time{}
	x.faults = append(x.faults,
		&fault{name: "server replaced", begin: x.replace, alone: true, talks: true},
		&fault{name: "none, promises checked", begin: func() { x.verify("in between", false) }, alone: true, talks: true},
	)
	for range chaosServers {
		x.servers = append(x.servers, x.fleet.start(x.urls()))
	}
	n := &numbers{}
	for i := range chaosRooms {
		c := openRoom(x.t, n, x.pick)
		c.roams, c.forks, c.pause = true, x.forks, senderPause
		c.seed = rand.NewPCG(x.seed, uint64(2+i))
		c.write(x.senders)
		c.goesOn(1)
		x.rooms = append(x.rooms, c)
	}
	stop := x.own()
	defer stop()
	defer x.drop()()
	over := time.After(x.lasts)
	if x.first != nil {
		x.count[x.first.name]++
		x.first.begin()
	}
	next := time.After(0)
	for {
		due, f := x.nextEnd()
		select {
		case <-over:
			for f := range x.active {
				f.end()
			}
			clear(x.active)
			return
		case <-due:
			f.end()
			delete(x.active, f)
		case <-next:
			x.inject()
			next = time.After(time.Duration(x.rand.Int64N(int64(chaosPause))))
		}
	}
}

// nextEnd is the fault that ends first, and when; a nil channel for none.
func (x *chaos) nextEnd() (<-chan time.Time, *fault) {
	var first *fault
	for f, until := range x.active {
		if first == nil || until.Before(x.active[first]) {
			first = f
		}
	}
	if first == nil {
		return nil, nil
	}
	return time.After(time.Until(x.active[first])), first
}

// inject draws a fault; one that cannot happen now does not.
func (x *chaos) inject() {
	f := x.faults[x.rand.IntN(len(x.faults))]
	lasts := time.Duration(x.rand.Int64N(int64(f.lasts) + 1))
	if _, on := x.active[f]; on || len(x.active) == maxFaults || f.alone && len(x.active) > 0 {
		return
	}
	for other := range x.active {
		if other.alone || other.deaf && f.talks {
			return
		}
	}
	x.count[f.name]++
	f.begin()
	if f.end != nil {
		x.active[f] = time.Now().Add(lasts)
	}
}

// replace drains a server, whose people go elsewhere, and starts a new one.
func (x *chaos) replace() {
	s := x.fleet.start(x.urls())
	x.mu.Lock()
	old := x.servers[0]
	x.servers = append(x.servers[1:], s)
	x.mu.Unlock()
	old.drain()
}

func counted(count map[string]int) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(count)) {
		all = append(all, fmt.Sprintf("%s %d", name, count[name]))
	}
	return strings.Join(all, ", ")
}

func (x *chaos) end() figures {
	var f figures
	for _, c := range x.rooms {
		c.goesOn(1)
	}
	for _, c := range x.rooms {
		f.add(c.end())
	}
	return f
}
