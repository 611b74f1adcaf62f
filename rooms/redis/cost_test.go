package redis

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

// BenchmarkIdleRooms measures the cost of idle rooms: a process with 10,000 of
// them, one member in each, for some seconds of heartbeats.
func BenchmarkIdleRooms(b *testing.B) {
	const many, span = 10_000, 20 * time.Second
	server := redistest.Start(b, "--maxclients", "64")
	heap, empty := heapNow(), used(b, server, "memory", "Memory", "used_memory")
	hub := crowdedHub(b, open(b, server.URL()), many)
	for b.Loop() {
		own, redis := ownCPU(), redisCPU(b, server)
		<-time.After(span)
		b.ReportMetric(100*(ownCPU()-own).Seconds()/span.Seconds(), "%cpu")
		b.ReportMetric(100*(redisCPU(b, server)-redis)/span.Seconds(), "redis-%cpu")
	}
	b.ReportMetric(used(b, server, "clients", "Clients", "connected_clients"), "connections")
	b.ReportMetric(float64(heapNow()-heap)/many, "B/room")
	b.ReportMetric((used(b, server, "memory", "Memory", "used_memory")-empty)/many, "redis-B/room")
	runtime.KeepAlive(hub)
}

// crowdedHub returns a hub with one member in each of n rooms. They do not leave:
// the server ends first.
func crowdedHub(t testing.TB, s rooms.Store, n int) *rooms.Hub {
	t.Helper()
	hub := rooms.NewHub(s, rooms.HubConfig{})
	t.Cleanup(hub.Close)
	for range n {
		room, err := hub.Light(t.Context(), rooms.Lighting{Name: rooms.NewName(), TTL: 12 * time.Hour, Seats: 8, History: 200})
		ok(t, err)
		_, err = hub.Enter(t.Context(), room.Name, rooms.Guest{Alias: "ann", Identity: room.Name.String()})
		ok(t, err)
	}
	return hub
}

// TestManyRoomsShareConnections counts the connections and channels of a process
// with many rooms.
func TestManyRoomsShareConnections(t *testing.T) {
	const many = 300
	server := redistest.Start(t)
	crowdedHub(t, open(t, server.URL()), many)
	list, err := server.Client().Do(t.Context(), "CLIENT", "LIST", "TYPE", "pubsub").Text()
	ok(t, err)
	if n := strings.Count(list, "\n"); n != 1 {
		t.Errorf("%d connections listen for %d rooms:\n%s", n, many, list)
	}
	channels, err := server.Client().PubSubChannels(t.Context(), prefix+"{*}:c").Result()
	ok(t, err)
	if len(channels) != many {
		t.Errorf("%d channels are subscribed for %d rooms", len(channels), many)
	}
	if n := used(t, server, "clients", "Clients", "connected_clients"); n > poolSize+4 {
		t.Errorf("%v connections for %d rooms", n, many)
	}
}

// TestBeatsAreSentInBatches counts round trips: the server reads a pipeline at
// once.
func TestBeatsAreSentInBatches(t *testing.T) {
	const many = 500
	server := redistest.Start(t)
	s := open(t, server.URL())
	var refs []rooms.Ref
	for range many {
		room, _ := lit(t, s, time.Hour, 1)
		refs = append(refs, room.Ref)
	}
	reads := func() float64 { return used(t, server, "stats", "Stats", "total_reads_processed") }
	_, err := s.Beat(t.Context(), refs[0], "node", time.Minute, rooms.Known{}) // from now on Redis knows the script
	ok(t, err)
	before := reads()
	done := make(chan error, many)
	beat := func(ref rooms.Ref) {
		pulse, err := s.Beat(t.Context(), ref, "node", time.Minute, rooms.Known{})
		if err == nil && (len(pulse.Roster) != 1 || pulse.Version != 1 || pulse.Deadline.Before(time.Now())) {
			err = fmt.Errorf("pulse is %+v", pulse)
		}
		done <- err
	}
	server.Pause() // so that the beats gather
	go beat(refs[0])
	until(t, "the first beat is sent alone", func() bool { return batcherStatsOf(s) == batcherStats{senders: 1} })
	for _, ref := range refs[1:] {
		go beat(ref)
	}
	full := (many - 1) / beatBatch
	until(t, "the beats gather", func() bool { return batcherStatsOf(s) == batcherStats{1 + full, many - 1 - full*beatBatch} })
	server.Resume()
	for range refs {
		ok(t, <-done)
	}
	if n := reads() - before; n > many/10 {
		t.Errorf("%d beats took %v round trips", many, n)
	}
	// Beats also work if Redis has forgotten the script, or the room is gone.
	ok(t, server.Client().ScriptFlush(t.Context()).Err())
	_, err = s.Beat(t.Context(), refs[0], "node", time.Minute, rooms.Known{})
	ok(t, err)
	ok(t, s.Destroy(t.Context(), refs[1], rooms.Seat{}))
	_, err = s.Beat(t.Context(), refs[1], "node", time.Minute, rooms.Known{})
	is(t, err, rooms.ErrNoRoom)
}

// used returns a number from the server's INFO.
func used(t testing.TB, server *redistest.Server, section, title, field string) float64 {
	t.Helper()
	info, err := server.Client().InfoMap(t.Context(), section).Result()
	ok(t, err)
	n, err := strconv.ParseFloat(info[title][field], 64)
	ok(t, err)
	return n
}

func redisCPU(t testing.TB, server *redistest.Server) float64 {
	t.Helper()
	return used(t, server, "cpu", "CPU", "used_cpu_user") + used(t, server, "cpu", "CPU", "used_cpu_sys")
}

func ownCPU() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func heapNow() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
