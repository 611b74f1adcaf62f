package rooms_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"wick/rooms"
	"wick/rooms/memory"
)

// crowdOf returns a room with so many members on one hub.
func crowdOf(t testing.TB, store rooms.Store, many int) (*rooms.Hub, []*rooms.Member) {
	t.Helper()
	hub := rooms.NewHub(store, rooms.HubConfig{Rate: rate.Inf, Lease: 100 * time.Hour})
	t.Cleanup(hub.Close)
	n := rooms.NewName()
	if _, err := hub.Light(t.Context(), rooms.Lighting{Name: n, TTL: 200 * time.Hour, Seats: many, History: 10}); err != nil {
		t.Fatal(err)
	}
	members := make([]*rooms.Member, many)
	for i := range members {
		m, err := hub.Enter(t.Context(), n, rooms.Guest{Alias: fmt.Sprint("guest", i), Identity: fmt.Sprint("id", i)})
		if err != nil {
			t.Fatal(err)
		}
		members[i] = m
	}
	return hub, members
}

func BenchmarkCompareSeatsOf5000(b *testing.B) {
	store := memory.New(memory.Config{})
	b.Cleanup(func() { store.Close() })
	_, members := crowdOf(b, store, 5000)
	b.ReportAllocs()
	for b.Loop() {
		rooms.CompareSeats(members[0])
	}
}

func TestSeatsAreComparedInACrowd(t *testing.T) {
	const many = 300
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New(memory.Config{})}
		defer store.Close()
		hub, members := crowdOf(t, store, many)
		synctest.Wait()
		if orphans, lost := rooms.CompareSeats(members[0]); orphans+lost > 0 {
			t.Errorf("%d seats without a member, %d members without a seat", orphans, lost)
		}
		ref, node := members[0].State().Room.Ref, members[0].State().You.Node
		for _, m := range members[:50] {
			ok(t, store.Leave(t.Context(), ref, m.State().You))
		}
		for i := range 40 {
			_, err := store.Enter(t.Context(), ref.Name, rooms.Seat{ID: fmt.Sprint("orphan", i), Node: node, Alias: fmt.Sprint("orphan", i), Identity: "who"}, time.Hour, 0)
			ok(t, err)
		}
		synctest.Wait()
		if orphans, lost := rooms.CompareSeats(members[0]); orphans != 40 || lost != 50 {
			t.Errorf("%d seats without a member, %d members without a seat; want 40 and 50", orphans, lost)
		}
		later(45 * time.Hour) // a beat
		if orphans, lost := rooms.CompareSeats(members[0]); orphans+lost > 0 || len(members[0].State().Roster) != many {
			t.Errorf("after a beat %d, %d, and %d sit here", orphans, lost, len(members[0].State().Roster))
		}
		hub.Close()
	})
}

// dying is a store that has stopped answering Leave.
type dying struct {
	rooms.Store
	dead   atomic.Bool
	leaves atomic.Int32
}

func (d *dying) Leave(ctx context.Context, ref rooms.Ref, seat rooms.Seat) error {
	if !d.dead.Load() {
		return d.Store.Leave(ctx, ref, seat)
	}
	d.leaves.Add(1)
	<-ctx.Done()
	return ctx.Err()
}

func TestManyOrphansOnADeadStoreHoldNothingUp(t *testing.T) {
	for _, closing := range []bool{false, true} {
		t.Run(fmt.Sprint("closing ", closing), func(t *testing.T) {
			const orphans = 100
			synctest.Test(t, func(t *testing.T) {
				store := &dying{Store: memory.New(memory.Config{})}
				defer store.Close()
				hub := rooms.NewHub(store, rooms.HubConfig{})
				n := light(t, hub, "plans", time.Hour, orphans+5)
				ann := enter(t, hub, n, "ann")
				for i := range orphans {
					_, err := store.Enter(t.Context(), n, rooms.Seat{ID: fmt.Sprint(i), Node: ann.State().You.Node, Alias: fmt.Sprint("o", i), Identity: "who"}, time.Hour, 0)
					ok(t, err)
				}
				store.dead.Store(true)
				for store.leaves.Load() == 0 {
					later(100 * time.Millisecond)
				}
				if !closing { // posting goes on, and the next beat is in time
					later(5 * time.Second)
					store.dead.Store(false)
					later(15 * time.Second)
					if got := aliases(ann); !slices.Equal(got, []string{"ann"}) {
						t.Errorf("%d sit here", len(got))
					}
				}
				began := time.Now()
				hub.Close()
				if took := time.Since(began); took > 4*time.Second {
					t.Errorf("to close took %v", took)
				}
				store.dead.Store(false)
			})
		})
	}
}

func TestInACrowdArrivalsShareAWake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 300)
		ann := enter(t, hub, n, "ann")
		wakes := make(chan int, 1)
		stop := make(chan struct{})
		go func() {
			n := 0
			for {
				select {
				case <-ann.News():
					n++
				case <-stop:
					wakes <- n
					return
				}
			}
		}()
		for i := range 200 {
			enter(t, hub, n, fmt.Sprintf("guest%d", i))
			synctest.Wait()
		}
		later(time.Second)
		close(stop)
		// The first few wake the others each, the rest together.
		if n := <-wakes; n > 2*40 {
			t.Errorf("woken %d times by 200 who came", n)
		}
		if n := len(ann.State().Roster); n != 201 {
			t.Errorf("%d are here", n)
		}
	})
}

func TestACrowdHearsEveryMessage(t *testing.T) {
	const many, said = 100, 5
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub, members := crowdOf(t, store, many)
		synctest.Wait()
		for _, m := range members {
			<-m.News() // of those who came
		}
		var heard atomic.Int32
		for _, m := range members {
			go func() {
				for next := uint64(0); ; {
					<-m.News()
					log := m.Since(next)
					next = log.Next()
					for _, e := range log.Events {
						if e.Kind == rooms.Message {
							heard.Add(1)
						}
					}
					if m.State().End != nil {
						return
					}
				}
			}()
		}
		for i := range said {
			ok(t, members[i].Post(t.Context(), "hello"))
			synctest.Wait()
			if n := int(heard.Load()); n != (i+1)*many {
				t.Errorf("%d deliveries of %d messages to %d members", n, i+1, many)
			}
		}
		hub.Close()
	})
}
