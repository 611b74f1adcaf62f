package redis

import (
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

func TestSpaceIsWhatRedisReports(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		fields map[string]string
		want   rooms.Space
	}{
		{"limited", map[string]string{"maxmemory": "1000", "used_memory": "300", "maxmemory_policy": "noeviction"}, rooms.Space{Used: 300, Limit: 1000}},
		{"with buffers", map[string]string{"maxmemory": "1000", "used_memory": "300", "mem_not_counted_for_evict": "100", "maxmemory_policy": "noeviction"}, rooms.Space{Used: 200, Limit: 1000}},
		{"without limit", map[string]string{"maxmemory": "0", "used_memory": "300", "maxmemory_policy": "noeviction"}, rooms.Space{}},
		{"evicting", map[string]string{"maxmemory": "1000", "used_memory": "1000", "maxmemory_policy": "allkeys-lru"}, rooms.Space{}},
		{"reporting little", map[string]string{"used_memory": "300"}, rooms.Space{}},
		{"reporting nothing", nil, rooms.Space{}},
	} {
		got := spaceOf(c.fields)
		got.At = time.Time{}
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestOneAddressCannotFillRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	ok(t, server.Client().ConfigSet(t.Context(), "maxmemory", "24mb").Err())
	s := open(t, server.URL())
	until(t, "the limit is known", func() bool { return s.Space().Limit == 24<<20 })
	hub := rooms.NewHub(s, rooms.HubConfig{Rate: rate.Inf, LivesOn: true})
	t.Cleanup(hub.Close)
	room := func(source string) (rooms.Name, error) {
		r, err := hub.Light(t.Context(), rooms.Lighting{Name: rooms.NewName(), TTL: time.Hour, Seats: 4, History: 200, Source: source})
		return r.Name, err
	}
	speak := func(n rooms.Name, source string, times int) (err error) {
		m, err := hub.Enter(t.Context(), n, rooms.Guest{Alias: "someone", Identity: rooms.NewName().String(), Source: source})
		if err != nil {
			return err
		}
		defer m.Leave()
		for range times {
			if err := m.Post(t.Context(), strings.Repeat("x", 2000)); err != nil {
				return err
			}
		}
		return nil
	}
	early, err := room("early")
	ok(t, err)
	var refused error
	for lit := 0; refused == nil; lit++ {
		if lit > 100 {
			t.Fatal("one address lit a hundred rooms and filled them")
		}
		n, err := room("heavy")
		if refused = err; err == nil {
			refused = speak(n, "heavy", 200)
		}
	}
	if !errors.Is(refused, rooms.ErrSourceFull) {
		t.Errorf("refused with %v, want %v", refused, rooms.ErrSourceFull)
	}
	ok(t, speak(early, "early", 20))
	late, err := room("late")
	ok(t, err)
	ok(t, speak(late, "late", 20))
}

func TestSpaceOfAClusterIsThatOfItsFullestMaster(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	for i, node := range cluster.Nodes {
		limit := "64mb"
		if i == 1 {
			limit = "16mb"
		}
		ok(t, node.Client().ConfigSet(t.Context(), "maxmemory", limit).Err())
	}
	s := open(t, cluster.URLs())
	until(t, "the smallest limit is known", func() bool { return s.Space().Limit == 16<<20 })
}
