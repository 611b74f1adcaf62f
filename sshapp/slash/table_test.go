package slash

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"wick/rooms"
	"wick/rooms/memory"
	"wick/sshapp/wording"
)

// enter enters a new room, and returns it as somebody sees it there.
func enter(t *testing.T, f Face) Room {
	t.Helper()
	store := memory.New(memory.Config{})
	hub := rooms.NewHub(store, rooms.HubConfig{})
	name := rooms.NewName()
	if _, err := hub.Light(t.Context(), rooms.Lighting{Name: name, TTL: time.Hour, Seats: 2, History: 10, Owner: "id-ann"}); err != nil {
		t.Fatal(err)
	}
	m, err := hub.Enter(t.Context(), name, rooms.Guest{Alias: "ann", Identity: "id-ann"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		m.Leave()
		hub.Close()
		store.Close()
	})
	return Room{
		Face: f, Member: m, State: m.State(), Keys: "the keys",
		Share:    func(rooms.Name) string { return "ssh share" },
		Invite:   func(rooms.Name, string) string { return "ssh invite" },
		Link:     func(rooms.Name) string { return "ssh://share" },
		Zone:     time.UTC,
		Settings: Settings{Theme: "dark", Themes: []string{"dark", "light"}, Bell: BellAll},
	}
}

// everything returns the help on all topics of a face.
func everything(r Room) string {
	var all []string
	for _, topic := range []string{"", keysTopic, textTopic, lookTopic, doorTopic} {
		all = append(all, help(r, topic).Text)
	}
	return strings.Join(all, "\n")
}

func TestEveryCommandHasHelpCompletesAndRuns(t *testing.T) {
	for _, f := range []Face{Screen, Lines} {
		r := enter(t, f)
		rows := strings.Split(everything(r), "\n")
		for _, name := range Names(f) {
			c := find(name)
			if !slices.ContainsFunc(rows, func(row string) bool {
				return strings.HasPrefix(row, name+" ") || strings.HasPrefix(row, "More: "+name+" ")
			}) {
				t.Errorf("face %d: /help does not list %s", f, name)
			}
			completed := name
			if c.argument != "" {
				completed += " "
			}
			if all := new(Completer).Candidates(r, "", name[:len(name)-1]); !slices.Contains(all, completed) {
				t.Errorf("face %d: Tab makes %q of %s", f, all, name)
			}
			if result := Run(name, r); strings.HasPrefix(result.Problem, "There is no such command") || strings.Contains(result.Problem, "screens only") {
				t.Errorf("face %d: %s is not known", f, name)
			}
		}
	}
}

func TestACommandForScreensSaysSoInPlainLines(t *testing.T) {
	r := enter(t, Lines)
	for _, c := range table {
		result := Run(c.name, r)
		if elsewhere := c.faces&Lines == 0; elsewhere != strings.Contains(result.Problem, "on screens only") {
			t.Errorf("%s: %q", c.name, result.Problem)
		}
	}
}

func TestHelpFitsAScreen(t *testing.T) {
	r := enter(t, Screen)
	for _, topic := range []string{"", textTopic, lookTopic, doorTopic} {
		rows := strings.Split(help(r, topic).Text, "\n")
		if len(rows) > 19 {
			t.Errorf("%q has %d rows", topic, len(rows))
		}
		for _, row := range rows {
			if w := ansi.StringWidth(row); w > commandWidth+helpWidth {
				t.Errorf("%q has a row of %d cells: %q", topic, w, row)
			}
		}
	}
	for _, topic := range topics(nil, r) {
		if help(r, topic).Text == help(r, "").Text {
			t.Errorf("there is no help on %s", topic)
		}
	}
}

func TestAnAliasRunsTheSameCommand(t *testing.T) {
	r := enter(t, Screen)
	if !Run("/quit", r).Leave || !Run(" /leave ", r).Leave {
		t.Error("/quit and /leave do not both leave")
	}
}

func TestWhatCannotBeUndoneIsAskedFirst(t *testing.T) {
	r := enter(t, Lines)
	for _, typed := range []string{"/destroy", "/kick ann"} {
		if result := Run(typed, r); result.Question == nil || result.Action == nil {
			t.Errorf("%s asks nothing: %+v", typed, result)
		}
	}
	if end := r.Member.State().End; end != nil {
		t.Errorf("unanswered, the room has ended: %+v", end)
	}
}

