package sshd

import (
	"context"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

func TestAConnectionIsCutWithoutKeyExchange(t *testing.T) {
	for _, said := range []string{"", "SSH-2.0-x\r\n", "hello\r\nSSH-2.0-x\n", "x\nXSSH-\ny", strings.Repeat("S", 300)} {
		synctest.Test(t, func(t *testing.T) {
			c, peer := newTestConn(t, Config{})
			go io.WriteString(peer, said)
			go io.Copy(io.Discard, c)
			if got := lifetime(c); got != 10*time.Second {
				t.Errorf("after %q it lasts %v", said, got)
			}
			synctest.Wait()
			c.tracker.checkEmpty(t)
		})
	}
}

func TestAConnectionThatExchangesKeysMayLogIn(t *testing.T) {
	for _, said := range []string{"SSH-2.0-x\r\n\x00", "hello\nSSH-2.0-x\n\x00\x00"} {
		synctest.Test(t, func(t *testing.T) {
			c, peer := newTestConn(t, Config{})
			go func() {
				for _, char := range said { // a byte at a time
					io.WriteString(peer, string(char))
				}
			}()
			go io.Copy(io.Discard, c)
			if got := lifetime(c); got != 2*time.Minute {
				t.Errorf("after %q it lasts %v", said, got)
			}
		})
	}
}

func TestASessionLastsAsLongAsThePersonTypes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := newTestConn(t, Config{Limits: Limits{KeepAliveInterval: 100 * time.Hour}})
		go io.WriteString(peer, "SSH-2.0-x\n\x00")
		go io.Copy(io.Discard, c)
		_, ctx := beginSession(c, nil)
		if n := len(c.tracker.handshakes); n != 0 {
			t.Errorf("with a session, there are %d handshakes", n)
		}
		for range 5 {
			time.Sleep(time.Hour)
			c.noteInput()
		}
		typed := time.Now()
		<-ctx.Done()
		if cause := context.Cause(ctx); cause != ErrIdle || time.Since(typed) != 2*time.Hour {
			t.Errorf("%v after %v", cause, time.Since(typed))
		}
		lifetime(c) // its handler never returned
		if got := time.Since(typed); got != 2*time.Hour+30*time.Second {
			t.Errorf("it was cut after %v", got)
		}
		synctest.Wait()
		c.tracker.checkEmpty(t)
	})
}

func TestASessionWithoutAnIdleLimitLastsForALifetime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := newTestConn(t, Config{Limits: Limits{KeepAliveInterval: 100 * time.Hour}})
		go io.WriteString(peer, "SSH-2.0-x\n\x00")
		go io.Copy(io.Discard, c)
		s, ctx := beginSession(c, nil)
		s.noIdleLimit.Store(true)
		<-ctx.Done()
		if cause := context.Cause(ctx); cause != ErrLifetime || time.Since(c.opened) != 25*time.Hour {
			t.Errorf("%v after %v", cause, time.Since(c.opened))
		}
		// The last bytes of the session may still be on their way.
		c.sessionEnded(s)
		if got := lifetime(c); got != 25*time.Hour+30*time.Second {
			t.Errorf("it was cut after %v", got)
		}
	})
}

func TestAConnectionWithoutASessionIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := newTestConn(t, Config{Limits: Limits{KeepAliveInterval: 100 * time.Hour}})
		go io.WriteString(peer, "SSH-2.0-x\n\x00")
		go io.Copy(io.Discard, c)
		a, _ := beginSession(c, nil)
		b, _ := beginSession(c, nil)
		time.Sleep(time.Hour)
		c.sessionEnded(a)
		time.Sleep(time.Hour / 2)
		c.sessionEnded(b)
		if got := lifetime(c); got != time.Hour+time.Hour/2+2*time.Minute {
			t.Errorf("it was cut after %v", got)
		}
	})
}

func TestASilentClientIsAskedOnceAndThenCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := newTestConn(t, Config{})
		go io.WriteString(peer, "SSH-2.0-x\n\x00")
		go io.Copy(io.Discard, c)
		quiet := &quietPeer{until: c.ctx.Done()}
		_, ctx := beginSession(c, quiet)
		if got := lifetime(c); got != time.Minute { // four times 15 s
			t.Errorf("it was cut after %v", got)
		}
		synctest.Wait()
		if quiet.asked.Load() != 1 {
			t.Errorf("it was asked %d times", quiet.asked.Load())
		}
		if ctx.Err() != nil {
			t.Error("nobody is there to say goodbye to")
		}
	})
}

func TestAClientThatSendsAnythingIsAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := newTestConn(t, Config{})
		go io.Copy(io.Discard, c)
		io.WriteString(peer, "SSH-2.0-x\n\x00")
		quiet := &quietPeer{until: c.ctx.Done()}
		beginSession(c, quiet)
		for range 100 {
			time.Sleep(time.Minute - time.Second)
			io.WriteString(peer, "x")
		}
		if quiet.asked.Load() != 1 { // the question is still open
			t.Errorf("it was asked %d times", quiet.asked.Load())
		}
		start := time.Now()
		lifetime(c)
		if got := time.Since(start); got != time.Minute {
			t.Errorf("it was cut after %v", got)
		}
	})
}

func TestUnlimitedTimesNeverEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		waits, _ := newTestConn(t, unlimited)
		sits, peer := newTestConn(t, unlimited)
		go io.WriteString(peer, "SSH-2.0-x\n\x00")
		go io.Copy(io.Discard, sits)
		quiet := &quietPeer{until: sits.ctx.Done()}
		_, session := beginSession(sits, quiet)
		time.Sleep(10 * 365 * 24 * time.Hour)
		if waits.ctx.Err() != nil || sits.ctx.Err() != nil || session.Err() != nil || quiet.asked.Load() != 0 {
			t.Error("something ended, or was asked")
		}
	})
}

func TestKeepAliveMissesAreCounted(t *testing.T) {
	for misses, want := range map[int]time.Duration{1: 2 * time.Second, 5: 6 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			c, peer := newTestConn(t, Config{Limits: Limits{KeepAliveInterval: time.Second, KeepAliveMisses: misses}})
			go io.Copy(io.Discard, c)
			io.WriteString(peer, "SSH-2.0-x\n\x00")
			synctest.Wait()
			beginSession(c, &quietPeer{until: c.ctx.Done()})
			if got := lifetime(c); got != want {
				t.Errorf("with %d misses, it was cut after %v", misses, got)
			}
		})
	}
}

func TestAnIdlePersonIsWarnedOnce(t *testing.T) {
	for idle, before := range map[time.Duration]time.Duration{2 * time.Hour: 5 * time.Minute, time.Minute: 5 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			c, peer := newTestConn(t, Config{Limits: Limits{IdleTimeout: idle, KeepAliveInterval: -1}})
			go io.WriteString(peer, "SSH-2.0-x\n\x00")
			go io.Copy(io.Discard, c)
			s, ctx := beginSession(c, nil)
			warned := make(chan time.Duration, 10)
			s.OnIdle(func(left time.Duration) { warned <- left })
			for range 3 {
				typed := time.Now()
				c.noteInput() // any key keeps it
				if left := <-warned; left != before || time.Since(typed) != idle-before {
					t.Errorf("warned %v after the last key that it ends in %v", time.Since(typed), left)
				}
			}
			<-ctx.Done()
			synctest.Wait()
			if left := time.Until(c.opened.Add(time.Duration(c.lastInput.Load()) + idle)); left != 0 || len(warned) != 0 {
				t.Errorf("it ended %v too early, after %d more warnings", left, len(warned))
			}
		})
	}
}

func TestTimeoutsBeforeASessionAreCounted(t *testing.T) {
	for _, row := range []struct {
		says string
		want Reason
	}{{"", HandshakeTimedOut}, {"SSH-2.0-x\r\n\x00", LoginTimedOut}} {
		synctest.Test(t, func(t *testing.T) {
			counts := &tally{}
			c, peer := newTestConn(t, Config{Meter: counts})
			go c.Read(make([]byte, 100))
			peer.Write([]byte(row.says))
			time.Sleep(time.Hour)
			if got := counts.reasons(); !slices.Equal(got, []Reason{row.want}) {
				t.Errorf("after %q: %q, want %q", row.says, got, row.want)
			}
		})
	}
}

// livingPeer is a client that replies to every request. It lives in a synctest bubble.
type livingPeer struct {
	gossh.Conn
	client net.Conn
}

func (p livingPeer) SendRequest(string, bool, []byte) (bool, []byte, error) {
	io.WriteString(p.client, "x")
	synctest.Wait() // a reply is known only once the server has read it
	return false, nil, nil
}

func TestAClientIsAskedWhetherItAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, client := newTestConn(t, Config{})
		go io.Copy(io.Discard, c)
		io.WriteString(client, "SSH-2.0-x\n\x00")
		quiet := &quietPeer{until: c.ctx.Done()}
		beginSession(c, quiet)
		asks := func(want bool, took time.Duration) {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			began := time.Now()
			if got := c.answers(ctx); got != want || time.Since(began) != took {
				t.Errorf("it answers: %v, after %v", got, time.Since(began))
			}
		}
		time.Sleep(time.Second)
		asks(false, 2*time.Second)
		asks(false, 2*time.Second)
		if quiet.asked.Load() != 1 { // the question is still open
			t.Errorf("it was asked %d times", quiet.asked.Load())
		}
		time.AfterFunc(time.Second, func() { io.WriteString(client, "x") })
		asks(true, 2*time.Second)

		c, client = newTestConn(t, Config{})
		go io.Copy(io.Discard, c)
		io.WriteString(client, "SSH-2.0-x\n\x00")
		beginSession(c, livingPeer{client: client})
		time.Sleep(time.Second)
		asks(true, 0)
		c.Close()
		asks(false, 0)
	})
}
