package sshapp

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// Why a session was ended by a limit: the cause of its context.
var (
	errIdle     = errors.New("nothing was typed for too long")
	errLifetime = errors.New("the connection reached its greatest age")
)

// keepAlive is the global request with which OpenSSH, too, asks for a sign of
// life; any answer is one, a refusal included.
const keepAlive = "keepalive@openssh.com"

// verdict is what the clock has to say at some moment.
type verdict struct {
	why  error // ask the sessions to end, and why
	cut  string
	ask  bool          // ask for a sign of life
	warn time.Duration // warn that the sessions end so soon, if nothing is typed
	last int64         // the value of typed that it judged by
	in   time.Duration // when to look again
}

// tick looks at the clock. It runs on the timer's goroutine and never waits.
func (g *guard) tick() {
	now := time.Now()
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return
	}
	v := g.judge(now)
	var asked []*terminal
	if v.why != nil {
		g.ending = now
		asked = slices.Clone(g.running)
		v.in = g.cfg.CloseGrace
	}
	if v.ask {
		g.asking = true
	}
	if v.warn > 0 {
		g.warned, asked = v.last, slices.Clone(g.running)
	}
	peer, began, exchanged := g.peer, g.began, g.exchanged
	g.timer.Reset(max(v.in, time.Millisecond))
	g.mu.Unlock()

	for _, t := range asked {
		if v.why != nil {
			t.cancel(v.why)
		} else {
			t.idle(v.warn)
		}
	}
	if v.ask {
		go g.ask(peer)
	}
	if v.cut != "" {
		switch {
		case !exchanged:
			g.cfg.Meter.TurnedAway(NoGreeting)
		case !began:
			g.cfg.Meter.TurnedAway(NoLogin)
		}
		if !began {
			g.blame(penaltySlow)
		}
		g.cfg.Log.LogAttrs(context.Background(), slog.LevelDebug, "connection cut", slog.String("why", v.cut))
		g.Close()
	}
}

// rearm makes the timer look at the clock again when something that was to
// happen later may have to happen sooner. Called with mu held.
func (g *guard) rearm() {
	if !g.closed {
		v := g.judge(time.Now())
		if v.cut != "" || v.why != nil || v.ask || v.warn > 0 {
			v.in = 0 // tick does it
		}
		g.timer.Reset(max(v.in, time.Millisecond))
	}
}

// judge decides by the clock alone and changes nothing. Called with mu held.
func (g *guard) judge(now time.Time) verdict {
	age := now.Sub(g.born)
	heard := now.Sub(g.born.Add(time.Duration(g.heard.Load())))
	if g.held.Load() {
		heard = 0 // nobody listens
	}
	last := g.typed.Load()
	typed := now.Sub(g.born.Add(time.Duration(last)))
	silence := g.cfg.silence()
	left := g.cfg.Lifetime - age
	// A session that expects no input makes its connection as patient.
	patient := slices.ContainsFunc(g.running, func(t *terminal) bool { return t.patient.Load() })
	switch {
	case !g.ending.IsZero():
		in := g.cfg.CloseGrace - now.Sub(g.ending)
		return cutIf(in, in, "asked to end")
	case !g.exchanged:
		in := g.cfg.Greeting - age
		return cutIf(in, min(in, left), "no key exchange")
	case len(g.running) == 0:
		// However old the connection, the last words of the session that has
		// just ended are still on their way.
		since := now.Sub(g.waiting)
		in := min(g.cfg.Login-since, max(left, g.cfg.CloseGrace-since))
		return cutIf(in, in, "no session")
	case heard >= silence:
		return verdict{cut: "silent"}
	case left <= 0:
		return verdict{why: errLifetime}
	case !patient && typed >= g.cfg.Idle:
		return verdict{why: errIdle}
	}
	v := verdict{in: min(left, silence-heard), last: last}
	if !patient {
		end, warning := g.cfg.Idle-typed, g.cfg.warning()
		v.in = min(v.in, end)
		switch {
		case end > warning:
			v.in = min(v.in, end-warning)
		case g.warned != last:
			v.warn = end
		}
	}
	if !g.asking && g.peer != nil {
		v.ask = heard >= g.cfg.KeepAlive
		if !v.ask {
			v.in = min(v.in, g.cfg.KeepAlive-heard)
		}
	}
	return v
}

func cutIf(left, in time.Duration, why string) verdict {
	if left <= 0 {
		return verdict{cut: why}
	}
	return verdict{in: in}
}

// ask asks the client for a sign of life. One question is open at a time; it
// ends with the answer or with the connection.
func (g *guard) ask(peer gossh.Conn) {
	defer rescue(g.cfg.Log, "", func() { g.Close() })
	peer.SendRequest(keepAlive, true, nil) // the answer shows as bytes read
	g.mu.Lock()
	g.asking = false
	g.mu.Unlock()
}
