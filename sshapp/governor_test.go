package sshapp

import (
	"fmt"
	"log/slog"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"wick/keys"
	"wick/sshapp/wording"
)

const (
	mebi   = int64(1) << 20
	budget = 1024 * mebi
)

// sourced are n connections of one address that hold so many bytes each.
func sourced(address string, n int, bytes int64) []load {
	return slices.Repeat([]load{{source: sourceOf(tcp(address)), bytes: bytes}}, n)
}

func TestTheHeaviestAreCutFirstAndTheLightNever(t *testing.T) {
	people := func() (all []load) {
		for i := range 200 {
			all = append(all, sourced(fmt.Sprintf("192.0.2.%d", i), 1, int64(128+i)<<10)...)
		}
		return all
	}
	for _, tt := range []struct {
		name  string
		used  int64
		loads []load
		cut   map[string]int // how many of an address
		short bool
	}{
		{"nobody is there", 900 * mebi, nil, nil, true},
		{"nothing is wrong", 700 * mebi, slices.Concat(people(), sourced("198.51.100.1", 1, 300*mebi)), nil, false},
		{"one holds much", 800 * mebi, slices.Concat(people(), sourced("198.51.100.1", 1, 300*mebi)), map[string]int{"198.51.100.1": 1}, false},
		{"no more than is needed", 800 * mebi, slices.Concat(people(), sourced("198.51.100.1", 8, 50*mebi)), map[string]int{"198.51.100.1": 4}, false},
		{"the heaviest of many", 730 * mebi,
			slices.Concat(people(), sourced("198.51.100.1", 20, 5*mebi), sourced("198.51.100.2", 2, 80*mebi)), map[string]int{"198.51.100.2": 2}, false},
		{"a heavy one beside people of its address", 720 * mebi,
			slices.Concat(people(), sourced("192.0.2.7", 1, 110*mebi)), map[string]int{"192.0.2.7": 1}, false},
		{"many light ones of one address", 720 * mebi, slices.Concat(people(), sourced("198.51.100.1", 600, 200<<10)), map[string]int{"198.51.100.1": 541}, false},
		{"only light ones", 900 * mebi, people(), nil, true},
		{"heavy ones, and that is not enough", 1000 * mebi, slices.Concat(people(), sourced("198.51.100.1", 2, 2*mebi)), map[string]int{"198.51.100.1": 2}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cut, short := plan(budget, tt.used, tt.loads)
			got := map[netip.Prefix]int{}
			for _, l := range cut {
				got[l.source]++
			}
			n := 0
			for address, want := range tt.cut {
				n += want
				if source := sourceOf(tcp(address)); got[source] != want {
					t.Errorf("%d of %s are cut, want %d", got[source], address, want)
				}
			}
			if len(cut) != n || short != tt.short {
				t.Errorf("%v are cut, and short is %v", got, short)
			}
		})
	}
	if cut, short := plan(0, math.MaxInt64, people()); len(cut) > 0 || short {
		t.Error("without a budget some are cut")
	}
}

func TestMemoryIsGivenBackOnceMuchWasFreed(t *testing.T) {
	var r returns
	start := time.Now()
	for _, tt := range []struct {
		after         time.Duration
		counted, live int64 // MiB
		mapped        int64
		want          bool
	}{
		{0, 10, 20, 30, false},
		{1 * time.Minute, 500, 600, 700, false},
		{2 * time.Minute, 500, 600, 700, false}, // nothing was freed
		{3 * time.Minute, 300, 600, 700, true},
		{3*time.Minute + time.Second, 10, 600, 450, false}, // it was just done
		{4 * time.Minute, 10, 600, 450, true},
		{5 * time.Minute, 10, 20, 30, false}, // nothing to be had
		{6 * time.Minute, 10, 500, 600, false},
		{7 * time.Minute, 10, 20, 600, true}, // only the collector knew of it
		{8 * time.Minute, 10, 20, 600, false},
	} {
		now := start.Add(tt.after)
		held := heldUse{tt.counted * mebi, tt.live * mebi}
		due := r.due(now, held, tt.mapped*mebi)
		if due != tt.want {
			t.Errorf("after %v: %v", tt.after, due)
		}
		if due {
			r.returned(now, held, tt.mapped*mebi/2)
		}
	}
}

