package sshd

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
)

const (
	mebi   = int64(1) << 20
	budget = 1024 * mebi
)

// loadsFrom returns n connections of one address that hold so many bytes each.
func loadsFrom(address string, n int, bytes int64) []load {
	return slices.Repeat([]load{{conn: &conn{source: Source(tcpAddr(address))}, bytes: bytes}}, n)
}

func TestTheHeaviestAreCutFirstAndTheLightNever(t *testing.T) {
	people := func() (all []load) {
		for i := range 200 {
			all = append(all, loadsFrom(fmt.Sprintf("192.0.2.%d", i), 1, int64(128+i)<<10)...)
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
		{"nothing is wrong", 700 * mebi, slices.Concat(people(), loadsFrom("198.51.100.1", 1, 300*mebi)), nil, false},
		{"one holds much", 800 * mebi, slices.Concat(people(), loadsFrom("198.51.100.1", 1, 300*mebi)), map[string]int{"198.51.100.1": 1}, false},
		{"no more than is needed", 800 * mebi, slices.Concat(people(), loadsFrom("198.51.100.1", 8, 50*mebi)), map[string]int{"198.51.100.1": 4}, false},
		{"the heaviest of many", 730 * mebi,
			slices.Concat(people(), loadsFrom("198.51.100.1", 20, 5*mebi), loadsFrom("198.51.100.2", 2, 80*mebi)), map[string]int{"198.51.100.2": 2}, false},
		{"a heavy one beside people of its address", 720 * mebi,
			slices.Concat(people(), loadsFrom("192.0.2.7", 1, 110*mebi)), map[string]int{"192.0.2.7": 1}, false},
		{"many light ones of one address", 720 * mebi, slices.Concat(people(), loadsFrom("198.51.100.1", 600, 200<<10)), map[string]int{"198.51.100.1": 541}, false},
		{"only light ones", 900 * mebi, people(), nil, true},
		{"heavy ones, and that is not enough", 1000 * mebi, slices.Concat(people(), loadsFrom("198.51.100.1", 2, 2*mebi)), map[string]int{"198.51.100.1": 2}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cut, short := plan(budget, tt.used, tt.loads)
			got := map[netip.Prefix]int{}
			for _, l := range cut {
				got[l.conn.source]++
			}
			n := 0
			for address, want := range tt.cut {
				n += want
				if source := Source(tcpAddr(address)); got[source] != want {
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

func TestMemoryIsReturnedOnceMuchWasFreed(t *testing.T) {
	var r memoryReturns
	start := time.Now()
	for _, tt := range []struct {
		after         time.Duration
		counted, live int64 // MiB
		want          bool
	}{
		{0, 10, 20, false},
		{1 * time.Minute, 500, 600, false},
		{2 * time.Minute, 500, 600, false}, // nothing was freed
		{3 * time.Minute, 300, 600, true},
		{3*time.Minute + time.Second, 10, 600, false}, // it was just done
		{4 * time.Minute, 10, 600, true},
		{5 * time.Minute, 10, 20, true}, // only the collector knew of it
		{6 * time.Minute, 10, 18, false},
		{7 * time.Minute, 10, 14, true},
		{8 * time.Minute, 7, 11, false}, // a quarter, but little
	} {
		now := start.Add(tt.after)
		held := heldMemory{tt.counted * mebi, heapUse{live: tt.live * mebi}}
		due := r.due(now, held)
		if due != tt.want {
			t.Errorf("after %v: %v", tt.after, due)
		}
		if due {
			r.done(now, held)
		}
	}
}

func TestSpareMemoryIsReturnedOnceTheServerIsCalm(t *testing.T) {
	var r memoryReturns
	start := time.Now()
	for _, tt := range []struct {
		after                  time.Duration // s
		live, spare, allocated int64         // MiB
		want                   bool
	}{
		{0, 40, 15, 50, false},
		{20, 40, 15, 50, false}, // much, but little of a server
		{30, 100, 60, 500, false},
		{38, 100, 60, 505, false}, // much was allocated just now
		{40, 100, 60, 510, true},
		{42, 100, 14, 520, false}, // the return left as much
		{80, 100, 29, 521, false},
		{82, 100, 31, 522, true},
		{94, 100, 60, 523, false}, // it was just done
		{102, 100, 60, 560, false},
		{110, 100, 60, 600, false}, // the server is busy
		{118, 100, 60, 640, false},
		{128, 100, 60, 641, true},
	} {
		now := start.Add(tt.after * time.Second)
		held := heldMemory{0, heapUse{live: tt.live * mebi, spare: tt.spare * mebi, allocated: tt.allocated * mebi}}
		due := r.due(now, held)
		if due != tt.want {
			t.Errorf("after %d s: %v", tt.after, due)
		}
		if due { // which leaves a little
			held.spare = 14 * mebi
			r.done(now, held)
		}
	}
}

// govern returns a governor of a server that has no budget itself. It sees the heap
// that it is given.
func govern(s *Server, budget int64, heap *heapUse) *governor {
	cfg := *s.cfg
	cfg.MemoryBudget = budget
	g := newGovernor(&cfg, s.tracker)
	g.heap = func() heapUse { return *heap }
	return g
}

// holding runs echoScreen in sessions whose users say how many MiB they hold.
func holding(sess ssh.Session, term *Terminal) {
	mib, _ := strconv.ParseInt(sess.User(), 10, 64)
	term.Holds(MemoryScreen, mib*mebi)
	echoScreen(sess, term)
}

// The connection that holds too much is cut, after its handler knows why. Others go
// on.
func TestTheHeaviestConnectionIsCut(t *testing.T) {
	counts, log, causes := &tally{}, &sshtest.Buffer{}, make(chan error, 3)
	trims := 0
	addr, s := startServer(t, func(sess ssh.Session, term *Terminal) {
		holding(sess, term)
		causes <- context.Cause(sess.Context())
	}, Config{Meter: counts, Log: slog.New(slog.NewTextHandler(log, nil)), Trim: func() { trims++ }})
	g := govern(s, 100*mebi, &heapUse{})
	light := sshtest.Shell(t, sshtest.Dial(t, addr, "1"))
	heavy := sshtest.Shell(t, sshtest.Dial(t, addr, "90"))
	sshtest.Eventually(t, "both are counted", func() bool { use, _ := g.measure(); return use.Screens == 91*mebi })
	if use, _ := g.measure(); use.Connections != 2*(connCost+sessionCost) || use.Budget != 100*mebi {
		t.Errorf("it is counted as %+v", use)
	}
	now := time.Now()
	g.check(now)
	heavy.Ends(t)
	if cause := <-causes; cause != ErrMemory {
		t.Errorf("the session ended with %v", cause)
	}
	sshtest.Eventually(t, "the connection is gone", func() bool { return len(s.tracker.loads()) == 1 })
	if next := g.check(now.Add(time.Second)); next != checkIdle {
		t.Errorf("the next check is in %v", next)
	}
	if why := counts.reasons(); !slices.Equal(why, []Reason{HeldTooMuch}) || g.cuts.Load() != 1 || trims != 1 {
		t.Errorf("it is counted as %v, as %d cuts and %d trims", why, g.cuts.Load(), trims)
	}
	if lines := strings.Count(log.String(), "\n"); lines != 1 || strings.Contains(log.String(), "127.0.0.1") {
		t.Errorf("the log has %d lines: %s", lines, log)
	}
	light.Types("still here\r")
	light.Shows(t, `said "stillhere"`)
}

// If no connection is heavy, none is cut, and nobody is admitted until there is memory
// again.
func TestNobodyIsAdmittedWhileManyLightConnectionsFillTheMemory(t *testing.T) {
	counts := &tally{}
	addr, s := startServer(t, echoScreen, Config{Meter: counts})
	heap := heapUse{live: 90 * mebi, cycles: 1}
	g := govern(s, 100*mebi, &heap)
	light := sshtest.Shell(t, sshtest.Dial(t, addr, "new"))
	now := time.Now()
	g.check(now)
	if c, err := gossh.Dial("tcp", addr, sshtest.ClientConfig(sshtest.NoKey)); err == nil {
		c.Close()
		t.Error("somebody is admitted")
	}
	light.Types("hello\r")
	light.Shows(t, `said "hello"`)
	heap.live, heap.cycles = 20*mebi, 2
	g.check(now.Add(time.Second))
	sshtest.Shell(t, sshtest.Dial(t, addr, "new")).Shows(t, "size")
	if why := counts.reasons(); len(why) == 0 || why[0] != ShortOfMemory || g.cuts.Load() > 0 {
		t.Errorf("it is counted as %v, and as %d cuts", why, g.cuts.Load())
	}
}
