// Package redis keeps rooms in Redis 7 or later or Valkey, on one server or a
// Cluster, so that many wick servers share them.
//
// A room has seven names in Redis with the hash tag of the room's key. The keys
// among them expire at the room's deadline from the moment they exist.
//
//	e2:{key}:m  hash    meta: epoch, deadline, lock, counters, and envelopes of them
//	e2:{key}:h  list    history: messages; a list, for a stream keeps what was
//	                    trimmed. A message that burned is replaced in its place
//	e2:{key}:p  hash    places: the seats, and tags of their aliases
//	e2:{key}:n  zset    leases of the servers that hold seats
//	e2:{key}:c  channel what happens in the room
//	e2:{key}:d  hash    door: who was let in or shown out, who had which alias first
//	e2:{key}:f  hash    fuses: messages that burn, and until when
//	e2:due      zset    when which room is to be swept up, or has a message that
//	                    burns, for all rooms
//	e2:ended    channel which rooms were destroyed
//	e2:{…}:t    channel by which a process finds out whether it hears anything
//
// # What Redis can do
//
// Everything that is shown, or that moves anything, comes from an envelope that a
// server sealed: AES-256-GCM under a key of the room and its epoch, with the kind
// of what is in it authenticated. It holds the sender with the message and its
// ID, the whole state of a seat, the deadline of a room, the new value of what a
// member changed. Numbers and versions are given by Redis and are checked: a
// server drops a message that comes again under another number, if it is among
// the last 2,048 that it showed, and an older state of a seat, of the lock or of
// the deadline.
//
// Whoever can write to Redis can therefore delete, hold back and delay: what they
// take away is missing, and members are told of gaps. They can show a server
// on which nobody has been in the room an older state of it: messages in another
// order (their times are sealed), words that burned, a seat that was given up, a
// lock, a kick or a shortening undone. A server with members asserts the last
// three again; who got in meanwhile has seen what is there. Everywhere they can
// have a message come again, with its old time, once that many came after it;
// what is of the moment only, such as a knock, for two minutes; say that a seat
// was given up, which its server sets right; refuse newcomers; and take away who
// had an alias, so that two people bear it, or it is not marked. They cannot make
// a room outlive the deadline that was sealed when it was lit, nor bring back one
// that was destroyed to any server that heard of it: each remembers the 4096 last
// to burn out, until their deadlines.
//
// Whoever runs Redis also sets its clock, which all deadlines are by. A server on
// which somebody is in the room goes by the nearest that it has worked out.
//
// Each operation on a room is one script, and so atomic; times are the Redis
// server's. Redis is told no name, alias, identity or text, only what the
// Sealer made of them.
//
// Redis must not evict keys (maxmemory-policy noeviction, its default): a
// room that lost one of its keys is not whole. What else of its settings matters
// is in the Survey.
//
// A Redis user for this package needs no more than
//
//	ACL SETUSER wick on >password resetchannels ~e2:* &e2:*
//	  +ping +subscribe +unsubscribe +publish +eval +evalsha
//	  +time +pexpireat +pexpire +pttl +exists +unlink
//	  +hset +hsetnx +hget +hmget +hgetall +hexists +hlen +hincrby +hdel
//	  +rpush +lpop +lrange +lset
//	  +zadd +zrem +zscore +zrangebyscore +zremrangebyscore
//
// and for the Survey +info +config|get, on a Cluster +cluster|slots +asking,
// for a number in the URL +select. Without +info nothing is known of its Space. Of
// Sentinels it needs
//
//	+ping +sentinel|get-master-addr-by-name +sentinel|sentinels
//	+subscribe &+switch-master &+replica-reconf-done
package redis

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"wick/rooms"
)

// openLimit bounds how long Open takes in all: some thirty questions, to a Redis
// that may be far away. One that cannot be reached, or is silent, is told of much
// sooner, see dialLimit and readLimit.
const openLimit = 15 * time.Second

