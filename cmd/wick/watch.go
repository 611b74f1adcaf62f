package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"wick/rooms/redis"
)

// Bounds of what is asked over HTTP.
const (
	watchRead   = 5 * time.Second  // for a request
	watchWrite  = 10 * time.Second // for an answer
	watchIdle   = 2 * time.Minute  // between two requests of a connection
	watchHeader = 8 << 10          // bytes
	watchAtOnce = 8                // answers
	pingLimit   = 2 * time.Second  // for the store's sign of life
)

// watch answers, over HTTP, whoever watches the server: /metrics for Prometheus,
// /healthz, and /readyz, which says whether to send people here.
type watch struct {
	store    *redis.Store
	draining atomic.Bool
	server   *http.Server
}

// newWatch makes a watch. store is nil where there is no Redis.
func newWatch(m *metrics, store *redis.Store) *watch {
	w := &watch{store: store}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry}))
	mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprintln(rw, "up") })
	mux.HandleFunc("GET /readyz", w.ready)
	w.server = &http.Server{
		Handler:     atMost(watchAtOnce, mux),
		ReadTimeout: watchRead, WriteTimeout: watchWrite, IdleTimeout: watchIdle, MaxHeaderBytes: watchHeader,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0), // it would tell addresses
	}
	return w
}

// ready is yes while people are let in and what they say can be kept.
func (w *watch) ready(rw http.ResponseWriter, r *http.Request) {
	if w.draining.Load() {
		http.Error(rw, "going down", http.StatusServiceUnavailable)
		return
	}
	if w.store != nil {
		ctx, cancel := context.WithTimeout(r.Context(), pingLimit)
		defer cancel()
		if err := w.store.Ping(ctx); err != nil {
			http.Error(rw, err.Error(), http.StatusServiceUnavailable)
			return
		}
	}
	fmt.Fprintln(rw, "ready")
}

// atMost refuses what is asked while n answers are being made.
func atMost(n int, next http.Handler) http.Handler {
	places := make(chan struct{}, n)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
			next.ServeHTTP(rw, r)
		default:
			http.Error(rw, "too much is asked at once", http.StatusServiceUnavailable)
		}
	})
}

// serve answers until stop, which gives answers under way a moment, and waits.
// It closes ln.
func (w *watch) serve(ln net.Listener) (stop func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.server.Serve(ln) // ends with Shutdown or Close
	}()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), pingLimit) // who serves has ended
		defer cancel()
		if w.server.Shutdown(ctx) != nil {
			w.server.Close()
		}
		<-done
	}
}

// listen takes a port, or says in a sentence why not, and with which flag to
// choose another.
func listen(addr, flag string) (net.Listener, error) {
	ln, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is in use by another program: stop it, or choose another address with --%s", addr, flag)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", addr, err)
	}
	return ln, nil
}
