package sshapp

import (
	"context"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
)

func TestSeatsHoldAcrossServersDuringARush(t *testing.T) {
	t.Parallel()
	const places, comers = 7, 20
	server := redistest.Start(t)
	f := newFleet(t, rooms.HubConfig{})
	all := []*wickServer{f.start(server.URL()), f.start(server.URL()), f.start(server.URL())}
	ann := join(t, all[0].addr, fmt.Sprintf("new+%dp", places), 160, 50)
	room := ann.room()
	var came sync.WaitGroup
	people := make([]*talker, comers)
	for i := range people {
		came.Go(func() {
			var err error
			if people[i], err = talk(t, all[i%len(all)].addr, room); err != nil {
				t.Error(err)
			}
		})
	}
	came.Wait()
	full := fmt.Sprintf(" %d/%d ", places, places)
	ann.sees(full)
	ctx, cancel := context.WithTimeout(t.Context(), sshtest.Patience)
	defer cancel()
	in := []*talker{}
	for i, k := range people {
		_, err := k.sees(ctx, func(g glance) bool { return strings.Contains(g.header, full) })
		switch {
		case err == nil:
			in = append(in, k)
		case err != errSessionOver || !strings.Contains(k.Err.String(), "full"):
			t.Errorf("somebody, %d, is neither in nor refused: %v, %q", i, err, k.Err.String())
		}
	}
	if len(in) != places-1 {
		t.Errorf("%d got in beside the first; there were %d places", len(in), places)
	}
	roster := ann.who(places)
	for i, k := range in {
		if got := k.who(ctx, t, places); !slices.Equal(got, roster) {
			t.Errorf("person %d sees the roster %q, the first sees %q", i, got, roster)
		}
	}
}

// whoLine lists everybody who is here.
var whoLine = regexp.MustCompile(`\d+ of \d+ here: ([^❯─]*)`)

// listed returns the newest roster on a screen, sorted; nil if there
// is none of that length.
func listed(screen string, n int) []string {
	joined := strings.ReplaceAll(screen, "│", " ")
	all := whoLine.FindAllStringSubmatch(joined, -1)
	if all == nil {
		return nil
	}
	names := strings.Split(strings.ReplaceAll(unspaced(all[len(all)-1][1]), "(you)", ""), ",")
	if len(names) != n {
		return nil
	}
	slices.Sort(names)
	return names
}

func (p *person) who(n int) []string {
	p.t.Helper()
	p.says("/who")
	return listed(p.screen.WaitFor(p.t, sshtest.Patience, func(s string) bool { return listed(s, n) != nil }), n)
}

func (k *talker) who(ctx context.Context, t *testing.T, n int) (names []string) {
	t.Helper()
	k.types("/who\r")
	_, err := k.sees(ctx, func(g glance) bool {
		names = listed(strings.Join(g.rows, "\n"), n)
		return names != nil
	})
	if err != nil {
		t.Errorf("no list of who is here: %v\n%s", err, k.text())
	}
	return names
}

// slow forwards connections to a Redis, and delays its replies.
type slow struct {
	addr string
	by   atomic.Int64 // how much later, in nanoseconds
}

func slowAnswers(t *testing.T, to string) *slow {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &slow{addr: l.Addr().String()}
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	pass := func(to io.Writer, from net.Conn) { wg.Go(func() { io.Copy(to, from); from.Close() }) }
	wg.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				near.Close()
				continue
			}
			context.AfterFunc(ctx, func() { near.Close(); far.Close() })
			pass(far, near)
			pass(later{near, s}, far)
		}
	})
	t.Cleanup(func() {
		l.Close()
		cancel()
		wg.Wait()
	})
	return s
}

// later writes after a while.
type later struct {
	net.Conn
	slow *slow
}

func (w later) Write(p []byte) (int, error) {
	<-time.After(time.Duration(w.slow.by.Load()))
	return w.Conn.Write(p)
}

// Redis's clock decides: a server that gets its replies late shows the same countdown.
func TestServersShowTheSameCountdown(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	f := newFleet(t, rooms.HubConfig{Lease: 3 * time.Second})
	link := slowAnswers(t, server.Addr())
	one, two := f.start(server.URL()), f.start("redis://"+link.addr)
	link.by.Store(int64(400 * time.Millisecond))
	ann := join(t, one.addr, "new+10m", 80, 24)
	room := ann.room()
	bob := join(t, two.addr, room, 80, 24)
	bob.sees(" 2/")
	together := func(below int) {
		t.Helper()
		for range 3 {
			below--
			var a, b int
			sshtest.Eventually(t, "both screens show the same time, within a second", func() bool {
				a, b = ann.countdown(), bob.countdown()
				return a >= 0 && b >= 0 && a <= below && b <= below && max(a-b, b-a) <= 1
			})
			below = min(a, b)
		}
	}
	together(600)
	bob.says("/ttl 20s")
	ann.sees("shortened the countdown")
	bob.sees("shortened the countdown")
	together(20)
	last := room + " burned out: 0 messages wiped."
	ann.wiped(last)
	bob.wiped(last)
}

// silentRoom is ann in a room of so many seconds on a Redis that has fallen silent.
func silentRoom(t *testing.T, lasts int) (ann *person, room string, server *redistest.Server) {
	t.Helper()
	server = redistest.Start(t)
	one := newFleet(t, rooms.HubConfig{Lease: 3 * time.Second}).start(server.URL())
	ann = join(t, one.addr, fmt.Sprintf("new+%ds", lasts), 80, 24)
	room = ann.room()
	ann.burnsTo(lasts - 2)
	server.Pause()
	t.Cleanup(server.Resume)
	ann.sees("reconnecting")
	return ann, room, server
}

func TestCountdownGoesOnWhileRedisIsSilent(t *testing.T) {
	t.Parallel()
	ann, _, _ := silentRoom(t, 40) // much longer than is looked
	was := ann.countdown()
	for range 8 {
		var is int
		sshtest.Eventually(t, "the time passes", func() bool { is = ann.countdown(); return is != was })
		// A busy machine may miss a second, not many.
		if was-is > 3 {
			t.Fatalf("the countdown went from %d s to %d s at once", was, is)
		}
		was = is
	}
}

func TestRoomBurnsOutWhileRedisIsSilent(t *testing.T) {
	t.Parallel()
	ann, room, _ := silentRoom(t, 20)
	ann.burnsTo(2)
	near := time.Now()
	ann.wiped(room + " burned out: 0 messages wiped.")
	// Two seconds, one more for the word of Redis, and some for a busy machine.
	if took := time.Since(near); took > 10*time.Second {
		t.Errorf("with 2 s left the room burned for %v", took)
	}
}

// burnsTo waits until no more seconds than that are left. On a busy machine one
// or the other may never be drawn.
func (p *person) burnsTo(seconds int) {
	p.t.Helper()
	p.screen.WaitFor(p.t, sshtest.Patience, func(string) bool {
		left := p.countdown()
		return 0 <= left && left <= seconds
	})
}

var clockShown = regexp.MustCompile(`(\d\d):(\d\d)$`)

// countdown is the time left on the screen, in seconds; -1 if there is none.
func (p *person) countdown() int {
	m := clockShown.FindStringSubmatch(p.screen.Screen()[1])
	if m == nil {
		return -1
	}
	minutes, _ := strconv.Atoi(m[1])
	seconds, _ := strconv.Atoi(m[2])
	return 60*minutes + seconds
}
