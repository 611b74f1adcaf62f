package rooms_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// limited are the methods of a member that make the store publish or keep something.
var limited = map[string]func(context.Context, *rooms.Member) error{
	"Post":   func(ctx context.Context, m *rooms.Member) error { return m.Post(ctx, "hi") },
	"Tell":   func(ctx context.Context, m *rooms.Member) error { return m.Tell(ctx, "bob", "hi") },
	"Reveal": revealOldest,
	"Say":    func(ctx context.Context, m *rooms.Member) error { return m.Say(ctx, "hi", rooms.Saying{To: "bob"}) },
	"Unsay": func(ctx context.Context, m *rooms.Member) error {
		_, err := m.Unsay(ctx, 1)
		return err
	},
	"Rename":  func(ctx context.Context, m *rooms.Member) error { return m.Rename(ctx, "anna") },
	"Shorten": func(ctx context.Context, m *rooms.Member) error { return m.Shorten(ctx, time.Minute) },
	"Lock":    func(ctx context.Context, m *rooms.Member) error { return m.Lock(ctx, false) },
	"Invite": func(ctx context.Context, m *rooms.Member) error {
		_, err := m.Invite(ctx, time.Minute)
		return err
	},
	"Kick":   func(ctx context.Context, m *rooms.Member) error { return kick(ctx, m, "bob") },
	"Decide": func(ctx context.Context, m *rooms.Member) error { return m.Decide(ctx, "cid", true) },
	"PutFile": func(ctx context.Context, m *rooms.Member) error {
		_, err := m.PutFile(ctx, "report", strings.NewReader("bytes"), rooms.FileLimits{Each: 5, All: 100})
		return err
	},
	"RemoveFile": func(ctx context.Context, m *rooms.Member) error { return m.RemoveFile(ctx, "notes") },
	"ListFiles": func(ctx context.Context, m *rooms.Member) error {
		_, err := m.ListFiles(ctx)
		return err
	},
	"Take": func(ctx context.Context, m *rooms.Member) error {
		return m.Take(ctx, func(context.Context, rooms.Drop, rooms.Chunks) error { return nil })
	},
}

// unlimited are the other methods that ask the store. Typing has a limit of its own, and
// PostPaced and SayPaced wait for their turn.
var unlimited = map[string]func(context.Context, *rooms.Member) error{
	"Files": func(ctx context.Context, m *rooms.Member) error {
		_, err := m.Files(ctx)
		return err
	},
	"GetFile": func(ctx context.Context, m *rooms.Member) error {
		return m.GetFile(ctx, "notes", func(context.Context, rooms.File, rooms.Chunks) error { return nil })
	},
	"ReadFileAt": func(ctx context.Context, m *rooms.Member) error {
		return m.GetFile(ctx, "notes", func(ctx context.Context, f rooms.File, _ rooms.Chunks) error {
			_, err := m.ReadFileAt(ctx, f, make([]byte, 1), 0)
			return err
		})
	},
	"Destroy":   func(ctx context.Context, m *rooms.Member) error { return m.Destroy(ctx) },
	"Typing":    func(ctx context.Context, m *rooms.Member) error { return m.Typing(ctx) },
	"PostPaced": waits(func(ctx context.Context, m *rooms.Member) error { return m.PostPaced(ctx, "hi") }),
	"SayPaced": waits(func(ctx context.Context, m *rooms.Member) error {
		return m.SayPaced(ctx, "hi", rooms.Saying{Burn: time.Minute})
	}),
}

// waits checks that a verb waits for its turn.
func waits(verb func(context.Context, *rooms.Member) error) func(context.Context, *rooms.Member) error {
	return func(ctx context.Context, m *rooms.Member) error {
		began := time.Now()
		err := verb(ctx, m)
		if err == nil && time.Since(began) < time.Second {
			return errors.New("it did not wait for its turn")
		}
		return err
	}
}

