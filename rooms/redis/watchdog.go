package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// A connection that is up may receive nothing: a node of a Cluster that the
// others have forgotten still replies to pings. Therefore the listener subscribes
// channels of its own, and a script publishes tokens on them as the scripts of
// rooms publish events. A connection on which tokens do not arrive is called
// deaf here, and is replaced.
const (
	echoEvery    = 3 * time.Second // between two rounds of tokens
	echoWait     = 2 * time.Second // for the tokens of a round to arrive
	echoMisses   = 2               // missed rounds in a row after which a connection is deaf
	echoChannels = 8               // at most; on a Cluster each is on another node
	echoDraws    = 64              // random channel names tried to reach that many nodes

	// minConnAge is how long a deaf connection is kept at least: evidence against
	// a newer one may be from before it. Each deaf connection that follows
	// another is kept twice as long, up to maxConnAge: replacing it does not help.
	minConnAge = 5 * time.Second
	maxConnAge = 2 * time.Minute
)

// errNotReceiving ends a connection that receives nothing.
var errNotReceiving = errors.New("nothing that Redis publishes arrives on it")

// watchdog finds out whether a connection receives what is published.
type watchdog struct {
	began    time.Time
	channels []string
	evidence chan struct{} // capacity 1: there is evidence that it is deaf
	acked    chan struct{} // closed when all channels are subscribed
	back     chan struct{} // capacity 1: no token is pending

	mu      sync.Mutex
	unacked map[string]struct{} // channels
	pending map[string]struct{} // tokens that have not arrived
}

// newWatchdog returns a watchdog with random channels; on a Cluster they are in
// slots of as many nodes as possible, at most echoChannels.
func newWatchdog(ctx context.Context, client goredis.UniversalClient) *watchdog {
	wd := &watchdog{
		began:    time.Now(),
		evidence: make(chan struct{}, 1),
		acked:    make(chan struct{}),
		back:     make(chan struct{}, 1),
		unacked:  map[string]struct{}{},
		pending:  map[string]struct{}{},
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
		wd.channels = append(wd.channels, channel)
		wd.unacked[channel] = struct{}{}
		if !ok || len(wd.channels) == echoChannels {
			break
		}
	}
	return wd
}

// addEvidence records evidence that the connection is deaf.
func (wd *watchdog) addEvidence() {
	select {
	case wd.evidence <- struct{}{}:
	default: // one pending value is enough
	}
}

// subscribed records an acknowledgement. It reports whether it was the last of those
// that were missing.
func (wd *watchdog) subscribed(channel string) bool {
	wd.mu.Lock()
	defer wd.mu.Unlock()
	if _, ok := wd.unacked[channel]; !ok {
		return false
	}
	delete(wd.unacked, channel)
	if len(wd.unacked) > 0 {
		return false
	}
	close(wd.acked)
	return true
}

// received records a token that arrived. It reports whether the text was one.
func (wd *watchdog) received(token string) bool {
	wd.mu.Lock()
	defer wd.mu.Unlock()
	if _, ok := wd.pending[token]; !ok {
		return false
	}
	wd.resolve(token)
	return true
}

// resolve removes a pending token. The caller holds mu.
func (wd *watchdog) resolve(token string) {
	if delete(wd.pending, token); len(wd.pending) == 0 {
		select {
		case wd.back <- struct{}{}:
		default:
		}
	}
}

// round publishes a token on each channel. known reports whether Redis accepted
// any of them: while commands fail, nothing is known. heard reports whether all
// that it accepted arrived.
func (wd *watchdog) round(ctx context.Context, publish func(ctx context.Context, channel, token string) error) (heard, known bool) {
	tokens := make([]string, len(wd.channels))
	wd.mu.Lock()
	select {
	case <-wd.back: // late, from an earlier round
	default:
	}
	clear(wd.pending)
	for i := range tokens {
		tokens[i] = rand.Text()
		wd.pending[tokens[i]] = struct{}{}
	}
	wd.mu.Unlock()

	limited, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	var wg sync.WaitGroup
	errs := make([]error, len(tokens))
	for i, token := range tokens {
		wg.Go(func() {
			errs[i] = withRecover(func() error { return publish(limited, wd.channels[i], token) })
		})
	}
	wg.Wait()
	wd.mu.Lock()
	for i, token := range tokens {
		if errs[i] == nil {
			known = true
		} else if _, ok := wd.pending[token]; ok {
			wd.resolve(token)
		}
	}
	wd.mu.Unlock()
	if !known {
		return false, false
	}
	select {
	case <-wd.back:
		return true, true
	case <-time.After(echoWait):
		return false, true
	case <-ctx.Done():
		return false, false
	}
}

// verify returns errNotReceiving when the connection has proved to be deaf, or nil
// when ctx ends.
func (l *listener) verify(ctx context.Context, wd *watchdog) error {
	select {
	case <-wd.acked:
	case <-time.After(echoWait):
	case <-ctx.Done():
		return nil
	}
	misses, suspected := 0, false
	for {
		heard, known := wd.round(ctx, l.publish)
		switch {
		case ctx.Err() != nil:
			return nil
		case known && heard:
			misses = 0
			if time.Since(wd.began) >= echoEvery {
				l.logReceiving()
			}
			l.suspected.Store(suspected)
		case known:
			misses++
			l.suspected.Store(true)
		}
		wait := echoEvery
		switch {
		case misses >= echoMisses, suspected:
			wait = min(wait, l.minAge()-time.Since(wd.began))
		case known && !heard:
			wait = 0 // to decide soon
		}
		select {
		case <-time.After(wait):
		case <-wd.evidence:
			suspected = true
			l.suspected.Store(true)
		case <-ctx.Done():
			return nil
		}
		if (misses >= echoMisses || suspected) && time.Since(wd.began) >= l.minAge() {
			return errNotReceiving
		}
	}
}

// minAge returns how long a deaf connection is kept at least.
func (l *listener) minAge() time.Duration {
	age := minConnAge
	for range l.deafConns {
		if age *= 2; age >= maxConnAge {
			return maxConnAge
		}
	}
	return age
}

// suspect records evidence from elsewhere that the connection is deaf. It
// reports whether the evidence counts: there is a connection, and it is older
// than minConnAge.
func (l *listener) suspect() bool {
	wd := l.watchdog.Load()
	if wd == nil || time.Since(wd.began) < minConnAge {
		return false
	}
	l.suspected.Store(true)
	wd.addEvidence()
	return true
}

// receiving reports whether published events arrive, as far as is known.
func (l *listener) receiving() bool { return l.connected.Load() && !l.suspected.Load() }

// Suspect tells the store of evidence that this process does not receive what
// Redis publishes, such as two heartbeats in a row that show newer messages than
// have arrived. The store then listens on another connection, on a Cluster to
// another node, and every feed gets a gap. Suspect returns at once and may be
// called often.
func (s *Store) Suspect() { s.listener.suspect() }

// echo publishes a token by a script, as rooms do.
func (s *Store) echo(ctx context.Context, channel, token string) error {
	_, err := s.run(ctx, echoScript, []string{channel}, token)
	return err
}
