package redis

import (
	"context"
	"errors"
	"slices"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// The client library's own receiving loop has no read deadline: it stays
// silent on a connection that died without a word, and drops what comes too
// fast with a line in the log. So this is another.
const (
	pingEvery      = 3 * time.Second
	silenceLimit   = 8 * time.Second // without a frame, be it only a pong
	reconnectPause = 250 * time.Millisecond
	connectLimit   = 5 * time.Second
	subscribeBatch = 512 // channels in one command
)

// run keeps a connection until ctx ends. A lost one is replaced at once,
// but no more often than reconnectPause allows.
func (l *listener) run(ctx context.Context) {
	defer close(l.done)
	for {
		began := time.Now()
		err := guarded(func() error { return l.serve(ctx) })
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > maxStay {
			l.deaf = 0
		}
		if errors.Is(err, errDeaf) {
			l.deaf++
		}
		if l.standing.Swap(false) {
			l.lost.Add(1)
		}
		if !l.broken {
			l.log.Warn("lost the connection that listens to Redis, connecting anew", "err", explain(err))
		}
		l.broken = true
		select {
		case <-ctx.Done():
			return
		case <-time.After(reconnectPause - time.Since(began)):
		}
	}
}

// serve works one connection, from dialling to its end, and answers why it ended.
func (l *listener) serve(ctx context.Context) error {
	dial, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	node, addr, err := l.node(dial)
	if err != nil {
		return err
	}
	sub := node.Subscribe(ctx) // to nothing, and so without a connection yet
	defer sub.Close()
	if err := sub.Ping(dial); err != nil {
		return err
	}
	if l.broken {
		l.log.Info("listening to Redis again")
	}
	l.broken = false
	l.standing.Store(true)
	l.renew()
	select {
	case l.renewed <- struct{}{}:
	default: // one that is pending is enough
	}

	// The library replaces a connection that failed before it tells of the
	// failure, and subscribes everything in one command. A context that has
	// ended keeps it from dialling, and matters for nothing else.
	ended, end := context.WithCancel(ctx)
	end()
	dog := newWatchdog(dial, l.client)
	if err := sub.Subscribe(ended, dog.channels...); err != nil {
		return err
	}
	l.dog.Store(dog)
	defer l.dog.Store(nil)
	var failure error
	done := make(chan struct{})
	go func() { // ends with the connection, and is waited for below
		defer close(done)
		failure = guarded(func() error { return l.receive(ended, sub, dog) })
	}()
	alive, drop := context.WithCancelCause(ctx)
	verified := make(chan struct{})
	go func() { // ends with alive, and is waited for below
		defer close(verified)
		drop(guarded(func() error { return l.verify(alive, dog) }))
	}()
	err = l.send(alive, ended, sub, done)
	drop(nil)
	sub.Close()
	<-done
	<-verified
	if errors.Is(err, errDeaf) {
		l.avoided = addr
	}
	if err != nil {
		return err
	}
	return failure
}

// send subscribes what is wanted and asks for signs of life, until that fails,
// or done or ctx ends.
func (l *listener) send(ctx, ended context.Context, sub *goredis.PubSub, done <-chan struct{}) error {
	if err := sub.Subscribe(ended, endChannel); err != nil {
		return err
	}
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		leave, join := l.changes()
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

// receive hands on what comes in until the connection fails, is silent for too
// long (it may then be in the middle of a frame, so that it is of no use any
// more), or Redis refuses a subscription.
func (l *listener) receive(ended context.Context, sub *goredis.PubSub, dog *watchdog) error {
	for {
		frame, err := sub.ReceiveTimeout(ended, silenceLimit)
		if err != nil {
			return err
		}
		switch f := frame.(type) {
		case *goredis.Message:
			if !dog.heard(f.Payload) {
				l.published(f.Channel, f.Payload)
			}
		case *goredis.Subscription:
			if f.Kind == "subscribe" {
				dog.subscribed(f.Channel)
				l.acked(f.Channel)
			}
		}
	}
}
