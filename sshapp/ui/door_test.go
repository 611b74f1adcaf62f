package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/wording"
)

// keyholder returns a guest who has a key.
func keyholder(alias string) rooms.Guest {
	return rooms.Guest{Alias: alias, Identity: "id-" + alias, Returns: true}
}

// tagged returns a keyholder's name as others see it in plans.
func (w *world) tagged(alias string) string {
	w.t.Helper()
	room, err := w.hub.Find(w.t.Context(), named(w.t, "plans"))
	if err != nil {
		w.t.Fatal(err)
	}
	return alias + " (" + rooms.KeyTag(room.Epoch, "id-"+alias) + ")"
}

// knocking has guests knock at the door of plans, one after the other.
func (w *world) knocking(guests ...rooms.Guest) {
	for _, g := range guests {
		go w.hub.Knock(w.t.Context(), named(w.t, "plans"), g, nil)
		later(frameGap)
	}
}

// atDoor runs a test with a session of cid at the door of a locked room in which ana is.
func atDoor(t *testing.T, test func(t *testing.T, w *world, ana *rooms.Member, cid *session)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		plans := w.light("plans", 10*time.Minute, 3)
		ana := w.enter(plans, "ana")
		w.post(ana, "nobody else may read this")
		lock(t, ana)
		test(t, w, ana, w.start(Config{Door: plans, Guest: func(rooms.Name) rooms.Guest { return keyholder("cid") }}))
	})
}

func lock(t *testing.T, m *rooms.Member) {
	t.Helper()
	if err := m.Lock(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

func decide(t *testing.T, m *rooms.Member, who string, admit bool) {
	t.Helper()
	if err := m.Decide(t.Context(), who, admit); err != nil {
		t.Fatal(err)
	}
	later(frameGap)
}

func TestTheDoorLooksRight(t *testing.T) {
	atDoor(t, func(t *testing.T, w *world, ana *rooms.Member, cid *session) {
		cid.golden("door")
		for _, f := range cid.frames {
			for _, secret := range []string{"ana", "1/3", "nobody else", "10:00", "09:5"} {
				if strings.Contains(plainText(f), secret) {
					t.Fatalf("the door shows %q:\n%s", secret, plainText(f))
				}
			}
		}
	})
}

func TestAnAdmittedPersonSeesTheRoom(t *testing.T) {
	atDoor(t, func(t *testing.T, w *world, ana *rooms.Member, cid *session) {
		decide(t, ana, "", true)
		cid.shows("2/3", "nobody else may read this", "→ "+w.tagged("cid")+" came in", "locked")
		cid.say("thanks")
		later(frameGap)
		cid.shows("cid  thanks")
		cid.model.close()
		synctest.Wait()
		if n := len(ana.State().Roster); n != 1 {
			t.Errorf("%d are here after leaving", n)
		}
	})
}

func TestTheDoorEndsWithASentence(t *testing.T) {
	for name, tt := range map[string]struct {
		do   func(t *testing.T, w *world, ana *rooms.Member, cid *session)
		want wording.Outcome
	}{
		"turned away": {func(t *testing.T, w *world, ana *rooms.Member, cid *session) { decide(t, ana, "cid", false) },
			wording.Outcome{Line: "You were not let in.", Status: 4}},
		"the room is full": {func(t *testing.T, w *world, ana *rooms.Member, cid *session) {
			for _, g := range []string{"dan", "eve"} {
				if err := w.hub.Redeem(t.Context(), named(t, "plans"), invitation(t, ana), keyholder(g)); err != nil {
					t.Fatal(err)
				}
				w.enter(named(t, "plans"), g)
			}
			decide(t, ana, "cid", true)
		}, wording.Outcome{Line: "The room is full.", Status: 4}},
		"the room ends": {func(t *testing.T, w *world, ana *rooms.Member, cid *session) {
			if err := ana.Destroy(t.Context()); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}, wording.Outcome{Line: "No such room, or it burned out.", Status: 3}},
		"the room burns out": {func(t *testing.T, w *world, ana *rooms.Member, cid *session) { later(11 * time.Minute) },
			wording.Outcome{Line: "No such room, or it burned out.", Status: 3}},
		"Ctrl-C": {func(t *testing.T, w *world, ana *rooms.Member, cid *session) { cid.send(hit(tea.KeyCtrlC)) },
			wording.Outcome{Line: "You left. plans is locked."}},
	} {
		t.Run(name, func(t *testing.T) {
			atDoor(t, func(t *testing.T, w *world, ana *rooms.Member, cid *session) {
				tt.do(t, w, ana, cid)
				if o := cid.ends(); o != tt.want {
					t.Errorf("the outcome is %+v", o)
				}
			})
		})
	}
}

// Nobody types while they wait at a door.
func TestTheDoorWarnsOfItsEndUntilAKeyIsPressed(t *testing.T) {
	atDoor(t, func(t *testing.T, w *world, ana *rooms.Member, cid *session) {
		cid.terminal.idle(time.Minute)
		synctest.Wait()
		for _, size := range []tea.WindowSizeMsg{{Width: 80, Height: 24}, {Width: 40, Height: 12}, {Width: 30, Height: 5}} {
			cid.send(size)
			if shown := strings.Join(strings.Fields(cid.screen()), " "); !strings.Contains(shown, "this session ends in 1m. Any key keeps it open.") {
				t.Errorf("%d×%d:\n%s", size.Width, size.Height, cid.screen())
			}
		}
		cid.send(runes("x"))
		cid.hides("session ends")
		cid.shows("You are knocking as")
	})
}

func invitation(t *testing.T, m *rooms.Member) string {
	t.Helper()
	token, err := m.Invite(t.Context(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestTheLobbyLeadsToTheDoorOfALockedRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		ana := w.enter(w.light("plans", time.Hour, 3), "ana")
		lock(t, ana)
		cid := w.start(Config{Lobby: Lobby{Name: "plans"}, Guest: func(rooms.Name) rooms.Guest { return keyholder("cid") }})
		cid.send(hit(tea.KeyEnter))
		cid.shows("plans is locked.", "You are knocking as "+w.tagged("cid"))
		decide(t, ana, "cid", true)
		cid.shows("2/3")
	})
}
