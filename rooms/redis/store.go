// Package redis is a rooms.Store that many wick servers can share. It keeps
// rooms in Redis 7 or later or in Valkey, on one server, with Sentinels or on a
// Cluster.
//
// A room has ten keys and channels, with the room's key as their hash tag. The
// keys expire at the room's deadline from the moment they exist.
//
//	e4:{key}:m  hash    meta: epoch, deadline, lock, counters, and their envelopes
//	e4:{key}:h  list    history: messages. A list, because a stream keeps trimmed
//	                    entries. A message that burned is replaced in its place
//	e4:{key}:p  hash    places: the seats, and tags of their aliases
//	e4:{key}:n  zset    leases of the servers that hold seats
//	e4:{key}:c  channel events of the room
//	e4:{key}:d  hash    door: identities let in or shown out, first owners of
//	                    aliases, and the aliases that keys chose
//	e4:{key}:f  hash    fuses: when messages burn, what then replaces them, and who looked
//	e4:{key}:b  hash    blobs, in chunks
//	e4:{key}:i  hash    the files that are blobs
//	e4:{key}:x  hash    how a room was taken; kept after its end, until what was its
//	                    deadline
//	e4:due      zset    index of all rooms, by the time of their deadline or of the
//	                    next end of a message that burns
//	e4:ended    channel announcements of destroyed rooms
//	e4:lit      channel announcements of rooms that keys lit
//	e4:{…}:s    hash    the servers that share rooms, until their leases lapse
//	e4:{…}:r    hash    whether an operator closed them; kept for 30 days without servers
//	e4:{…}:a    channel what they send each other for an operator
//	e4:{…}:t    channel by which a process checks that it receives what is published
//
// The number in the prefix changes with the format of what is stored. Servers with
// different prefixes on one Redis do not see each other's rooms.
//
// # What Redis can do
//
// Whatever is shown or has an effect comes from an envelope that a server sealed:
// AES-256-GCM under a key of the room and its epoch, with the kind of its content
// authenticated. An envelope contains the sender with the message and its ID, the
// whole state of a seat, the deadline of a room, or the new value of what a
// member changed. Redis assigns numbers and versions, and servers check them: a
// server drops a message that comes again under another number, if it is among
// the last 2,048 that it showed, and an older state of a seat, of the lock or of
// the deadline.
//
// An attacker who can write to Redis can therefore delete, withhold and delay:
// what they remove is missing, and members see a gap. To a server on which nobody
// has been in the room, they can show an older state of it: messages in another
// order (their times are sealed), messages that burned, a seat that was given up,
// or a lock, a kick or a shortening undone. A server with members asserts the
// last three again; those who got in meanwhile have seen what is there. To every
// server they can
//
//   - replay a message, with its old time, after 2,048 others,
//   - replay a momentary event, such as a knock, for two minutes,
//   - bring back a file that was removed, for whoever lists and gets files,
//   - say that a seat was given up, which its server corrects,
//   - refuse newcomers,
//   - delete the first owner of an alias, so that two people have it or it is
//     not marked,
//   - have somebody who comes back get an alias that they chose earlier,
//   - hide servers from operators, or list one that ended,
//   - delete whether the servers are closed to new rooms, or restore an older state of
//     that, which a server that knows better replaces,
//   - say that nothing was taken, or end a claim, so that two people are sent the
//     same drop; only one of them takes it.
//
// They cannot make a room outlive the deadline that was sealed when it was lit,
// nor bring back a destroyed room to a server that received its announcement:
// each server remembers 4096 of them until their deadlines, those with the latest
// deadlines if there are more.
//
// Redis' clock decides all deadlines, so its operator can change them. A server
// with members in a room keeps to the earliest deadline that it has computed.
//
// Each operation on a room is one script and therefore atomic. Times are by the
// Redis server's clock. Redis gets no name, alias, identity or text, only what
// the Sealer derives from them.
//
// Redis must not evict keys (maxmemory-policy noeviction, its default): a room
// that lost a key is damaged. Audit reports the other settings that matter.
//
// A Redis user for this package needs no more than
//
//	ACL SETUSER wick on >password resetchannels ~e4:* &e4:*
//	  +ping +subscribe +unsubscribe +publish +eval +evalsha
//	  +time +pexpireat +pexpire +pttl +exists +unlink
//	  +hset +hsetnx +hget +hmget +hgetall +hexists +hlen +hincrby +hdel
//	  +rpush +lpop +lrange +lset
//	  +zadd +zrem +zscore +zrangebyscore +zremrangebyscore
//
// and for the Audit +info +config|get, on a Cluster +cluster|slots +asking, and
// for a database number in the URL +select. Without +info its Space is unknown.
// On the Sentinels it needs
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

