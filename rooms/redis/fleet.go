package redis

import (
	"context"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

// recordKept is how long the servers' record is kept after the last server has ended.
const recordKept = 30 * 24 * time.Hour

var _ rooms.Fleet = (*Store)(nil)

// fleetKeys are what the servers with one secret share, named by the secret: servers
// with another do not see it.
type fleetKeys struct{ servers, record, channel string }

func newFleetKeys(c codec) fleetKeys {
	hash := prefix + "{" + c.tag(rooms.Ref{}, taggedFleet, "") + "}:"
	return fleetKeys{servers: hash + "s", record: hash + "r", channel: hash + "a"}
}

// Broadcast implements rooms.Fleet.
func (s *Store) Broadcast(ctx context.Context, message []byte) error {
	sealed := s.codec.seal(rooms.Ref{}, sealedBroadcast, string(message))
	return s.do(ctx, noRetry{goredis.NewCmd(ctx, "publish", s.listener.fleet.channel, sealed)})
}

// Receive implements rooms.Fleet.
func (s *Store) Receive(f func(message []byte)) { s.listener.onBroadcast.Store(&f) }

// broadcast delivers what arrived on the servers' channel.
func (l *listener) broadcast(payload string) {
	f := l.onBroadcast.Load()
	if f == nil || *f == nil {
		return
	}
	if fields, err := l.codec.open(rooms.Ref{}, sealedBroadcast, payload, 1); err == nil {
		(*f)([]byte(fields[0]))
	}
}

// Renew implements rooms.Fleet.
func (s *Store) Renew(ctx context.Context, id string, lease time.Duration) (servers []string, record []byte, err error) {
	keys := s.listener.fleet
	r, err := s.run(ctx, fleetScript, []string{keys.servers, keys.record}, s.serverField(id),
		s.codec.seal(rooms.Ref{}, sealedServer, id), millis(lease), millis(recordKept), rooms.MaxServers)
	if err != nil {
		return nil, nil, err
	}
	sealed, all := r.string(), r.strings()
	if err := r.err(); err != nil {
		return nil, nil, err
	}
	if f, err := s.codec.open(rooms.Ref{}, sealedRecord, sealed, 1); err == nil {
		record = []byte(f[0])
	}
	listed := map[string]bool{} // an envelope may have been copied
	for _, sealed := range all {
		if f, err := s.codec.open(rooms.Ref{}, sealedServer, sealed, 1); err == nil && !listed[f[0]] {
			listed[f[0]] = true
			servers = append(servers, f[0])
		}
	}
	return servers, record, nil
}

// serverField returns the field of a server's record.
func (s *Store) serverField(id string) string { return s.codec.tag(rooms.Ref{}, taggedFleet, id) }

// Retire implements rooms.Fleet.
func (s *Store) Retire(ctx context.Context, id string) error {
	_, err := s.run(ctx, retireScript, []string{s.listener.fleet.servers}, s.serverField(id))
	return err
}

// Put implements rooms.Fleet.
func (s *Store) Put(ctx context.Context, record []byte) error {
	_, err := s.run(ctx, recordScript, []string{s.listener.fleet.record}, s.codec.seal(rooms.Ref{}, sealedRecord, string(record)), millis(recordKept))
	return err
}
