package rooms_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// tally is a rooms.Metrics.
type tally struct {
	mu        sync.Mutex
	said      int
	delivered uint64
	refused   []error
}

func (t *tally) Said(time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.said++
}

func (t *tally) Delivered(n uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.delivered += n
}

func (t *tally) Refused(why error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refused = append(t.refused, why)
}

func TestMetricsCountMessagesMembersAndRefusals(t *testing.T) {
	store, counts := memory.New(memory.Config{}), &tally{}
	defer store.Close()
	hub := rooms.NewHub(store, rooms.HubConfig{Metrics: counts, Burst: 4})
	defer hub.Close()
	name := rooms.NewName()
	if _, err := hub.Light(t.Context(), rooms.Lighting{Name: name, TTL: time.Hour, Seats: 2, History: 10}); err != nil {
		t.Fatal(err)
	}
	enter := func(alias string) *rooms.Member {
		m, err := hub.Enter(t.Context(), name, rooms.Guest{Alias: alias, Identity: alias})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(m.Leave)
		return m
	}
	ann := enter("ann")
	if err := ann.Post(t.Context(), "before bob came"); err != nil {
		t.Fatal(err)
	}
	heard := func(m *rooms.Member, n uint64) {
		for m.State().Messages < n {
			<-m.News()
		}
	}
	heard(ann, 1)
	bob := enter("bob")
	if got := bob.Since(0); !got.Came.IsZero() {
		t.Error("what was said before counts as news")
	}
	start := time.Now()
	for _, text := range []string{"one", "two", "three"} {
		if err := ann.Post(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	heard(ann, 4)
	heard(bob, 4)
	if came := bob.Since(0).Came; came.Before(start) || came.After(time.Now()) {
		t.Errorf("the first of three messages came at %v, between %v and now", came, start)
	}
	if came := bob.Since(0).Came; !came.IsZero() {
		t.Error("the same messages are news twice")
	}
	ann.Since(0)
	if live, members := hub.Load(); live != 1 || members != 2 {
		t.Errorf("%d rooms with %d members", live, members)
	}

	wantErr := func(err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	wantErr(ann.Post(t.Context(), "too fast"), rooms.ErrTooFast)
	_, err := hub.Enter(t.Context(), name, rooms.Guest{Alias: "cid", Identity: "cid"})
	wantErr(err, rooms.ErrFull)
	counts.mu.Lock()
	defer counts.mu.Unlock()
	if counts.said != 4 || counts.delivered != 3+4 {
		t.Errorf("%d said and %d delivered; want 4, and 4 to ann and 3 to bob", counts.said, counts.delivered)
	}
	if !slices.EqualFunc(counts.refused, []error{rooms.ErrTooFast, rooms.ErrFull}, errors.Is) {
		t.Errorf("refused: %v", counts.refused)
	}
}
