package sshapp

import (
	"slices"
	"sync"
	"time"

	"wick/sshapp/sshd"
	"wick/sshapp/sshtest"
)

// The names by which the tests of this package call sshtest.
var (
	eventually       = sshtest.Eventually
	goroutinesReturn = sshtest.GoroutinesReturn
	costs            = sshtest.Costs
	cpu              = sshtest.CPU
	newKey           = sshtest.NewKey
	open             = sshtest.Open
	shell            = sshtest.Shell
)

const (
	patience   = sshtest.Patience
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// transcript keeps what is written to it. It is safe for concurrent use.
type transcript = sshtest.Buffer

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
