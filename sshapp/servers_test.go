package sshapp

import (
	"context"
	"net"
	"sync"
	"testing"

	"golang.org/x/time/rate"

	"wick/keys"
	"wick/rooms"
	"wick/rooms/memory"
	"wick/rooms/redis"
	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
)

// wicks starts n servers that share their rooms. It returns their addresses, and a
// function that lists what is left of rooms in the store.
type wicks func(t *testing.T, n int) (addrs []string, remains func() []string)

// onStores runs a test with servers on the embedded store, and on Redis with a store
// for each server, as separate processes have.
func onStores(t *testing.T, test func(t *testing.T, start wicks)) {
	t.Parallel()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		test(t, func(t *testing.T, n int) ([]string, func() []string) {
			store := memory.New(memory.Config{})
			t.Cleanup(func() { store.Close() })
			addrs := make([]string, n)
			for i := range addrs {
				addrs[i], _ = startApp(t, store, keys.NewSecret(), Config{})
			}
			return addrs, func() []string { return nil }
		})
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		test(t, func(t *testing.T, n int) ([]string, func() []string) {
			server, secret := redistest.Start(t), keys.NewSecret()
			addrs := make([]string, n)
			for i := range addrs {
				addrs[i], _ = startApp(t, openRedis(t, server, secret), secret, Config{})
			}
			return addrs, server.Keys
		})
	})
}

func openRedis(t *testing.T, server *redistest.Server, secret keys.Secret) rooms.Store {
	t.Helper()
	store, err := redis.Open(t.Context(), redis.Config{URLs: server.URL(), Sealer: keys.NewSealer(secret)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// startApp serves on a free port until the test ends. It calls prepare first.
func startApp(t testing.TB, store rooms.Store, secret keys.Secret, cfg Config, prepare ...func(*App)) (addr string, a *App) {
	t.Helper()
	a = newApp(t, store, secret, cfg)
	for _, f := range prepare {
		f(a)
	}
	addr, _ = serve(t, a)
	return addr, a
}

// newApp returns an app that does not serve yet.
func newApp(t testing.TB, store rooms.Store, secret keys.Secret, cfg Config) *App {
	t.Helper()
	hub := rooms.NewHub(store, rooms.HubConfig{Rate: rate.Inf, LivesOn: true})
	t.Cleanup(hub.Close)
	signer, _ := sshtest.NewKey(t)
	cfg.Hub, cfg.Keys = hub, keys.Ring{Host: signer, Secret: secret}
	cfg.Limits = rooms.Limits{TTL: 600e9, MaxTTL: 3600e9, Seats: 8, MaxSeats: 20, History: 50}
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// serve serves on a free port until drain is called or the test ends.
func serve(t testing.TB, a *App) (addr string, drain func()) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln.Addr().String(), serveOn(t, a, ln)
}

// serveOn serves on a listener until drain is called or the test ends.
func serveOn(t testing.TB, a *App, ln net.Listener) (drain func()) {
	t.Helper()
	served := make(chan error, 1)
	go func() { served <- a.Serve(ln) }() // ends with drain
	drain = sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), sshtest.Patience)
		defer cancel()
		a.Drain(ctx)
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	t.Cleanup(drain)
	return drain
}
