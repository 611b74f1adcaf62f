package sshapp

import (
	"context"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/rooms"
	"wick/rooms/memory"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

const (
	neighbours = 20
	oneVoice   = time.Second     // between two messages of a neighbour
	pastes     = 3 * time.Second // how long somebody pastes
	heapSlack  = 8 << 20         // bytes: the room, and what the libraries keep for the next time
)

// provoked is what makes a faulty store panic when somebody says it.
const provoked = "provoked"

type faultyStore struct{ rooms.Store }

func (s faultyStore) Append(ctx context.Context, ref rooms.Ref, seat rooms.Seat, words rooms.Words) (uint64, error) {
	if words.Text == provoked {
		panic(words.Text)
	}
	return s.Store.Append(ctx, ref, seat, words)
}

// attacks are what a room of neighbours has to bear, beside the hostile clients.
var attacks = []struct {
	name   string
	attack func(t *testing.T, addr, room string)
}{
	{"500 connections that never finish the handshake", neverFinishes},
	{"a member who never reads", sshtest.StopReading},
	{"resizes without end, before the shell and after", resizesWithoutEnd},
	{"a paste of 50 MB, and unfinished escapes", pastesWithoutEnd},
	{"a thousand channels", opensThousands},
	{"hanging up in every phase", hangsUpInEveryPhase},
	{"sizes and names of terminals that cannot be", claimsTheImpossible},
	{"a panic", provokesAPanic},
}

// Whatever some do, twenty others go on chatting: nobody waits for them,
// everybody sees the same, and what they took is given back.
func TestNeighboursOfHostileClientsAreNotDisturbed(t *testing.T) {
	store := memory.New(memory.Config{})
	t.Cleanup(func() { store.Close() })
	guards := shortLimits()
	// On a busy machine neighbours are slow, too.
	guards.LoginTimeout, guards.WriteTimeout, guards.KeepAliveInterval, guards.KeepAliveMisses = 4*time.Second, 4*time.Second, 2*time.Second, 2
	guards.ReadRate, guards.ReadBurst = 0, 0 // as they are
	server := newFleet(t, rooms.HubConfig{}).serve(faultyStore{store}, Config{SSH: guards})
	heap, before := heapNow(), runtime.NumGoroutine()
	t.Run("attacked", func(t *testing.T) {
		street := newStreet(t, server.addr, neighbours)
		quiet := street.chat(t, 2*oneVoice)
		goroutines := settled()
		var attacked []time.Duration
		for _, a := range attacks {
			t.Run(a.name, func(t *testing.T) {
				over := make(chan struct{})
				go func() {
					defer close(over)
					a.attack(t, server.addr, street.room)
				}()
				for on := true; on; {
					attacked = append(attacked, street.chat(t, oneVoice)...)
					select {
					case <-over:
						on = false
					default:
					}
				}
			})
		}
		// A session that draws or waits for news has a goroutine more than at rest, which
		// it may have been when they were counted.
		sshtest.GoroutinesReturn(t, goroutines+neighbours)
		t.Logf("%d messages; from Enter to a neighbour's screen, p50 and p99: %v and %v, under attack %v and %v", len(street.said),
			part(quiet, 50), part(quiet, 99), part(attacked, 50), part(attacked, 99))
		// Somebody who waited for a client that reads nothing would wait this long.
		if p99 := part(attacked, 99); p99 >= guards.WriteTimeout {
			t.Errorf("under attack, p99 was %v", p99)
		}
		street.check(t)
	})
	sshtest.GoroutinesReturn(t, before)
	sshtest.Eventually(t, "memory returns", func() bool { return heapNow() < heap+heapSlack })
}

// settled returns the number of goroutines once it has not changed for half a second.
func settled() int {
	n := runtime.NumGoroutine()
	for same := 0; same < 10; same++ {
		<-time.After(50 * time.Millisecond)
		if now := runtime.NumGoroutine(); now != n {
			n, same = now, 0
		}
	}
	return n
}

// part returns a percentile.
func part(all []time.Duration, percent int) time.Duration {
	slices.Sort(all)
	return all[(len(all)-1)*percent/100].Round(100 * time.Microsecond)
}

func heapNow() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func neverFinishes(t *testing.T, addr, _ string) {
	var cut sync.WaitGroup
	for i := range 500 {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, []string{"", "SSH-2.0-x", "SSH-2.0-x\r\n", "SSH-2.0-x\r\n\x00\x00\x01\x00\x06\x14"}[i%4])
		cut.Go(func() {
			conn.SetReadDeadline(time.Now().Add(sshtest.Patience))
			if _, err := io.Copy(io.Discard, conn); err != nil && strings.Contains(err.Error(), "timeout") {
				t.Error("a connection goes on")
			}
		})
	}
	cut.Wait()
}

