package rooms_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// seen returns the messages of the member's transcript; "▒" stands for a hidden one.
func seen(m *rooms.Member) []string {
	var all []string
	for _, e := range m.Since(0).All() {
		switch {
		case e.Kind == rooms.Withheld:
			all = append(all, fmt.Sprint(e.Seq, " -"))
		case e.Kind != rooms.Message:
		case e.Unsaid:
			all = append(all, fmt.Sprint(e.Seq, " ", e.From.Alias, " took back"))
		case e.Burnt:
			all = append(all, fmt.Sprint(e.Seq, " ", e.From.Alias, " burned"))
		case e.Burn > 0 && e.Text == "":
			all = append(all, fmt.Sprint(e.Seq, " ", e.From.Alias, " ▒"))
		case e.To != nil:
			all = append(all, fmt.Sprint(e.Seq, " ", e.From.Alias, ">", e.To.Alias, " ", e.Text))
		default:
			all = append(all, fmt.Sprint(e.Seq, " ", e.From.Alias, " ", e.Text))
		}
	}
	return all
}

func wantSeen(t *testing.T, m *rooms.Member, want ...string) {
	t.Helper()
	if got := seen(m); !slices.Equal(got, want) {
		t.Errorf("%s sees %q, want %q", m.State().You.Alias, got, want)
	}
	// Hidden text is not returned in any other way.
	for _, e := range m.Since(0).Events {
		if e.To != nil || e.Burn > 0 && e.Text != "" || e.Kind == rooms.Withheld && *e != (rooms.Event{Kind: e.Kind, Epoch: e.Epoch, Seq: e.Seq, Time: e.Time, ID: e.ID}) {
			t.Errorf("what all readers share holds %+v", e)
		}
	}
}

func TestDirectMessagesReachOnlyTheirTwo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 9)
		ann, eve := enter(t, one, n, "ann"), enter(t, one, n, "eve")
		bob := enter(t, two, n, "bob")
		post(t, ann, "hi")
		synctest.Wait()
		ok(t, ann.Tell(t.Context(), "BOB", "psst"))
		synctest.Wait()
		ok(t, bob.Tell(t.Context(), "ann", "what?"))
		post(t, eve, "anyone?")
		synctest.Wait()
		mine := []string{"1 ann hi", "2 ann>bob psst", "3 bob>ann what?", "4 eve anyone?"}
		others := []string{"1 ann hi", "2 -", "3 -", "4 eve anyone?"}
		wantSeen(t, ann, mine...)
		wantSeen(t, bob, mine...)
		wantSeen(t, eve, others...)

		// A later session finds the same: another person nothing, the same person
		// all.
		wantSeen(t, enter(t, two, n, "dan"), others...)
		bob.Leave()
		synctest.Wait()
		again, err := one.Enter(t.Context(), n, rooms.Guest{Alias: "rob", Identity: "id-bob"})
		ok(t, err)
		defer again.Leave()
		wantSeen(t, again, mine...)

		for name, want := range map[string]error{"nobody": rooms.ErrNobody, "": rooms.ErrNobody, "ann": rooms.ErrYourself} {
			if err := ann.Tell(t.Context(), name, "psst"); !errors.Is(err, want) {
				t.Errorf("telling %q answers %v, want %v", name, err, want)
			}
		}
		if err := ann.Tell(t.Context(), "rob", " \n "); !errors.Is(err, rooms.ErrEmpty) {
			t.Errorf("telling nothing answers %v", err)
		}
	})
}

func TestPositionsOfATranscriptWithDirectMessagesStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 9) // keeps 100 messages
		ann, bob := enter(t, hub, n, "ann"), enter(t, hub, n, "bob")
		for i := range 1000 {
			if i%3 == 0 {
				ok(t, ann.Tell(t.Context(), "bob", fmt.Sprint(i)))
			} else {
				post(t, ann, fmt.Sprint(i))
			}
		}
		synctest.Wait()
		log := bob.Since(0)
		if len(log.Events) < 100 {
			t.Fatalf("%d events are kept", len(log.Events))
		}
		for pos, e := range log.All() {
			if e.Kind == rooms.Message && string(e.Text) != fmt.Sprint(e.Seq-1) {
				t.Fatalf("at %d is %+v", pos, e)
			}
			if rest := bob.Since(pos); *e != *log.At(pos) || *e != *rest.At(pos) {
				t.Fatalf("position %d is not the same twice", pos)
			}
		}
	})
}

// A message that a store lost is restored with its recipient, and burns at its time.
func TestLostMessagesAreRestoredAsTheyWere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &forgetful{Store: memory.New(memory.Config{})}
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 9)
		ann, eve := enter(t, one, n, "ann"), enter(t, one, n, "eve")
		bob := enter(t, two, n, "bob")
		synctest.Wait()
		store.forget(2, false)
		ok(t, ann.Tell(t.Context(), "bob", "psst"))
		ok(t, ann.Say(t.Context(), "the key is 42", rooms.Saying{Burn: 10 * time.Second}))
		synctest.Wait()
		post(t, bob, "numbered 1")
		later(20 * time.Second)
		got := seen(ann)
		slices.Sort(got)
		want := []string{"1 bob numbered 1", "2 ann>bob psst", "3 ann the key is 42"}
		if !slices.Equal(got, want) {
			t.Errorf("ann sees %q, want %q", got, want)
		}
		wantSeen(t, bob, "1 bob numbered 1", "2 ann>bob psst", "3 ann ▒")
		wantSeen(t, eve, "1 bob numbered 1", "2 -", "3 ann ▒")
		ok(t, revealOldest(t.Context(), eve))
		later(11 * time.Second)
		wantSeen(t, bob, "1 bob numbered 1", "2 ann>bob psst", "3 ann burned")
	})
}

// Generated aliases are not checked: they may read like somebody's tag.
func TestDirectMessagesToANameOfTwoPeopleAreNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 9)
		ann := enter(t, one, n, "ann")
		bob, err := two.Enter(t.Context(), n, guest("bob"))
		ok(t, err)
		defer bob.Leave()
		tag := bob.State().You.KeyTag()
		eve := enter(t, two, n, tag)
		synctest.Wait()
		if err := ann.Tell(t.Context(), tag, "psst"); !errors.Is(err, rooms.ErrAmbiguous) {
			t.Errorf("telling two people of one name: %v", err)
		}
		if err := eve.Rename(t.Context(), strings.ToUpper(tag[:1])+"."+tag[1:]); !errors.Is(err, rooms.ErrTagAlias) {
			t.Errorf("taking a tag as a name: %v", err)
		}
		synctest.Wait()
		wantSeen(t, eve)
		wantSeen(t, bob)
		ok(t, ann.Tell(t.Context(), "bob", "psst"))
		synctest.Wait()
		wantSeen(t, eve, "1 -")
		wantSeen(t, bob, "1 ann>bob psst")
	})
}