// openLimit bounds the time of Open: some thirty round trips to a Redis that may
// be distant. If Redis cannot be reached or does not reply, Open fails much
// sooner, see dialLimit and readLimit.
const openLimit = 15 * time.Second

// Config configures a Store. URLs and Sealer are required.
type Config struct {
	// URLs is one redis://, rediss:// or unix:// URL, the URLs of some nodes
	// of a Cluster, separated by commas, or
	//
	//	redis+sentinel://[user:password@]host[:port][,host[:port]…]/name[/number]
	//
	// with the Sentinels' addresses and their name for the server. User and
	// password are for Redis; those for the Sentinels, if they have any, are
	// added as ?sentinel_user=…&sentinel_password=…. With rediss+sentinel://
	// all connections use TLS.
	URLs   string
	TLS    TLS
	Sealer rooms.Sealer
	Log    *slog.Logger // nil: no logging
}

// Store is a rooms.Store on Redis. It is safe for concurrent use. It owns the
// goroutines that listen to the channels and delete rooms that burned out; Close
// ends them.
type Store struct {
	client   goredis.UniversalClient
	conns    *connTracker
	codec    codec
	log      *slog.Logger
	audit    Audit
	space    atomic.Pointer[rooms.Space]
	listener *listener
	beats    *beats
	clocks   clocks
	tombs    tombstones
	lit      rooms.LitIndex
	cancel   context.CancelFunc // ends the goroutines in wg.Go
	wg       sync.WaitGroup     // goroutines and running commands

	mu     sync.Mutex
	closed bool // nothing may be added to wg any more
}

var _ rooms.Store = (*Store)(nil)

func init() {
	// The client library logs addresses at every attempt. Its errors are
	// returned as well, so nothing is lost.
	logging.Disable()
}

// Open connects to Redis and checks that it can do what rooms need. The error is
// one sentence that says where and why, without credentials.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	client, conns, where, err := newClient(cfg.URLs, cfg.TLS)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, openLimit)
	defer cancel()
	if err := client.Ping(ctx).Err(); err != nil {
		client.Close()
		return nil, fmt.Errorf("cannot use Redis at %s: %s", where, explain(err))
	}
	reports := inspectServers(ctx, client)
	if old := unsupportedVersion(reports); old != "" {
		client.Close()
		return nil, fmt.Errorf("cannot use Redis at %s: %s", where, old)
	}
	s := start(client, conns, cfg)
	s.audit = newAudit(reports)
	if err := orTooSlow(ctx, s.selfcheck(ctx)); err != nil {
		s.Close()
		return nil, fmt.Errorf("cannot use Redis at %s: %w", where, err)
	}
	if foreign, err := s.foreignRooms(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("cannot use Redis at %s: %s", where, explain(err))
	} else if foreign {
		s.log.Warn("this Redis holds rooms lit with another secret, which this server cannot see: servers that share a Redis need the same secret file")
	}
	return s, nil
}

func start(client goredis.UniversalClient, conns *connTracker, cfg Config) *Store {
	s := &Store{client: client, conns: conns, codec: codec{cfg.Sealer}, log: cfg.Log}
	s.clocks.last = map[goredis.UniversalClient]rooms.Clock{}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.listener = newListener(client, s.echo, s.codec, &s.tombs, &s.lit, s.log)
	s.beats = &beats{store: s, batchers: map[goredis.UniversalClient]*batcher{}}
	// The context of the store's lifetime, which Close ends.
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.wg.Go(func() { s.listener.run(ctx) })
	s.wg.Go(func() { s.janitor(ctx) })
	s.wg.Go(func() { s.watchSpace(ctx) })
	s.wg.Go(func() { s.watchDestroyed(ctx, s.listener.renewed) })
	return s
}

// Close implements rooms.Store. It may be called twice.
func (s *Store) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	err := s.client.Close() // running commands fail at once
	s.wg.Wait()
	if err != nil && err != goredis.ErrClosed {
		return fmt.Errorf("closing the connections to Redis: %w", err)
	}
	return nil
}

// do runs one command. The client library obeys deadlines but not cancellation:
// if ctx ends first, do returns and the command runs on, so the caller must not
// use cmd any more. The command ends within the client's time limits or with
// Close.
func (s *Store) do(ctx context.Context, cmd goredis.Cmder) error {
	if err := ctx.Err(); err != nil {
		return notSentError{err}
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
		s.reloadSlots(err)
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
