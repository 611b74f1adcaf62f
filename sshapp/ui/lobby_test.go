package ui

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/wording"
)

// inLobby runs a test in a lobby.
func inLobby(t *testing.T, cfg Config, test func(*testing.T, *world, *session)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		test(t, w, w.start(cfg))
	})
}

func TestLobbyLightsWhatWasChosen(t *testing.T) {
	cfg := Config{Lobby: Lobby{Name: "plans"}, Limits: rooms.Limits{History: 7}}
	inLobby(t, cfg, func(t *testing.T, w *world, s *session) {
		s.send(hit(tea.KeyTab), hit(tea.KeyRight), hit(tea.KeyRight), hit(tea.KeyLeft))
		s.shows("‹ 30m ›")
		s.send(hit(tea.KeyDown), runes("3"), hit(tea.KeyRight), hit(tea.KeyEnter))
		later(frameGap)
		s.shows("plans", "1/4", "30:00", "ssh plans@wick.example", "wiped when the countdown ends")
		room, err := w.hub.Find(t.Context(), named(t, "plans"))
		if err != nil {
			t.Fatal(err)
		}
		if room.Span != 30*time.Minute || room.Seats != 4 || room.History != 7 || room.Owner != "id-ana" {
			t.Errorf("lit: %+v", room)
		}
	})
}

func TestLobbyMakesANameWhereNoneIsGiven(t *testing.T) {
	inLobby(t, Config{}, func(t *testing.T, w *world, s *session) {
		s.shows("empty: an unguessable name")
		s.send(hit(tea.KeyEnter))
		later(frameGap)
		name, _, _ := strings.Cut(s.frame().Title, " ")
		if n := named(t, name); len(n.String()) != 14 {
			t.Errorf("the room is called %q", n)
		}
	})
}

// Enter alone lights no room of a name that nobody typed.
func TestLobbyTakesTheNameOnOfferByAKey(t *testing.T) {
	for name, row := range map[string]struct {
		keys []tea.Msg
		want bool
	}{
		"Enter alone":           {nil, false},
		"taken":                 {[]tea.Msg{hit(tea.KeyRight)}, true},
		"in another field":      {[]tea.Msg{hit(tea.KeyTab), hit(tea.KeyRight)}, false},
		"taken and given up":    {[]tea.Msg{hit(tea.KeyRight), hit(tea.KeyCtrlU)}, false},
		"after a look at times": {[]tea.Msg{hit(tea.KeyTab), hit(tea.KeyUp), hit(tea.KeyRight)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			inLobby(t, Config{Lobby: Lobby{Offer: "plans"}}, func(t *testing.T, w *world, s *session) {
				s.shows("→ names it plans.", "empty: an unguessable name")
				s.send(append(row.keys, hit(tea.KeyEnter))...)
				later(frameGap)
				s.shows("1/16")
				if _, err := w.hub.Find(t.Context(), named(t, "plans")); (err == nil) != row.want {
					t.Errorf("the room: %v", err)
				}
			})
		})
	}
}

func TestLobbyEntersARoomThatBurnsAlready(t *testing.T) {
	inLobby(t, Config{Lobby: Lobby{Name: "plans", TTL: time.Hour}}, func(t *testing.T, w *world, s *session) {
		w.light("plans", 5*time.Minute, 3)
		s.send(hit(tea.KeyEnter))
		later(frameGap)
		s.shows("05:00", "1/3", "The room is already burning")
	})
}

func TestLobbySaysWhatIsWrong(t *testing.T) {
	for name, row := range map[string]struct {
		keys []tea.Msg
		want string
	}{
		"name too short":     {[]tea.Msg{runes("ab")}, "A room name is 3 to 32"},
		"reserved name":      {[]tea.Msg{runes("root")}, "Machines send that name"},
		"no countdown":       {[]tea.Msg{hit(tea.KeyTab), runes("soon")}, "Write a countdown as"},
		"countdown too long": {[]tea.Msg{hit(tea.KeyTab), runes("3h")}, "at most 2h here"},
		"too short":          {[]tea.Msg{hit(tea.KeyTab), runes("9s")}, "at least 10 s"},
		"no places":          {[]tea.Msg{hit(tea.KeyUp), runes("0")}, "1 to 20 places"},
		"too many places":    {[]tea.Msg{hit(tea.KeyUp), runes("21")}, "1 to 20 places"},
		"emptied":            {[]tea.Msg{hit(tea.KeyUp), hit(tea.KeyBackspace), hit(tea.KeyBackspace)}, "1 to 20 places"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := Config{Limits: rooms.Limits{MaxTTL: 2 * time.Hour, MaxSeats: 20}}
			inLobby(t, cfg, func(t *testing.T, w *world, s *session) {
				s.send(row.keys...)
				s.send(hit(tea.KeyEnter))
				for _, size := range []tea.WindowSizeMsg{{Width: 80, Height: 24}, {Width: 40, Height: 12}, {Width: 40, Height: 8}, {Width: 30, Height: 8}, {Width: 20, Height: 5}, {Width: 40, Height: 2}} {
					s.send(size)
					if got := strings.Join(strings.Fields(s.screen()), " "); !strings.Contains(got, row.want) {
						t.Errorf("the lobby of %d×%d does not say %q:\n%s", size.Width, size.Height, row.want, s.screen())
					}
				}
				s.send(hit(tea.KeyTab))
				if got := strings.Join(strings.Fields(s.screen()), " "); strings.Contains(got, row.want) {
					t.Error("it goes on saying it")
				}
			})
		})
	}
}

func TestLobbySaysThatTheRoomIsFull(t *testing.T) {
	inLobby(t, Config{Lobby: Lobby{Name: "plans"}}, func(t *testing.T, w *world, s *session) {
		w.enter(w.light("plans", time.Minute, 1), "bob")
		s.send(hit(tea.KeyEnter))
		later(time.Second)
		s.shows("The room is full.")
	})
}

func TestLobbyOffersNothingBeyondTheLimit(t *testing.T) {
	inLobby(t, Config{Limits: rooms.Limits{MaxTTL: time.Hour, MaxSeats: 17}}, func(t *testing.T, w *world, s *session) {
		s.send(hit(tea.KeyTab))
		for range 20 {
			s.send(hit(tea.KeyRight))
		}
		s.shows("‹ 1h ›")
		for range 20 {
			s.send(hit(tea.KeyLeft))
		}
		s.shows("‹ 10s ›")
		s.send(hit(tea.KeyTab))
		for range 20 {
			s.send(hit(tea.KeyRight))
		}
		s.shows("‹ 17 ›")
	})
}

func TestLobbyIsLeftWithoutLighting(t *testing.T) {
	for _, k := range []tea.KeyType{tea.KeyEsc, tea.KeyCtrlC} {
		inLobby(t, Config{Lobby: Lobby{Name: "plans"}}, func(t *testing.T, w *world, s *session) {
			s.send(hit(k))
			if o := s.ends(); o != (wording.Outcome{Line: "Nothing was lit."}) {
				t.Errorf("the outcome is %+v", o)
			}
			if _, err := w.hub.Find(t.Context(), named(t, "plans")); !errors.Is(err, rooms.ErrNoRoom) {
				t.Errorf("the room: %v", err)
			}
		})
	}
}
