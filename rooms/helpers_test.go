package rooms_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"wick/rooms"
)

func name(t *testing.T, s string) rooms.Name {
	t.Helper()
	n, err := rooms.ParseName(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newHub returns a hub on the store.
func newHub(t *testing.T, store rooms.Store, cfg rooms.HubConfig) *rooms.Hub {
	t.Helper()
	if cfg.Rate == 0 {
		cfg.Rate = rate.Inf
	}
	hub := rooms.NewHub(store, cfg)
	t.Cleanup(hub.Close)
	return hub
}

func light(t *testing.T, hub *rooms.Hub, room string, ttl time.Duration, seats int) rooms.Name {
	t.Helper()
	n := name(t, room)
	if _, err := hub.Light(t.Context(), rooms.Lighting{Name: n, TTL: ttl, Seats: seats, History: 100}); err != nil {
		t.Fatal(err)
	}
	return n
}

func enter(t *testing.T, hub *rooms.Hub, n rooms.Name, alias string) *rooms.Member {
	t.Helper()
	m, err := hub.Enter(t.Context(), n, rooms.Guest{Alias: alias, Identity: "id-" + alias})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Leave)
	return m
}

func post(t *testing.T, m *rooms.Member, text string) {
	t.Helper()
	if err := m.Post(t.Context(), text); err != nil {
		t.Fatalf("post %q: %v", text, err)
	}
}

// kick has a member kick the person with an alias or key tag.
func kick(ctx context.Context, m *rooms.Member, name string) error {
	guest, err := m.Named(name)
	if err != nil {
		return err
	}
	return m.Kick(ctx, guest)
}

// said returns the member's transcript: messages as alias: text, the rest as a
// sign and a name.
func said(m *rooms.Member) []string {
	var lines []string
	for _, e := range m.Since(0).Events {
		switch e.Kind {
		case rooms.Message:
			lines = append(lines, fmt.Sprintf("%d %s: %s", e.Seq, e.From.Alias, e.Text))
		case rooms.Joined:
			lines = append(lines, "+"+e.From.Alias)
		case rooms.Left:
			lines = append(lines, "-"+e.From.Alias)
		case rooms.Renamed:
			lines = append(lines, e.Was+">"+e.From.Alias)
		case rooms.Shortened:
			lines = append(lines, "shortened by "+e.From.Alias)
		case rooms.Missed:
			lines = append(lines, fmt.Sprintf("missed %d", e.Seq))
		}
	}
	return lines
}

// nextOf returns the position of the next event of the member's room.
func nextOf(m *rooms.Member) uint64 {
	log := m.Since(0)
	return log.Next()
}

func aliases(m *rooms.Member) []string {
	var all []string
	for _, s := range m.State().Roster {
		all = append(all, s.Alias)
	}
	return all
}

// later lets time pass in a synctest bubble.
func later(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func wantSaid(t *testing.T, m *rooms.Member, want ...string) {
	t.Helper()
	if got := said(m); !slices.Equal(got, want) {
		t.Errorf("%s sees\n%s\nwant\n%s", m.State().You.Alias, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func wantEnd(t *testing.T, m *rooms.Member, want rooms.End) {
	t.Helper()
	end := m.State().End
	if end == nil {
		t.Fatal("the stay has not ended")
	}
	if want.Time = end.Time; end.Time.IsZero() || *end != want {
		t.Errorf("end is %+v, want %+v", end, want)
	}
	if left := m.Since(0).Events; len(left) != 0 {
		t.Errorf("%d events of the transcript are left after the end", len(left))
	}
}
