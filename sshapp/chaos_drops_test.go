package sshapp

import (
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"time"

	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// What takers of a drop may be told while servers and Redis come and go.
const (
	dropSize    = 50_000 // bytes: some chunks
	dropTTL     = "15m"
	takersEach  = 3
	takersPause = 300 * time.Millisecond // between two tries of a taker
	takingLimit = 90 * time.Second       // then a drop is given up: Redis may have lost it
)

// handovers drops one secret after the other while faults happen, each with some takers
// on any servers, and counts what came of them.
type handovers struct {
	mu    sync.Mutex
	all   []*handover
	count map[string]int
}

// handover is one drop, and how often it was taken.
type handover struct {
	room, secret string
	taken        int
	unknown      bool // somebody was told that it may have been taken
}

// drop has one person drop secrets until stop returns.
func (x *chaos) drop() (stop func()) {
	x.drops = &handovers{count: map[string]int{}}
	done := make(chan struct{})
	var dropping sync.WaitGroup
	dropping.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(takersPause):
				x.dropOne(done)
			}
		}
	})
	return func() {
		close(done)
		dropping.Wait()
	}
}

// dropOne drops one secret, and returns when it was taken, or nobody can find it.
func (x *chaos) dropOne(done <-chan struct{}) {
	h := &handover{secret: rand.Text() + strings.Repeat("\x00\xff\r\n", dropSize/4)}
	key, _ := sshtest.NewKey(x.t)
	c, err := connect(x.pick().addr, "new+"+dropTTL, key)
	if err != nil {
		return
	}
	defer c.Close()
	printed := droppedAs.FindStringSubmatch(runInput(c, "drop", h.secret).Out)
	if printed == nil {
		x.drops.add("drops refused")
		return
	}
	h.room = printed[1]
	x.drops.mu.Lock()
	x.drops.all = append(x.drops.all, h)
	x.drops.mu.Unlock()
	x.drops.add("dropped")
	over := make(chan struct{})
	end := sync.OnceFunc(func() { close(over) })
	limit := time.AfterFunc(takingLimit, end)
	defer limit.Stop()
	var takers sync.WaitGroup
	for range takersEach {
		takers.Go(func() {
			for x.take(h) {
				select {
				case <-over:
					return
				case <-done:
					return
				case <-time.After(takersPause):
				}
			}
			end()
		})
	}
	takers.Wait()
}

// take tries to take a drop once, and reports whether it may still be there.
func (x *chaos) take(h *handover) (again bool) {
	key, _ := sshtest.NewKey(x.t)
	c, err := connect(x.pick().addr, h.room, key)
	if err != nil {
		return true
	}
	defer c.Close()
	r := runCommand(c, "take")
	x.drops.mu.Lock()
	defer x.drops.mu.Unlock()
	switch r.Status {
	case 0:
		h.taken++
		if r.Out != h.secret {
			x.t.Errorf("a drop of %d bytes was taken as %d others", len(h.secret), len(r.Out))
		}
		return false
	case wording.ExitNoRoom:
		return false
	}
	h.unknown = h.unknown || len(r.Out) == len(h.secret) // it has all of it, and lost the answer
	return true
}

func (d *handovers) add(what string) {
	d.mu.Lock()
	d.count[what]++
	d.mu.Unlock()
}

// verifyDrops checks that each drop was taken once at most, and that nobody can take one
// again that was.
func (x *chaos) verifyDrops() {
	var all sync.WaitGroup
	for _, h := range x.drops.all {
		switch {
		case h.taken > 1:
			x.t.Errorf("a drop was taken %d times", h.taken)
		case h.taken == 1:
			x.drops.add("taken")
			for _, s := range x.all() {
				all.Go(func() { x.staysTaken(s, h) })
			}
		case h.unknown:
			x.drops.add("unknown")
		default:
			x.drops.add("lost")
		}
	}
	all.Wait()
}

func (x *chaos) staysTaken(s *wickServer, h *handover) {
	key, _ := sshtest.NewKey(x.t)
	for began := time.Now(); ; {
		r := command(s.addr, h.room, key, "take")
		if r.Status == wording.ExitNoRoom {
			return
		}
		if r.Status == 0 || time.Since(began) > settleLimit {
			x.t.Errorf("a drop that was taken: status %d, %d bytes, %q", r.Status, len(r.Out), r.Err)
			return
		}
		select {
		case <-time.After(promisePoll):
		case <-x.t.Context().Done():
			return
		}
	}
}

func (d *handovers) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return fmt.Sprint(counted(d.count))
}
