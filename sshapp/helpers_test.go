package sshapp

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshd"
	"wick/sshapp/sshtest"
)

const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// shortLimits are short enough to see them work. A connection may send much, so that
// attacks reach what lies behind that limit.
func shortLimits() sshd.Limits {
	return sshd.Limits{
		HandshakeTimeout: time.Second, LoginTimeout: 2 * time.Second, CloseTimeout: time.Second,
		KeepAliveInterval: time.Second, WriteTimeout: 2 * time.Second,
		ReadRate: 64 << 20, ReadBurst: 64 << 20,
	}
}

// tally is a Meter.
type tally struct {
	mu      sync.Mutex
	why     []sshd.Reason
	painted []time.Duration
}

func (c *tally) TurnedAway(why sshd.Reason) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.why = append(c.why, why)
}

func (c *tally) Painted(took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.painted = append(c.painted, took)
}

func (c *tally) reasons() []sshd.Reason {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.why)
}

func (c *tally) paints() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.painted)
}

// run runs a command, and returns its exit status and what it printed.
func run(t *testing.T, c *gossh.Client, command, input string) (status int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), sshtest.Patience)
	defer cancel()
	r := sshtest.Run(ctx, c, command, input)
	if r.Status < 0 {
		t.Fatalf("%s: no status, %q", command, r.Err)
	}
	return r.Status, r.Out, r.Err
}
