package redis

import (
	"testing"
	"time"

	"wick/rooms/redis/redistest"
)

func TestStateReportsLostConnections(t *testing.T) {
	t.Parallel()
	p := redistest.NewProxy(t, redistest.Start(t).Addr())
	s := open(t, p.URL())
	if state := s.State(); !state.Listening || state.Lost != 0 || state.Idle == 0 {
		t.Errorf("at first: %+v", state)
	}
	ok(t, s.Ping(t.Context()))
	becomes := func(what string, is func() bool) {
		t.Helper()
		for start := time.Now(); !is(); <-time.After(10 * time.Millisecond) {
			if time.Since(start) > patience {
				t.Fatalf("%s: %+v", what, s.State())
			}
		}
	}
	p.Down()
	becomes("not noticed", func() bool { return !s.State().Listening })
	if err := s.Ping(t.Context()); err == nil {
		t.Error("Ping succeeds without Redis")
	}
	p.Up()
	becomes("not back", func() bool { return s.Ping(t.Context()) == nil })
	if state := s.State(); !state.Listening || state.Lost != 1 {
		t.Errorf("in the end: %+v", state)
	}
}