// Config says where Redis is. URLs and Sealer are required.
type Config struct {
	// URLs is one redis://, rediss:// or unix:// URL, the URLs of some nodes
	// of a Cluster, separated by commas, or
	//
	//	redis+sentinel://[user:password@]host[:port][,host[:port]…]/name[/number]
	//
	// with the Sentinels' addresses and what they call the server. User and
	// password are Redis' own; those of the Sentinels, where they have any,
	// are added as ?sentinel_user=…&sentinel_password=…. rediss+sentinel://
	// is TLS to all of them.
	URLs   string
	Sealer rooms.Sealer
	Log    *slog.Logger // default: nowhere
}

// Store is a rooms.Store on Redis. It owns the goroutines that listen to the
// channels and sweep up burned-out rooms; Close ends them.
type Store struct {
	client   goredis.UniversalClient
	links    *links
	wire     wire
	log      *slog.Logger
	survey   Survey
	space    atomic.Pointer[rooms.Space]
	listener *listener
	beats    *beats
	clocks   clocks
	tombs    tombs
	cancel   context.CancelFunc // ends the goroutines in wg.Go
	wg       sync.WaitGroup     // goroutines and commands under way

	mu     sync.Mutex
	closed bool // no command may be added to wg any more
}

var _ rooms.Store = (*Store)(nil)

func init() {
	// Nothing that the client library logs is for a person: it repeats
	// addresses at every attempt, and what is wrong is returned as well.
	logging.Disable()
}

// Open connects to Redis and makes sure that it can do what rooms need. The
// error is one plain sentence that says where and why, without credentials.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	client, links, where, err := newClient(cfg.URLs)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, openLimit)
	defer cancel()
	if err := client.Ping(ctx).Err(); err != nil {
		client.Close()
		return nil, fmt.Errorf("cannot use Redis at %s: %s", where, explain(err))
	}
	reports := look(ctx, client)
	if old := outdated(reports); old != "" {
		client.Close()
		return nil, fmt.Errorf("cannot use Redis at %s: %s", where, old)
	}
	s := start(client, links, cfg)
	s.survey = survey(reports)
	if err := s.probe(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("cannot use Redis at %s: %w", where, err)
	}
	if foreign, err := s.strangers(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("cannot use Redis at %s: %s", where, explain(err))
	} else if foreign {
		s.log.Warn("rooms burn in this Redis that were lit with another secret, and this server cannot see them: servers that share a Redis need the same secret file")
	}
	return s, nil
}

func start(client goredis.UniversalClient, links *links, cfg Config) *Store {
	s := &Store{client: client, links: links, wire: wire{cfg.Sealer}, log: cfg.Log}
	s.clocks.last = map[goredis.UniversalClient]rooms.Clock{}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.listener = newListener(client, s.echo, s.wire, &s.tombs, s.log)
	s.beats = &beats{store: s, lanes: map[goredis.UniversalClient]*lane{}}
	// The store's own lifetime, which Close ends, not that of the opening.
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.wg.Go(func() { s.listener.run(ctx) })
	s.wg.Go(func() { s.janitor(ctx) })
	s.wg.Go(func() { s.watchSpace(ctx) })
	s.wg.Go(func() { s.watchBuried(ctx, s.listener.renewed) })
	return s
}

// Close implements rooms.Store. It may be called twice.
func (s *Store) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	err := s.client.Close() // what is under way fails at once
	s.wg.Wait()
	if err != nil && err != goredis.ErrClosed {
		return fmt.Errorf("closing the connections to Redis: %w", err)
	}
	return nil
}

// do runs one command. The client heeds deadlines but not cancellation, so
// the command is left to itself where the context ends first; then cmd must
// not be touched any more. It ends within the client's time limits, or with
// Close.
func (s *Store) do(ctx context.Context, cmd goredis.Cmder) error {
	if err := ctx.Err(); err != nil {
		return notDialled{err}
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return goredis.ErrClosed
	}
	s.wg.Add(1)
	s.mu.Unlock()
	done := make(chan error, 1)
	go func() {
		defer s.wg.Done()
		err := s.client.Process(ctx, cmd)
		s.reconsider(err)
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
