package main

import (
	"errors"
	"regexp"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"wick/rooms"
	"wick/rooms/redis"
	"wick/sshapp"
	"wick/sshapp/sshd"
)

// refusals are what package rooms refuses, and how metrics call it.
var refusals = []struct {
	err    error
	reason string
}{
	{rooms.ErrFull, "full"},
	{rooms.ErrNetworkFull, "network"},
	{rooms.ErrLocked, "locked"},
	{rooms.ErrKicked, "kicked"},
	{rooms.ErrTooFast, "rate"},
	{rooms.ErrTooLong, "long"},
	{rooms.ErrStoreFull, "memory"},
	{rooms.ErrSourceFull, "address_memory"},
	{rooms.ErrRoomFull, "room_memory"},
	{rooms.ErrUnavailable, "store"},
	{rooms.ErrUnknown, "store"},
	{rooms.ErrNotSaid, "store"},
}

// metrics are what Prometheus is told. It is the meter of the rooms and of the
// SSH face: what happens is counted where it does, and labels have a few fixed
// values, so that no name, key or address can get into one.
type metrics struct {
	registry  *prometheus.Registry
	said      prometheus.Counter
	appended  prometheus.Histogram
	painted   prometheus.Histogram
	shown     atomic.Uint64 // the count of painted, for the pace of the collector
	delivered prometheus.Counter
	refused   *prometheus.CounterVec
}

var (
	_ rooms.Metrics = (*metrics)(nil)
	_ sshapp.Meter  = (*metrics)(nil)
)

// latencies are the bounds of what is told of them, in seconds: 0.25 ms to 4 s.
var latencies = prometheus.ExponentialBuckets(0.00025, 2, 15)

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		said: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "wick_messages_total",
			Help: "Messages said by members on this server.",
		}),
		appended: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "wick_append_seconds",
			Help:    "Time from a member's Enter on this server until the store has the message.",
			Buckets: latencies,
		}),
		painted: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "wick_paint_seconds",
			Help:    "Time from the arrival of a message from the store until a terminal's connection has taken the frame that shows it. If messages share a frame, the oldest counts. Includes waiting for a slow client, but not the network.",
			Buckets: latencies,
		}),
		delivered: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "wick_deliveries_total",
			Help: "Messages handed to sessions that were in the room when they came, including the sender's own.",
		}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wick_refusals_total",
			Help: "Connections, sessions, rooms and messages that were refused, by reason.",
		}, []string{"reason"}),
	}
	for _, r := range refusals {
		m.refused.WithLabelValues(r.reason)
	}
	for _, r := range sshapp.Reasons() {
		m.refused.WithLabelValues(string(r))
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "wick_build_info", Help: "Always 1; the labels say which version runs.",
		ConstLabels: prometheus.Labels{"version": built.version, "commit": built.commit, "goversion": built.goVersion},
	})
	build.Set(1)
	m.registry.MustRegister(m.said, m.appended, m.painted, m.delivered, m.refused, build,
		collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(collectorTime)), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// collectorTime is the CPU time of the garbage collector.
var collectorTime = collectors.GoRuntimeMetricsRule{Matcher: regexp.MustCompile(`^/cpu/classes/gc/total:cpu-seconds$`)}

// Said implements rooms.Metrics.
func (m *metrics) Said(took time.Duration) {
	m.said.Inc()
	m.appended.Observe(took.Seconds())
}

// Delivered implements rooms.Metrics.
func (m *metrics) Delivered(messages uint64) { m.delivered.Add(float64(messages)) }

// Refused implements rooms.Metrics. What is not a refusal, such as a name under which
// nothing burns, is not counted.
func (m *metrics) Refused(why error) {
	for _, r := range refusals {
		if errors.Is(why, r.err) {
			m.refused.WithLabelValues(r.reason).Inc()
			return
		}
	}
}

// TurnedAway implements sshd.Meter.
func (m *metrics) TurnedAway(why sshd.Reason) { m.refused.WithLabelValues(string(why)).Inc() }

// Painted implements sshapp.Meter.
func (m *metrics) Painted(took time.Duration) {
	m.painted.Observe(took.Seconds())
	m.shown.Add(1)
}

// watch has the numbers of what there is at the moment looked up when they are
// asked for. store is nil where there is no Redis.
func (m *metrics) watch(hub *rooms.Hub, app *sshapp.App, store *redis.Store) {
	m.gauge("wick_rooms", "Rooms with somebody in them on this server.", func() float64 { live, _ := hub.Load(); return float64(live) })
	m.gauge("wick_members", "Sessions in a room, or entering one.", func() float64 { _, members := hub.Load(); return float64(members) })
	m.gauge("wick_connections", "Network connections, including those in a handshake.", func() float64 { conns, _ := app.Load(); return float64(conns) })
	m.gauge("wick_sessions", "SSH sessions in a room, at a door or in the lobby.", func() float64 { _, sessions := app.Load(); return float64(sessions) })
	m.watchMemory(app)
	if store == nil {
		return
	}
	m.gauge("wick_redis_up", "1 while publications from Redis arrive. A connection that died silently, or hears nothing, shows within 10 s.", func() float64 {
		if store.State().Listening {
			return 1
		}
		return 0
	})
	m.counter("wick_redis_lost_total", "How often the connection for publications was lost.", func() float64 { return float64(store.State().Lost) })
	m.gauge("wick_redis_connections_busy", "Connections to Redis that are running a command.", func() float64 { return float64(store.State().Busy) })
	m.gauge("wick_redis_connections_idle", "Connections to Redis that wait for a command.", func() float64 { return float64(store.State().Idle) })
	m.counter("wick_redis_starved_total", "Commands that got no connection to Redis in time.", func() float64 { return float64(store.State().Starved) })
}

// watchMemory tells what is held of the memory budget, by class.
func (m *metrics) watchMemory(app *sshapp.App) {
	m.registry.MustRegister(memoryCollector{app})
	m.counter("wick_memory_cuts_total", "Connections cut when memory was short, because they held the most.", func() float64 { return float64(app.Memory().Cuts) })
}

// memoryCollector measures once for all classes.
type memoryCollector struct{ app *sshapp.App }

var (
	memoryHeld   = prometheus.NewDesc("wick_memory_held_bytes", "Memory held, as wick counts it, by class.", []string{"class"}, nil)
	memoryBudget = prometheus.NewDesc("wick_memory_budget_bytes", "Memory that may be held; 0: no limit.", nil, nil)
)

// Describe implements prometheus.Collector.
func (memoryCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- memoryHeld
	ch <- memoryBudget
}

// Collect implements prometheus.Collector.
func (c memoryCollector) Collect(ch chan<- prometheus.Metric) {
	use := c.app.Memory()
	for class, bytes := range map[string]int64{
		"rooms": use.Other, "connections": use.Connections, "readers": use.Output, "inputs": use.Input, "screens": use.Screens,
	} {
		ch <- prometheus.MustNewConstMetric(memoryHeld, prometheus.GaugeValue, float64(bytes), class)
	}
	ch <- prometheus.MustNewConstMetric(memoryBudget, prometheus.GaugeValue, float64(use.Budget))
}

func (m *metrics) gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
}

func (m *metrics) counter(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, value))
}
