package rooms_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// rolling is a store that takes a message of the text "doubtful", lets so many others
// follow it, and then loses the reply. It counts its calls.
type rolling struct {
	*faulty
	others         int
	sinces, lookUp atomic.Int32
}

func (r *rolling) Append(ctx context.Context, ref rooms.Ref, s rooms.Seat, w rooms.Words) (uint64, error) {
	if w.Text != "doubtful" {
		return r.faulty.Append(ctx, ref, s, w)
	}
	if _, err := r.Store.Append(ctx, ref, s, w); err != nil {
		return 0, err
	}
	for i := range r.others {
		if _, err := r.Store.Append(ctx, ref, s, rooms.Words{ID: fmt.Sprint(i), Text: "other"}); err != nil {
			return 0, err
		}
	}
	<-time.After(2 * time.Second) // all of them have arrived
	return 0, rooms.ErrUnknown
}

func (r *rolling) Since(ctx context.Context, ref rooms.Ref, after uint64) ([]rooms.Event, error) {
	r.sinces.Add(1)
	<-time.After(time.Millisecond) // so that others ask while it is under way
	return r.faulty.Since(ctx, ref, after)
}

func (r *rolling) Resolve(ctx context.Context, ref rooms.Ref, id string) (uint64, error) {
	r.lookUp.Add(1)
	return r.faulty.Resolve(ctx, ref, id)
}

// The history holds 100 messages, and a server not many more.
func TestAMessageThatWasSeenWasSaidEvenIfTheHistoryDroppedIt(t *testing.T) {
	for _, others := range []int{0, 10, 120, 200, 500} {
		t.Run(fmt.Sprint(others, " follow"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &rolling{faulty: &faulty{Store: memory.New(memory.Config{})}, others: others}
				defer store.Close()
				hub := newHub(t, store, rooms.HubConfig{})
				ann := enter(t, hub, light(t, hub, "plans", time.Hour, 5), "ann")
				if err := ann.Post(t.Context(), "doubtful"); err != nil {
					t.Errorf("said, and answered %v", err)
				}
			})
		})
	}
}

func TestAPostThatMayBeAmongMissedMessagesIsUnknown(t *testing.T) {
	for _, others := range []int{10, 200} {
		t.Run(fmt.Sprint(others, " follow"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &rolling{faulty: &faulty{Store: memory.New(memory.Config{})}, others: others}
				defer store.Close()
				hub := newHub(t, store, rooms.HubConfig{Beat: time.Second})
				ann := enter(t, hub, light(t, hub, "plans", time.Hour, 5), "ann")
				synctest.Wait()
				store.dropEvents.Store(true)
				err := ann.Post(t.Context(), "doubtful")
				if rolled := others > 100; rolled != errors.Is(err, rooms.ErrUnknown) || !rolled && err != nil {
					t.Errorf("answered %v", err)
				}
			})
		})
	}
}

// The post cannot be among messages that were missed before it.
func TestAPostIsKnownNotToBeSaidEvenIfMessagesWereMissedBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New(memory.Config{})}
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		ann := enter(t, hub, light(t, hub, "plans", time.Hour, 5), "ann")
		store.dropEvents.Store(true)
		for range 200 {
			post(t, ann, "other")
		}
		later(30 * time.Second)
		store.loseAppend.Store(1)
		if err := ann.Post(t.Context(), "unsaid"); !errors.Is(err, rooms.ErrNotSaid) {
			t.Errorf("answered %v", err)
		}
	})
}

func TestManyPostsInDoubtShareTheirLooks(t *testing.T) {
	for _, arrives := range []bool{false, true} {
		t.Run(fmt.Sprint("arrives ", arrives), func(t *testing.T) {
			const many, few = 64, 20
			synctest.Test(t, func(t *testing.T) {
				store := &rolling{faulty: &faulty{Store: memory.New(memory.Config{})}}
				defer store.Close()
				hub := newHub(t, store, rooms.HubConfig{})
				n := light(t, hub, "plans", time.Hour, many)
				var members []*rooms.Member
				for i := range many {
					members = append(members, enter(t, hub, n, fmt.Sprint("guest", i)))
				}
				synctest.Wait()
				store.sinces.Store(0)
				want := rooms.ErrNotSaid
				if store.loseAppend.Store(many); arrives {
					store.loseAppend.Store(0)
					store.loseAnswer.Store(many)
					store.dropEvents.Store(true)
					want = nil
				}
				var all sync.WaitGroup
				for i, m := range members {
					all.Go(func() {
						if err := m.Post(t.Context(), fmt.Sprint(i)); !errors.Is(err, want) {
							t.Errorf("answered %v, want %v", err, want)
						}
					})
				}
				all.Wait()
				if asked := store.sinces.Load(); asked > few {
					t.Errorf("the history was fetched %d times for %d in doubt", asked, many)
				}
				if asked := store.lookUp.Load(); asked > many || arrives && asked > 0 {
					t.Errorf("%d looks for single messages, of %d", asked, many)
				}
			})
		})
	}
}