func resizesWithoutEnd(t *testing.T, addr, room string) {
	w := sshtest.Open(t, sshtest.Dial(t, addr, "new"))
	for i := range uint32(5000) {
		w.SendRequest("window-change", false, gossh.Marshal(sshtest.WindowSize{Width: 40 + i%100, Height: 20}))
	}
	w = sshtest.Shell(t, sshtest.Dial(t, addr, room))
	for i := range uint32(5000) {
		w.SendRequest("window-change", false, gossh.Marshal(sshtest.WindowSize{Width: 40 + i%100, Height: 20 + i%7}))
	}
	w.CloseWrite()
	w.Ends(t)
}

// pastesWithoutEnd sends faster than a connection may, until it hangs up.
func pastesWithoutEnd(t *testing.T, addr, room string) {
	c := sshtest.Dial(t, addr, room)
	w := sshtest.Shell(t, c)
	piece := strings.Repeat("lorem ipsum\r", 1<<12)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		w.Types(pasteStart)
		for n := 0; n < 50<<20; n += len(piece) {
			w.Types(piece)
		}
		w.Types(strings.Repeat("\x1b", 1<<12) + "[" + strings.Repeat("1;", 1<<12))
	}()
	select {
	case <-sent:
		t.Error("50 MB were taken")
	case <-time.After(pastes):
	}
	c.Close()
	<-sent
}

func opensThousands(t *testing.T, addr, _ string) {
	c := sshtest.Dial(t, addr, "new")
	opened := 0
	for range 1000 {
		if ch, requests, err := c.OpenChannel("session", nil); err == nil {
			opened++
			go gossh.DiscardRequests(requests)
			defer ch.Close()
		}
	}
	if opened != 4 {
		t.Errorf("%d channels were opened", opened)
	}
	c.Close()
}

func hangsUpInEveryPhase(t *testing.T, addr, room string) {
	for range 5 {
		for bytes := range 6 { // of the handshake
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(conn, "SSH-2.0-x\r\n\x00\x00\x01\x00"[:bytes*3])
			conn.Close()
		}
		sshtest.Dial(t, addr, room).Close()
		for _, phase := range []func(w *sshtest.Session){
			func(*sshtest.Session) {},
			func(w *sshtest.Session) { w.Asks(t, "pty-req", sshtest.Pty(80, 24)) },
			func(w *sshtest.Session) { w.Asks(t, "pty-req", sshtest.Pty(80, 24)); w.Asks(t, "shell", nil) },
			func(w *sshtest.Session) {
				w.Asks(t, "pty-req", sshtest.Pty(80, 24))
				w.Asks(t, "shell", nil)
				w.Types("half a word")
			},
			func(w *sshtest.Session) {
				w.Asks(t, "pty-req", sshtest.Pty(80, 24))
				w.SendRequest("shell", false, nil)
				w.Types("\x1b[200~")
			},
		} {
			c := sshtest.Dial(t, addr, room)
			phase(sshtest.Open(t, c))
			c.Close()
		}
	}
}

func claimsTheImpossible(t *testing.T, addr, room string) {
	for _, s := range []uint32{0, 1, 1<<32 - 1} {
		w := sshtest.Open(t, sshtest.Dial(t, addr, room))
		if !w.Asks(t, "pty-req", sshtest.Pty(s, s)) || !w.Asks(t, "shell", nil) {
			t.Errorf("no session at %d × %d", s, s)
		}
		w.Asks(t, "window-change", sshtest.WindowSize{Width: 1<<32 - 1 - s, Height: s})
		w.CloseWrite()
		w.Ends(t)
	}
	// The largest name that the SSH library sends, and one beyond.
	for _, length := range []int{200 << 10, 1 << 20} {
		c := sshtest.Dial(t, addr, room)
		w := sshtest.Open(t, c)
		if ok, err := w.SendRequest("pty-req", true, gossh.Marshal(sshtest.PtyRequest{Term: strings.Repeat("x", length), Width: 80, Height: 24})); ok {
			t.Errorf("TERM of %d bytes was taken (%v)", length, err)
		}
		c.Close()
	}
}

func provokesAPanic(t *testing.T, addr, room string) {
	w := sshtest.Shell(t, sshtest.Dial(t, addr, room))
	w.Types(provoked + "\r")
	w.Ends(t)
	sshtest.Eventually(t, "it is told", func() bool { return strings.Contains(w.Text(), "something went wrong") })
	if status := w.Status.Load(); status != wording.ExitFailed {
		t.Errorf("status %d", status)
	}
}
