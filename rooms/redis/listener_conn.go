package redis

import (
	"context"
	"errors"
	"slices"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// The client library's own receive loop does not fit: it has no read deadline,
// so it never notices a dead connection, and it drops messages that arrive too
// fast.
const (
	pingEvery      = 3 * time.Second
	silenceLimit   = 8 * time.Second // without any frame, not even a pong
	reconnectPause = 250 * time.Millisecond
	connectLimit   = 5 * time.Second
	subscribeBatch = 512 // channels in one command
	loggedReasons  = 3   // while there is no connection
)

// run keeps a connection until ctx ends. It replaces a lost one at once, but not
// more often than every reconnectPause.
func (l *listener) run(ctx context.Context) {
	defer close(l.done)
	for {
		began := time.Now()
		err := withRecover(func() error { return l.serve(ctx) })
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > maxConnAge {
			l.deafConns = 0
		}
		if errors.Is(err, errNotReceiving) {
			l.deafConns++
		}
		if l.connected.Swap(false) {
			l.lost.Add(1)
		}
		l.logReason(explain(err))
		select {
		case <-ctx.Done():
			return
		case <-time.After(reconnectPause - time.Since(began)):
		}
	}
}

// logReason logs why there is no connection, each reason once: why a connection
// was lost seldom says why it cannot be replaced.
func (l *listener) logReason(why string) {
	if len(l.reasons) == loggedReasons || slices.Contains(l.reasons, why) {
		return
	}
	if len(l.reasons) == 0 {
		l.log.Warn("lost the connection that listens to Redis, reconnecting", "err", why)
	} else {
		l.log.Warn("cannot reconnect to Redis yet", "err", why)
	}
	l.reasons = append(l.reasons, why)
}

// logReceiving logs that publications arrive again. The caller has seen it for a while:
// a connection to a replica, or one that may not subscribe, ends at once, and so do those
// that follow, for the reasons that were logged.
func (l *listener) logReceiving() {
	if len(l.reasons) > 0 {
		l.log.Info("listening to Redis again")
	}
	l.reasons = nil
}

// serve runs one connection, from dialling to its end. It returns why it ended.
func (l *listener) serve(ctx context.Context) error {
	dial, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	node, addr, err := l.node(dial)
	if err != nil {
		return err
	}
	sub := node.Subscribe(ctx) // no channels, so no connection yet
	defer sub.Close()
	if err := sub.Ping(dial); err != nil {
		return err
	}
	if l.lost.Load() > 0 {
		at := time.Now().Add(settleTime)
		l.settled.Store(&at)
	}
	l.resubscribe()
	select {
	case l.renewed <- struct{}{}:
	default: // one pending value is enough
	}

	// The client library replaces a failed connection before it reports the
	// failure, and subscribes all channels in one command. An ended context
	// keeps it from dialling and has no other effect.
	ended, end := context.WithCancel(ctx)
	end()
	wd := newWatchdog(dial, l.client)
	if err := sub.Subscribe(ended, wd.channels...); err != nil {
		return err
	}
	l.watchdog.Store(wd)
	defer l.watchdog.Store(nil)
	var failure error
	done := make(chan struct{})
	go func() { // ends with the connection; waited for below
		defer close(done)
		failure = withRecover(func() error { return l.receive(ended, sub, wd) })
	}()
	alive, drop := context.WithCancelCause(ctx)
	verified := make(chan struct{})
	go func() { // ends with alive; waited for below
		defer close(verified)
		drop(withRecover(func() error { return l.verify(alive, wd) }))
	}()
	err = l.send(alive, ended, sub, done)
	drop(nil)
	sub.Close()
	<-done
	<-verified
	if errors.Is(err, errNotReceiving) {
		l.avoided = addr
	}
	if err != nil {
		return err
	}
	return failure
}

// send sends subscriptions and pings until one fails, done is closed or ctx
// ends.
func (l *listener) send(ctx, ended context.Context, sub *goredis.PubSub, done <-chan struct{}) error {
	if err := sub.Subscribe(ended, endedChannel, litChannel, l.fleet.channel); err != nil {
		return err
	}
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		leave, join := l.takeDirty()
		for channels := range slices.Chunk(leave, subscribeBatch) {
			if err := sub.Unsubscribe(ended, channels...); err != nil {
				return err
			}
		}
		for channels := range slices.Chunk(join, subscribeBatch) {
			if err := sub.Subscribe(ended, channels...); err != nil {
				return err
			}
		}
		select {
		case <-done:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-l.wake:
		case <-ping.C:
			if err := sub.Ping(ended); err != nil {
				return err
			}
		}
	}
}

// receive dispatches what arrives until the connection fails, Redis refuses a
// subscription, or no frame arrives for silenceLimit. After that timeout the
// connection may be in the middle of a frame and cannot be used any more.
func (l *listener) receive(ended context.Context, sub *goredis.PubSub, wd *watchdog) error {
	for {
		frame, err := sub.ReceiveTimeout(ended, silenceLimit)
		if err != nil {
			return err
		}
		switch f := frame.(type) {
		case *goredis.Message:
			if !wd.received(f.Payload) {
				l.dispatch(f.Channel, f.Payload)
			}
		case *goredis.Subscription:
			if f.Kind == "subscribe" {
				if wd.subscribed(f.Channel) {
					l.connected.Store(true)
				}
				l.acknowledged(f.Channel)
			}
		}
	}
}
