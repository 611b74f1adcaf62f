package sshd

import (
	"context"
	"sync"
	"time"

	"github.com/charmbracelet/ssh"
)

// channelContext is the context of one session. charmbracelet/ssh has one context
// per connection, in which sessions would end together and share their values.
type channelContext struct {
	ssh.Context // the connection's
	session     context.Context
	terminal    *Terminal

	mu     sync.Mutex
	values map[any]any
}

func (c *channelContext) Deadline() (time.Time, bool) { return c.session.Deadline() }
func (c *channelContext) Done() <-chan struct{}       { return c.session.Done() }
func (c *channelContext) Err() error                  { return c.session.Err() }

// Value returns a value of the session, else of the connection.
func (c *channelContext) Value(key any) any {
	if key == (terminalKey{}) {
		return c.terminal
	}
	c.mu.Lock()
	v, ok := c.values[key]
	c.mu.Unlock()
	if ok {
		return v
	}
	return c.session.Value(key)
}

// SetValue sets a value of the session alone.
func (c *channelContext) SetValue(key, value any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.values == nil {
		c.values = make(map[any]any)
	}
	c.values[key] = value
}
