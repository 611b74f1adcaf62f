package sshd

import (
	"slices"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

const (
	// placeWait is how long a session waits for one of the Limits.MaxChannels places
	// of its connection. Programs that share a connection end theirs within moments.
	placeWait = 2 * time.Second
	// maxWaiting bounds the sessions of a connection that wait. Others are rejected at
	// once.
	maxWaiting = 16
	// maxRejecting is how many rejections may wait to be written. A client that reads
	// none of them is cut.
	maxRejecting = 256
)

// reserveChannel reserves one of the places for session channels, and reports whether
// one was free within placeWait.
func (c *conn) reserveChannel() bool {
	c.mu.Lock()
	if c.channels < c.cfg.MaxChannels {
		c.channels++
		c.mu.Unlock()
		return true
	}
	if len(c.queued) == maxWaiting {
		c.mu.Unlock()
		return false
	}
	mine := make(chan struct{})
	c.queued = append(c.queued, mine)
	c.mu.Unlock()
	late := time.NewTimer(placeWait)
	defer late.Stop()
	select {
	case <-mine:
		return true
	case <-late.C:
	case <-c.ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.queued)
	c.queued = slices.DeleteFunc(c.queued, func(w chan struct{}) bool { return w == mine })
	return len(c.queued) == before // it was given a place at the last moment
}

// releaseChannel gives a place to the channel that waits for the longest, or back.
func (c *conn) releaseChannel() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queued) == 0 {
		c.channels--
		return
	}
	close(c.queued[0])
	c.queued = slices.Delete(c.queued, 0, 1)
}

// noChannels reports whether no session channel is open.
func (c *conn) noChannels() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.channels == 0
}

// firstSession counts a session channel that is about to be accepted, and reports
// whether it is the connection's first.
func (c *conn) firstSession() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sessions++
	return c.sessions == 1
}

// reject rejects a channel, and counts why if that is not empty. It cuts a client that
// lets too many rejections wait.
func (c *conn) reject(ch gossh.NewChannel, reason gossh.RejectionReason, why Reason, text string) {
	c.mu.Lock()
	c.rejecting++
	flood := c.rejecting > maxRejecting
	c.mu.Unlock()
	switch {
	case flood:
		c.cutFlood(TooManyRequests)
	case why != "":
		c.cfg.Meter.TurnedAway(why)
	}
	c.countRefusal()
	ch.Reject(reason, text)
	c.mu.Lock()
	c.rejecting--
	c.mu.Unlock()
}
