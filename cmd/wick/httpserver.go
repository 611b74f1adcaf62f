package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/net/netutil"

	"wick/rooms/redis"
)

// Bounds of HTTP requests.
const (
	httpReadTimeout   = 5 * time.Second  // for a request
	httpWriteTimeout  = 10 * time.Second // for a response
	httpIdleTimeout   = 2 * time.Minute  // between two requests of a connection
	httpMaxHeader     = 8 << 10          // bytes
	httpMaxConcurrent = 8                // requests
	httpMaxConns      = 64               // connections: their files would be missing for guests
	httpShutdownLimit = 2 * time.Second  // for requests in progress at the end
	pingLimit         = 2 * time.Second  // for the store's reply
)

// httpServer serves monitoring over HTTP: /metrics for Prometheus, /healthz, and
// /readyz, which says whether the server accepts people.
type httpServer struct {
	store    *redis.Store // nil without Redis
	draining atomic.Bool
	server   *http.Server
}

// newHTTPServer returns a server that does not serve yet. store is nil without
// Redis. With profiles, it also serves /debug/pprof/, but for the command line, which
// may hold the password of Redis.
func newHTTPServer(m *metrics, store *redis.Store, profiles bool) *httpServer {
	s := &httpServer{store: store}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "up") })
	mux.HandleFunc("GET /readyz", s.ready)
	if profiles {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	s.server = &http.Server{
		Handler:     limitConcurrency(httpMaxConcurrent, mux),
		ReadTimeout: httpReadTimeout, WriteTimeout: httpWriteTimeout, IdleTimeout: httpIdleTimeout, MaxHeaderBytes: httpMaxHeader,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0), // it would contain addresses
	}
	return s
}

// ready replies 200 while people can enter and the store accepts messages.
func (s *httpServer) ready(w http.ResponseWriter, r *http.Request) {
	if s.draining.Load() {
		http.Error(w, "going down", http.StatusServiceUnavailable)
		return
	}
	if s.store != nil {
		ctx, cancel := context.WithTimeout(r.Context(), pingLimit)
		defer cancel()
		if err := s.store.Ping(ctx); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
	}
	fmt.Fprintln(w, "ready")
}

// limitConcurrency returns a handler that refuses requests while n others are
// being handled.
func limitConcurrency(n int, next http.Handler) http.Handler {
	slots := make(chan struct{}, n)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
			next.ServeHTTP(w, r)
		default:
			http.Error(w, "too many requests at once", http.StatusServiceUnavailable)
		}
	})
}

// serve serves on ln until stop is called, and closes ln. stop waits for
// requests in progress, for a limited time.
func (s *httpServer) serve(ln net.Listener) (stop func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.server.Serve(netutil.LimitListener(ln, httpMaxConns)) // ends with Shutdown or Close
	}()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), httpShutdownLimit) // the command's context has ended
		defer cancel()
		if s.server.Shutdown(ctx) != nil {
			s.server.Close()
		}
		<-done
	}
}
