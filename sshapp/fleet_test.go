package sshapp

import (
	"testing"
	"time"

	"golang.org/x/time/rate"

	"wick/keys"
	"wick/rooms"
	"wick/rooms/redis"
	"wick/sshapp/sshtest"
)

// What a fleet's rooms are lit with: so long a history that nothing is ever
// dropped from it, for then nothing may be missing.
var fleetLimits = rooms.Limits{TTL: 20 * time.Minute, MaxTTL: time.Hour, Seats: 64, MaxSeats: 64, History: 10_000}

// startPause is how long after a server that could not start another is tried.
const startPause = 100 * time.Millisecond

// testFleet is some wick servers with one secret, each with a store of its own, as
// separate processes have.
type testFleet struct {
	t      *testing.T
	secret keys.Secret
	hub    rooms.HubConfig
}

// wickServer is one of a fleet.
type wickServer struct {
	addr  string
	drain func()
}

func newFleet(t *testing.T, hub rooms.HubConfig) *testFleet {
	hub.Rate, hub.LivesOn = rate.Inf, true
	return &testFleet{t: t, secret: keys.NewSecret(), hub: hub}
}

// start adds a server on the Redis at urls. It ends with the test.
func (f *testFleet) start(urls string) *wickServer {
	f.t.Helper()
	return f.serve(f.openStore(urls), Config{})
}

func (f *testFleet) openStore(urls string) rooms.Store {
	f.t.Helper()
	for began := time.Now(); ; { // again, as what runs a server does after it ended
		store, err := redis.Open(f.t.Context(), redis.Config{URLs: urls, Sealer: keys.NewSealer(f.secret)})
		if err == nil {
			f.t.Cleanup(func() { store.Close() })
			return store
		}
		if time.Since(began) > settleLimit {
			f.t.Fatal(err)
		}
		f.t.Logf("a server did not start, and tries again: %v", err)
		<-time.After(startPause)
	}
}

func (f *testFleet) serve(store rooms.Store, cfg Config) *wickServer {
	f.t.Helper()
	signer, _ := sshtest.NewKey(f.t)
	hub := rooms.NewHub(store, f.hub)
	cfg.Hub, cfg.Keys, cfg.Limits = hub, keys.Ring{Host: signer, Secret: f.secret}, fleetLimits
	app, err := New(cfg)
	if err != nil {
		f.t.Fatal(err)
	}
	s := &wickServer{}
	s.addr, s.drain = serve(f.t, app)
	return s
}
