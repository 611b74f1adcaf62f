package rooms_test

import (
	"context"
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
		if e.To != nil || e.Burn > 0 && e.Text != "" || e.Kind == rooms.Withheld && e != (rooms.Event{Kind: e.Kind, Epoch: e.Epoch, Seq: e.Seq, Time: e.Time, ID: e.ID}) {
			t.Errorf("what all readers share holds %+v", e)
		}
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
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
			if e.Kind == rooms.Message && e.Text != fmt.Sprint(e.Seq-1) {
				t.Fatalf("at %d is %+v", pos, e)
			}
			if e != log.At(pos) || e != bob.Since(pos).At(pos) {
				t.Fatalf("position %d is not the same twice", pos)
			}
		}
	})
}

func TestMessagesThatBurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 9)
		ann, eve := enter(t, one, n, "ann"), enter(t, one, n, "eve")
		bob := enter(t, two, n, "bob")
		ok(t, ann.PostBurning(t.Context(), "the key is 42", 10*time.Second))
		ok(t, ann.PostBurning(t.Context(), "and 43", 20*time.Second))
		later(time.Minute)
		for _, m := range []*rooms.Member{bob, eve} {
			wantSeen(t, m, "1 ann ▒", "2 ann ▒")
		}
		wantSeen(t, ann, "1 ann the key is 42", "2 ann and 43")

		ok(t, bob.Reveal(t.Context()))
		later(10*time.Second - time.Millisecond)
		ok(t, eve.Reveal(t.Context())) // a later reveal does not move the deadline
		wantSeen(t, bob, "1 ann the key is 42", "2 ann ▒")
		wantSeen(t, eve, "1 ann the key is 42", "2 ann ▒")
		dan := enter(t, one, n, "dan")
		wantSeen(t, dan, "1 ann ▒", "2 ann ▒")
		later(2 * time.Millisecond)
		for _, m := range []*rooms.Member{ann, bob, eve, dan} {
			left := "2 ann ▒"
			if m == ann {
				left = "2 ann and 43"
			}
			wantSeen(t, m, "1 ann burned", left)
		}
		ok(t, dan.Reveal(t.Context()))
		later(20*time.Second + time.Millisecond)
		post(t, ann, "done")
		synctest.Wait()
		for _, m := range []*rooms.Member{ann, bob, eve, dan} {
			wantSeen(t, m, "1 ann burned", "2 ann burned", "3 ann done")
			if err := m.Reveal(t.Context()); !errors.Is(err, rooms.ErrNoneHidden) {
				t.Errorf("with nothing hidden: %v", err)
			}
		}
		for _, e := range mustSince(t, store, ann) {
			if strings.Contains(e.Text, "4") {
				t.Errorf("the store has %q", e.Text)
			}
		}
		if err := ann.PostBurning(t.Context(), "x", time.Second); !errors.Is(err, rooms.ErrBadBurn) {
			t.Errorf("burning for a second answers %v", err)
		}
	})
}

func mustSince(t *testing.T, store rooms.Store, m *rooms.Member) []rooms.Event {
	t.Helper()
	events, err := store.Since(t.Context(), m.State().Room.Ref, 0)
	ok(t, err)
	return events
}

// A process that heard neither of the first reveal nor of the end learns of it by its
// beat.
func TestMessagesBurnEvenIfTheEventIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New(memory.Config{})}
		defer store.Close()
		one, two := newHub(t, store.Store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 9)
		ann, bob := enter(t, one, n, "ann"), enter(t, one, n, "bob")
		far := enter(t, two, n, "far")
		ok(t, far.PostBurning(t.Context(), "the key is 42", 30*time.Second))
		synctest.Wait()
		store.dropEvents.Store(true)
		ok(t, ann.Reveal(t.Context()))
		ok(t, bob.Reveal(t.Context()))
		later(30*time.Second + time.Millisecond)
		wantSeen(t, ann, "1 far burned")
		wantSeen(t, far, "1 far burned")
	})
}

// unlit is a store that forgets when messages burn, as one may that failed over.
type unlit struct{ rooms.Store }

func (u unlit) Reveal(ctx context.Context, ref rooms.Ref, e rooms.Event, left time.Duration) (time.Time, error) {
	if left > 0 {
		return time.Now().Add(left), nil
	}
	return u.Store.Reveal(ctx, ref, e, left)
}

func TestMessagesBurnEvenIfTheStoreForgetsWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, unlit{store}, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 9)
		ann, bob := enter(t, hub, n, "ann"), enter(t, hub, n, "bob")
		ok(t, ann.PostBurning(t.Context(), "the key is 42", 30*time.Second))
		synctest.Wait()
		ok(t, bob.Reveal(t.Context()))
		later(30*time.Second + time.Millisecond)
		wantSeen(t, bob, "1 ann burned")
		if events := mustSince(t, store, ann); len(events) != 1 || !events[0].Burnt {
			t.Errorf("the store has %+v", events)
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
		ok(t, ann.PostBurning(t.Context(), "the key is 42", 10*time.Second))
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
		ok(t, eve.Reveal(t.Context()))
		later(11 * time.Second)
		wantSeen(t, bob, "1 bob numbered 1", "2 ann>bob psst", "3 ann burned")
	})
}

func TestParseBurn(t *testing.T) {
	for s, want := range map[string]time.Duration{"5s": 5 * time.Second, "1m30s": 90 * time.Second, "1h": time.Hour,
		"4s": 0, "1h1s": 0, "": 0, "10": 0, "-10s": 0, "5.5s": 0, "9999999h": 0, "10s ": 0} {
		got, err := rooms.ParseBurn(s)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q is %v, %v", s, got, err)
		}
	}
}

func TestTypingIsShownForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 50)
		ann, bob := enter(t, one, n, "ann"), enter(t, two, n, "bob")
		writing := func(m *rooms.Member, want ...string) {
			t.Helper()
			var got []string
			for _, s := range m.State().Typing {
				got = append(got, s.Alias)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s sees writing %q, want %q", m.State().You.Alias, got, want)
			}
		}
		synctest.Wait()
		for len(bob.News()) > 0 {
			<-bob.News()
		}
		ok(t, ann.Typing(t.Context()))
		later(time.Second)
		writing(bob, "ann")
		writing(ann)
		select {
		case <-bob.News():
		default:
			t.Error("bob is not woken")
		}
		// Typing again is published again, and wakes nobody.
		for range 10 {
			ok(t, ann.Typing(t.Context()))
			later(time.Second)
		}
		writing(bob, "ann")
		if len(bob.News()) > 0 {
			t.Error("bob is woken again for the same")
		}
		later(7 * time.Second) // no news
		writing(bob)
		ok(t, ann.Typing(t.Context()))
		synctest.Wait()
		post(t, ann, "there")
		synctest.Wait()
		writing(bob)

		later(rooms.TypingEvery)
		for i := range 32 {
			enter(t, one, n, fmt.Sprint("guest", i))
		}
		ok(t, ann.Typing(t.Context()))
		synctest.Wait()
		writing(bob) // in a crowd it is not shown
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