// Of those who sit in one room, the one that holds too much is cut and told why.
// The others go on.
func TestWhoHoldsTooMuchIsCutAndToldWhy(t *testing.T) {
	count := &tally{}
	addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{Meter: count})
	ann := listens(t, addr, "new", "dumb")
	room := ann.room()
	bob := listens(t, addr, room, "dumb")
	ann.says("hello")
	bob.hears("hello")
	before := app.server.register.loads()

	heavy := listens(t, addr, room, "dumb")
	heavy.hears("hello")
	var terms []*terminal
	for _, l := range app.server.register.loads() {
		if !slices.ContainsFunc(before, func(b load) bool { return b.guard == l.guard }) {
			l.guard.mu.Lock()
			terms = append(terms, l.guard.running...)
			l.guard.mu.Unlock()
		}
	}
	if len(terms) != 1 {
		t.Fatalf("the heavy one has %d sessions", len(terms))
	}
	terms[0].holds(inputs, 90*mebi)
	log := &transcript{}
	g := &governor{
		budget: 100 * mebi, trim: app.cfg.Hub.Trim, register: app.server.register, meter: count,
		log: slog.New(slog.NewTextHandler(log, nil)), heap: func() heapUse { return heapUse{} },
	}
	if use, _ := g.measure(); use.Inputs != 90*mebi || use.Connections < 3*(connCost+sessionCost) || use.Readers == 0 {
		t.Errorf("it is counted as %+v", use)
	}
	now := time.Now()
	g.look(now)
	if status, says := heavy.leaves(), strings.Join(strings.Fields(heavy.out.String()), " "); status != wording.ExitFailed || !strings.HasSuffix(says, errHeavy.Error()+".") {
		t.Errorf("status %d, and the end is %q", status, says[max(len(says)-120, 0):])
	}
	eventually(t, "the connection is gone", func() bool { return len(app.server.register.loads()) == 2 })
	if next := g.look(now.Add(time.Second)); next != lookIdle {
		t.Errorf("the next look is in %v", next)
	}
	if why := count.turnedAway(); !slices.Equal(why, []Reason{HeldTooMuch}) || g.cuts.Load() != 1 {
		t.Errorf("it is counted as %v, and as %d cuts", why, g.cuts.Load())
	}
	if lines := strings.Count(log.String(), "\n"); lines != 1 || strings.Contains(log.String(), room) || strings.Contains(log.String(), "127.0.0.1") {
		t.Errorf("the log has %d lines: %s", lines, log)
	}
	bob.says("still here")
	ann.hears("still here")
}

// Where nobody is heavy, nobody is cut and nobody is let in until there is memory
// again.
func TestWhileMemoryIsShortOfManyLightOnesNobodyIsLetIn(t *testing.T) {
	count := &tally{}
	addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{Meter: count})
	ann := listens(t, addr, "new", "dumb")
	room := ann.room()
	heap := heapUse{live: 90 * mebi, cycles: 1}
	g := &governor{budget: 100 * mebi, trim: app.cfg.Hub.Trim, register: app.server.register, meter: count, log: app.cfg.Log, heap: func() heapUse { return heap }}
	now := time.Now()
	g.look(now)
	if _, err := connect(addr, room); err == nil {
		t.Error("somebody is let in")
	}
	ann.says("hello")
	ann.hears("hello")
	heap.live, heap.cycles = 20*mebi, 2
	g.look(now.Add(time.Second))
	bob := listens(t, addr, room, "dumb")
	bob.hears("hello")
	if why := count.turnedAway(); len(why) == 0 || why[0] != ShortOfMemory || g.cuts.Load() > 0 {
		t.Errorf("it is counted as %v, and as %d cuts", why, g.cuts.Load())
	}
}