func TestALockThatWouldChangeNothingIsAProblem(t *testing.T) {
	r := enter(t, Lines)
	if got := Run("/unlock", r).Problem; got != "The room is not locked." {
		t.Errorf("unlocked: %q", got)
	}
	r.State.Room.Locked = true
	if got := Run("/lock", r).Problem; got != "The room is already locked." {
		t.Errorf("locked: %q", got)
	}
}

// A command without the host is shown, but not copied to be run as it is.
func TestACommandWithoutAHostIsExplained(t *testing.T) {
	r := enter(t, Screen)
	r.Hostless, r.Link = true, func(rooms.Name) string { return "" }
	if got := Run("/share", r); got.Copy != "" || got.Text != "ssh share\n"+wording.HostUnknown {
		t.Errorf("/share: %+v", got)
	}
	invited, err := Run("/invite", r).Action(t.Context())
	if err != nil || invited.Copy != "" || !strings.HasPrefix(invited.Text, "ssh invite\n"+wording.HostUnknown+"\nIt lets one person in") {
		t.Errorf("/invite: %+v, %v", invited, err)
	}
	if got := Run("/share qr", r); got.QR != "" || got.Problem != wording.HostUnknown {
		t.Errorf("/share qr: %+v", got)
	}
}

func TestFilesAreListedWithTheCommandThatGetsOne(t *testing.T) {
	r := enter(t, Screen)
	list := func() string {
		t.Helper()
		reply, err := Run("/files", r).Action(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return reply.Text
	}
	if got := list(); !strings.Contains(got, "ssh share put NAME <NAME") {
		t.Errorf("without files: %q", got)
	}
	if _, err := r.Member.PutFile(t.Context(), "it's b", strings.NewReader("text"), rooms.FileLimits{Each: 9, All: 9}); err != nil {
		t.Fatal(err)
	}
	if got := list(); got != "it's b (4 bytes) ann\nTo get the first:\nssh share get 'it'\\''s b' >'it'\\''s b'" {
		t.Errorf("with one: %q", got)
	}
	for range 100 {
		if _, err := Run("/files", r).Action(t.Context()); err != nil {
			if !errors.Is(err, rooms.ErrTooFast) {
				t.Error(err)
			}
			return
		}
	}
	t.Error("the store is asked at any pace")
}

// A name behind @ is a person's, and never said to everybody.
func TestBurningForOnePersonIsForNobodyElse(t *testing.T) {
	r := enter(t, Screen)
	for typed, want := range map[string]string{
		"/burn 10s @nobody swordfish": "Nobody has that name.",
		"/burn 10s ＠nobody swordfish": "Nobody has that name.",
		"/burn 10s @ swordfish":       "Nobody has that name.",
		"/burn 10s @":                 "Nobody has that name.",
		"/burn 10s @ann":              "Say what burns: ",
		"/burn 10s @@":                "",
		"/burn 10s":                   "Say what burns: ",
		"/burn @ann swordfish":        "A message burns ",
	} {
		result := Run(typed, r)
		if !strings.HasPrefix(result.Problem, want) || (result.Problem == "") != (want == "") {
			t.Errorf("%s: %q", typed, result.Problem)
		}
	}
	for typed, want := range map[string]string{
		"/burn 10s @@swordfish 1": "@swordfish 1",
		"/burn 10s @@@x":          "@@x",
		"/burn 10s a@b":           "a@b",
	} {
		if _, err := Run(typed, r).Action(t.Context()); err != nil {
			t.Errorf("%s: %v", typed, err)
		}
		said, err := r.Member.Unsay(t.Context(), 1)
		if err != nil || string(said.Text) != want || said.Burn != 10*time.Second || said.To != nil {
			t.Errorf("%s says %+v, %v", typed, said, err)
		}
	}
	if _, err := Run("/burn 10s @ann swordfish", r).Action(t.Context()); !errors.Is(err, rooms.ErrYourself) {
		t.Errorf("to oneself: %v", err)
	}
	if got := new(Completer).Candidates(r, "/burn 10s ", "@"); slices.Contains(got, "@ann ") {
		t.Errorf("Tab offers %q", got)
	}
}
