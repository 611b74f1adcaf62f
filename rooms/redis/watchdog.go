package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// A connection that stands need not hear anything: the node of a Cluster at its
// other end may have been forgotten by the others, and answers every ping. So the
// listener subscribes channels of its own, on which a script publishes a token by
// the path that those of rooms take. What does not come back was not heard.
const (
	echoEvery    = 3 * time.Second // between two rounds of tokens
	echoWait     = 2 * time.Second // for a round to come back
	echoMisses   = 2               // rounds in a row that prove a connection deaf
	echoChannels = 8               // at most; on a Cluster each leads to another node
	echoDraws    = 64              // random channels that are looked at for that

	// minStay is how long a deaf connection is kept at least: evidence against a
	// newer one is of the time before. Each that follows soon after another is
	// kept twice as long, up to maxStay, for then it does not help to leave.
	minStay = 5 * time.Second
	maxStay = 2 * time.Minute
)

// errDeaf ends a connection that hears nothing.
var errDeaf = errors.New("what is published does not come in on it")

// watchdog finds out whether one connection hears what is published.
type watchdog struct {
	began    time.Time
	channels []string
	doubts   chan struct{} // capacity one: somebody has evidence against it
	acked    chan struct{} // closed when all channels are subscribed
	back     chan struct{} // capacity one: a token came back

	mu      sync.Mutex
	unacked map[string]struct{} // channels
	pending map[string]struct{} // tokens that are not back
}

// newWatchdog draws channels: on a Cluster, in slots of as many nodes as possible.
func newWatchdog(ctx context.Context, client goredis.UniversalClient) *watchdog {
	dog := &watchdog{
		began:   time.Now(),
		doubts:  make(chan struct{}, 1),
		acked:   make(chan struct{}),
		back:    make(chan struct{}, 1),
		unacked: map[string]struct{}{},
		pending: map[string]struct{}{},
	}
	cluster, ok := client.(*goredis.ClusterClient)
	seen := map[*goredis.Client]bool{}
	for range echoDraws {
		channel := prefix + "{" + rand.Text() + "}:t"
		if ok {
			node, err := cluster.MasterForKey(ctx, channel)
			if err == nil && seen[node] {
				continue
			}
			seen[node] = true
		}
		dog.channels = append(dog.channels, channel)
		dog.unacked[channel] = struct{}{}
		if !ok || len(dog.channels) == echoChannels {
			break
		}
	}
	return dog
}

// doubt notes evidence that the connection is deaf.
func (dog *watchdog) doubt() {
	select {
	case dog.doubts <- struct{}{}:
	default: // a doubt that is pending is enough
	}
}

// subscribed notes an acknowledgement.
func (dog *watchdog) subscribed(channel string) {
	dog.mu.Lock()
	defer dog.mu.Unlock()
	if _, ok := dog.unacked[channel]; ok {
		if delete(dog.unacked, channel); len(dog.unacked) == 0 {
			close(dog.acked)
		}
	}
}

// heard notes a token that came in. It reports false for what is none.
func (dog *watchdog) heard(token string) bool {
	dog.mu.Lock()
	defer dog.mu.Unlock()
	if _, ok := dog.pending[token]; !ok {
		return false
	}
	dog.settle(token)
	return true
}

// settle forgets a token. The caller holds mu.
func (dog *watchdog) settle(token string) {
	if delete(dog.pending, token); len(dog.pending) == 0 {
		select {
		case dog.back <- struct{}{}:
		default:
		}
	}
}

// round publishes a token on each channel. It reports whether all that were
// published came back, and whether any was: while commands fail, nothing is known.
func (dog *watchdog) round(ctx context.Context, publish func(ctx context.Context, channel, token string) error) (heard, known bool) {
	tokens := make([]string, len(dog.channels))
	dog.mu.Lock()
	select {
	case <-dog.back: // of a round before, late
	default:
	}
	clear(dog.pending)
	for i := range tokens {
		tokens[i] = rand.Text()
		dog.pending[tokens[i]] = struct{}{}
	}
	dog.mu.Unlock()

	limited, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	var wg sync.WaitGroup
	errs := make([]error, len(tokens))
	for i, token := range tokens {
		wg.Go(func() {
			errs[i] = guarded(func() error { return publish(limited, dog.channels[i], token) })
		})
	}
	wg.Wait()
	dog.mu.Lock()
	for i, token := range tokens {
		if errs[i] == nil {
			known = true
		} else if _, ok := dog.pending[token]; ok {
			dog.settle(token)
		}
	}
	dog.mu.Unlock()
	if !known {
		return false, false
	}
	select {
	case <-dog.back:
		return true, true
	case <-time.After(echoWait):
		return false, true
	case <-ctx.Done():
		return false, false
	}
}

// verify returns errDeaf once the connection is proved deaf, or nil when ctx ends.
func (l *listener) verify(ctx context.Context, dog *watchdog) error {
	select {
	case <-dog.acked:
	case <-time.After(echoWait):
	case <-ctx.Done():
		return nil
	}
	misses, doubted := 0, false
	for {
		heard, known := dog.round(ctx, l.publish)
		switch {
		case ctx.Err() != nil:
			return nil
		case known && heard:
			misses = 0
			l.suspected.Store(doubted)
		case known:
			misses++
			l.suspected.Store(true)
		}
		wait := echoEvery
		switch {
		case misses >= echoMisses, doubted:
			wait = min(wait, l.stay()-time.Since(dog.began))
		case known && !heard:
			wait = 0 // to be sure soon
		}
		select {
		case <-time.After(wait):
		case <-dog.doubts:
			doubted = true
			l.suspected.Store(true)
		case <-ctx.Done():
			return nil
		}
		if (misses >= echoMisses || doubted) && time.Since(dog.began) >= l.stay() {
			return errDeaf
		}
	}
}

// stay is how long a deaf connection is kept at least.
func (l *listener) stay() time.Duration {
	stay := minStay
	for range l.deaf {
		if stay *= 2; stay >= maxStay {
			return maxStay
		}
	}
	return stay
}

// doubt notes evidence that nothing is heard, from outside of the watchdog.
// It reports whether it counts: there is a connection, and it is not too new.
func (l *listener) doubt() bool {
	dog := l.dog.Load()
	if dog == nil || time.Since(dog.began) < minStay {
		return false
	}
	l.suspected.Store(true)
	dog.doubt()
	return true
}

// hears reports whether what is published comes in, as far as is known.
func (l *listener) hears() bool { return l.standing.Load() && !l.suspected.Load() }

// Suspect reports evidence that this process does not hear what Redis publishes,
// such as a heartbeat that shows newer messages than came in, twice in a row. The
// store then listens on another connection, on a Cluster to another node; every
// feed gets a Gap when it does. It returns at once, and may be called often.
func (s *Store) Suspect() { s.listener.doubt() }

// echo publishes a token by a script, as rooms do.
func (s *Store) echo(ctx context.Context, channel, token string) error {
	_, err := s.run(ctx, echoScript, []string{channel}, token)
	return err
}