func TestEveryVerbIsKnownToBeLimitedOrNot(t *testing.T) {
	member, ctx := reflect.TypeFor[*rooms.Member](), reflect.TypeFor[context.Context]()
	for m := range member.Methods() {
		if m.Type.NumIn() < 2 || m.Type.In(1) != ctx {
			continue // does not ask the store
		}
		if limited[m.Name] == nil && unlimited[m.Name] == nil {
			t.Errorf("Member.%s is in neither table", m.Name)
		}
	}
}

// withExhausted runs a test in a locked room of ann, who has used up her limiter. Bob
// is in it, and has said something that burns; cid knocks, and something waits to be taken.
func withExhausted(t *testing.T, test func(t *testing.T, ann, bob *rooms.Member)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{Rate: 1, Burst: 3}), newHub(t, store, rooms.HubConfig{})
		n := name(t, "plans")
		room, err := one.Light(t.Context(), rooms.Lighting{Name: n, TTL: time.Hour, Seats: 5, History: 10, Owner: "id-ann"})
		ok(t, err)
		_, err = one.Drop(t.Context(), room, guest("ann"), "", strings.NewReader("secret"), 6)
		ok(t, err)
		ann, bob := enter(t, one, n, "ann"), enter(t, two, n, "bob")
		ok(t, bob.Say(t.Context(), "swordfish", rooms.Saying{Burn: time.Minute}))
		_, err = bob.PutFile(t.Context(), "notes", strings.NewReader("bytes"), rooms.FileLimits{Each: 5, All: 100})
		ok(t, err)
		ok(t, ann.Lock(t.Context(), true))
		go two.Knock(t.Context(), n, guest("cid"), nil)
		later(time.Minute)
		for range 3 {
			ok(t, ann.Post(t.Context(), "hello"))
		}
		synctest.Wait()
		test(t, ann, bob)
	})
}

func TestEveryVerbThatPublishesIsLimited(t *testing.T) {
	for name, verb := range limited {
		t.Run(name, func(t *testing.T) {
			withExhausted(t, func(t *testing.T, ann, bob *rooms.Member) {
				events, before := bob.Since(0), bob.State()
				if err := verb(t.Context(), ann); !errors.Is(err, rooms.ErrTooFast) {
					t.Fatalf("at once after all that is allowed: %v", err)
				}
				synctest.Wait()
				if len(bob.Since(events.Next()).Events) != 0 || !reflect.DeepEqual(bob.State().Room, before.Room) || bob.State().End != nil {
					t.Error("it was done all the same")
				}
				later(time.Second)
				if err := verb(t.Context(), ann); err != nil {
					t.Errorf("a second later: %v", err)
				}
				if err := ann.Post(t.Context(), "hi"); !errors.Is(err, rooms.ErrTooFast) {
					t.Errorf("a message at once after it: %v", err)
				}
			})
		})
	}
}

func TestDestroyAndLeaveAreNeverTooFast(t *testing.T) {
	for name, verb := range unlimited {
		t.Run(name, func(t *testing.T) {
			withExhausted(t, func(t *testing.T, ann, bob *rooms.Member) {
				if err := verb(t.Context(), ann); err != nil {
					t.Error(err)
				}
			})
		})
	}
	withExhausted(t, func(t *testing.T, ann, bob *rooms.Member) {
		ann.Leave()
		synctest.Wait()
		if here := aliases(bob); len(here) != 1 {
			t.Errorf("here are %q", here)
		}
	})
}

func TestVerbsRefusedWithoutTheStoreCostNothing(t *testing.T) {
	withExhausted(t, func(t *testing.T, ann, bob *rooms.Member) {
		later(time.Second)
		for what, err := range map[string]error{
			"an invalid name": ann.Rename(t.Context(), "-"), "one's own name": ann.Rename(t.Context(), "ann"),
			"nobody": kick(t.Context(), ann, "dan"), "oneself": kick(t.Context(), ann, "ann"),
			"too short": ann.Shorten(t.Context(), time.Second), "empty": ann.Post(t.Context(), " "),
			"nobody at the door": ann.Decide(t.Context(), "dan", true),
		} {
			if errors.Is(err, rooms.ErrTooFast) {
				t.Errorf("%s: %v", what, err)
			}
		}
		ok(t, ann.Post(t.Context(), "hi"))
	})
}
