package rooms_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// handover is a store whose part for drops fails in chosen ways.
type handover struct {
	rooms.Store
	loseTakes    atomic.Int32 // this many are done, and return ErrUnknown
	unavailable  atomic.Int32 // this many calls are not done, and return ErrUnavailable; for ever if negative
	forgetsClaim atomic.Bool  // claims are not there any more when something is taken
}

func (h *handover) fails() bool {
	if n := h.unavailable.Load(); n < 0 {
		return true
	}
	if h.unavailable.Add(-1) >= 0 {
		return true
	}
	h.unavailable.Store(0)
	return false
}

func (h *handover) Claim(ctx context.Context, ref rooms.Ref, claim string, lease time.Duration) (rooms.Drop, error) {
	if h.fails() {
		return rooms.Drop{}, rooms.ErrUnavailable
	}
	return h.Store.Claim(ctx, ref, claim, lease)
}

func (h *handover) Chunk(ctx context.Context, ref rooms.Ref, blob string, n int) ([]byte, error) {
	if h.fails() {
		return nil, rooms.ErrUnavailable
	}
	return h.Store.Chunk(ctx, ref, blob, n)
}

func (h *handover) Take(ctx context.Context, ref rooms.Ref, claim string, by rooms.Seat) error {
	if h.fails() {
		return rooms.ErrUnavailable
	}
	if h.forgetsClaim.Swap(false) {
		h.Store.Unclaim(ctx, ref, claim)
	}
	err := h.Store.Take(ctx, ref, claim, by)
	if h.loseTakes.Add(-1) >= 0 {
		return rooms.ErrUnknown
	}
	return err
}

// dropped lights a room with a secret in it, and returns a member and the secret.
func dropped(t *testing.T, hub *rooms.Hub, size int) (*rooms.Member, rooms.Room, []byte) {
	t.Helper()
	room, err := hub.Light(t.Context(), rooms.Lighting{Name: name(t, "plans"), TTL: time.Hour, Seats: 9, History: 9})
	if err != nil {
		t.Fatal(err)
	}
	secret := bytes.Repeat([]byte("secret \x00\xff"), size/9+1)[:size]
	d, err := hub.Drop(t.Context(), room, rooms.Guest{Alias: "ann", Identity: "id-ann"}, "", bytes.NewReader(secret), int64(size))
	if err != nil || d.Size != int64(size) {
		t.Fatalf("dropped %+v, %v", d, err)
	}
	return enter(t, hub, room.Name, "bob"), room, secret
}

// collect returns a function that reads all chunks.
func collect(got *[]byte) func(context.Context, rooms.Drop, rooms.Chunks) error {
	return func(_ context.Context, _ rooms.Drop, all rooms.Chunks) error {
		for chunk, err := range all {
			if err != nil {
				return err
			}
			*got = append(*got, chunk...)
		}
		return nil
	}
}

func TestADropIsTakenThroughFaultsOfTheStore(t *testing.T) {
	for what, fault := range map[string]func(*handover){
		"none":                      func(*handover) {},
		"the reply is lost":         func(h *handover) { h.loseTakes.Store(1) },
		"three replies are lost":    func(h *handover) { h.loseTakes.Store(3) },
		"the store is away for 20s": func(h *handover) { h.unavailable.Store(80) },
		"the claim is lost":         func(h *handover) { h.forgetsClaim.Store(true) },
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := memory.New(memory.Config{})
				defer store.Close()
				h := &handover{Store: store}
				hub := newHub(t, h, rooms.HubConfig{})
				defer hub.Close()
				m, room, secret := dropped(t, hub, 2*rooms.ChunkSize+5)
				cid := enter(t, hub, room.Name, "cid")
				var got []byte
				err := m.Take(t.Context(), func(ctx context.Context, d rooms.Drop, all rooms.Chunks) error {
					defer fault(h)
					return collect(&got)(ctx, d, all)
				})
				if err != nil || !bytes.Equal(got, secret) {
					t.Fatalf("%d bytes, %v", len(got), err)
				}
				later(time.Second)
				for _, member := range []*rooms.Member{m, cid} {
					wantEnd(t, member, rooms.End{Reason: rooms.TakenAway, By: "bob"})
				}
				if err := cid.Take(t.Context(), collect(&got)); err == nil {
					t.Error("it was taken twice")
				}
				taking, err := hub.Taking(t.Context(), room.Name)
				if err != nil || taking.By.Alias != "bob" {
					t.Errorf("taken: %+v, %v", taking, err)
				}
				m.Leave()
				cid.Leave()
			})
		})
	}
}

func TestATakingThatIsNeverConfirmedIsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		h := &handover{Store: store}
		hub := newHub(t, h, rooms.HubConfig{})
		defer hub.Close()
		m, _, _ := dropped(t, hub, 10)
		defer m.Leave()
		var got []byte
		began := time.Now()
		err := m.Take(t.Context(), func(ctx context.Context, d rooms.Drop, all rooms.Chunks) error {
			defer h.loseTakes.Store(1000)
			return collect(&got)(ctx, d, all)
		})
		if !errors.Is(err, rooms.ErrUnknown) || time.Since(began) > rooms.ClaimLease {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

// However long a client takes, nobody else takes it meanwhile; and if it breaks off,
// somebody else does.
func TestAClaimHoldsAsLongAsTheTransfer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		h := &handover{Store: store}
		hub := newHub(t, h, rooms.HubConfig{})
		defer hub.Close()
		m, room, secret := dropped(t, hub, 10)
		defer m.Leave()
		cid := enter(t, hub, room.Name, "cid")
		defer cid.Leave()
		gone := errors.New("the client is gone")
		var got []byte
		err := m.Take(t.Context(), func(ctx context.Context, d rooms.Drop, all rooms.Chunks) error {
			for range 10 {
				later(rooms.ClaimLease / 2)
				if err := cid.Take(t.Context(), collect(&got)); !errors.Is(err, rooms.ErrClaimed) {
					t.Errorf("meanwhile: %v", err)
				}
			}
			return gone
		})
		if err != gone {
			t.Errorf("broken off: %v", err)
		}
		if err := cid.Take(t.Context(), collect(&got)); err != nil || !bytes.Equal(got, secret) {
			t.Errorf("then: %q, %v", got, err)
		}
	})
}

func TestATransferEndsWhenItsClaimIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		h := &handover{Store: store}
		hub := newHub(t, h, rooms.HubConfig{})
		defer hub.Close()
		m, room, _ := dropped(t, hub, 10)
		defer m.Leave()
		err := m.Take(t.Context(), func(ctx context.Context, _ rooms.Drop, _ rooms.Chunks) error {
			h.unavailable.Store(-1) // the claim cannot be renewed
			select {
			case <-ctx.Done():
			case <-time.After(10 * time.Minute):
				t.Error("the transfer goes on")
			}
			h.unavailable.Store(0)
			return ctx.Err()
		})
		if !errors.Is(err, rooms.ErrUnavailable) {
			t.Errorf("the taker is told %v", err)
		}
		if found, err := hub.Find(t.Context(), room.Name); err != nil || found.Drop == nil {
			t.Errorf("what is left is %+v, %v", found, err)
		}
	})
}

func TestADropThatFailsLeavesNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		defer hub.Close()
		cut := errors.New("cut")
		for i, tt := range []struct {
			in   func() *strings.Reader
			fail error
			want error
		}{
			{func() *strings.Reader { return strings.NewReader("") }, nil, rooms.ErrNothing},
			{func() *strings.Reader { return strings.NewReader(strings.Repeat("x", 100)) }, nil, rooms.ErrTooLarge},
			{func() *strings.Reader { return strings.NewReader("x") }, cut, cut},
		} {
			room, err := hub.Light(t.Context(), rooms.Lighting{Name: name(t, fmt.Sprint("room-", i)), TTL: time.Hour, Seats: 2, History: 2})
			if err != nil {
				t.Fatal(err)
			}
			_, err = hub.Drop(t.Context(), room, rooms.Guest{Alias: "ann", Identity: "ann"}, "", failing{tt.in(), tt.fail}, 99)
			if !errors.Is(err, tt.want) {
				t.Errorf("dropping answers %v, want %v", err, tt.want)
			}
			if n, _ := store.Remains(t.Context(), room.Ref); n != 0 {
				t.Errorf("after %v the room is still there", tt.want)
			}
		}
		if used := store.Held(); used != 0 {
			t.Errorf("the store still counts %d bytes", used)
		}
	})
}

// failing reads what in has, and then fails instead of ending.
type failing struct {
	in   *strings.Reader
	fail error
}

func (f failing) Read(p []byte) (int, error) {
	n, err := f.in.Read(p)
	if err != nil && f.fail != nil {
		return n, f.fail
	}
	return n, err
}

func TestOnlyTheRecipientTakesADrop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		defer hub.Close()
		room, err := hub.Light(t.Context(), rooms.Lighting{Name: name(t, "plans"), TTL: time.Hour, Seats: 9, History: 9})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := hub.Drop(t.Context(), room, rooms.Guest{Alias: "ann", Identity: "ann"}, "bob's key", strings.NewReader("x"), 1); err != nil {
			t.Fatal(err)
		}
		var got []byte
		for _, recipient := range []string{"", "eve's key", "bob's key"} {
			m, err := hub.Enter(t.Context(), room.Name, rooms.Guest{Alias: "guest", Identity: "id" + recipient, Recipient: recipient})
			if err != nil {
				t.Fatal(err)
			}
			err = m.Take(t.Context(), collect(&got))
			if wanted := recipient == "bob's key"; wanted != (err == nil) || !wanted && !errors.Is(err, rooms.ErrNotForYou) {
				t.Errorf("with %q: %v", recipient, err)
			}
			m.Leave()
		}
		if string(got) != "x" {
			t.Errorf("taken: %q", got)
		}
	})
}

// It is why they stopped waiting, not that the store was not asked any more.
func TestWhoWaitsForATakingNoLongerLearnsWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		defer hub.Close()
		m, room, _ := dropped(t, hub, 10)
		defer m.Leave()
		why := errors.New("why")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(why)
		if _, err := hub.AwaitTaking(ctx, room); !errors.Is(err, why) {
			t.Errorf("got %v", err)
		}
	})
}

func TestWhoWaitsForATakingLearnsWhatCameOfIt(t *testing.T) {
	for what, end := range map[string]struct {
		do   func(t *testing.T, store rooms.Store, m *rooms.Member)
		want error
	}{
		"taken": {func(t *testing.T, _ rooms.Store, m *rooms.Member) {
			var got []byte
			if err := m.Take(t.Context(), collect(&got)); err != nil {
				t.Error(err)
			}
		}, nil},
		"destroyed": {func(t *testing.T, _ rooms.Store, m *rooms.Member) { m.Destroy(t.Context()) }, rooms.ErrNoRoom},
		"burned":    {func(*testing.T, rooms.Store, *rooms.Member) { later(time.Hour) }, rooms.ErrNoRoom},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := memory.New(memory.Config{})
				defer store.Close()
				hub := newHub(t, store, rooms.HubConfig{})
				defer hub.Close()
				m, room, _ := dropped(t, hub, 10)
				defer m.Leave()
				type result struct {
					taking rooms.Taking
					err    error
				}
				done := make(chan result, 1)
				go func() {
					taking, err := hub.AwaitTaking(t.Context(), room)
					done <- result{taking, err}
				}()
				later(time.Minute)
				select {
				case r := <-done:
					t.Fatalf("too early: %+v", r)
				default:
				}
				end.do(t, store, m)
				later(time.Second)
				select {
				case r := <-done:
					if !errors.Is(r.err, end.want) || end.want == nil && (r.err != nil || r.taking.By.Alias != "bob") {
						t.Errorf("whoever waits learns %+v", r)
					}
				default:
					t.Error("whoever waits is not told within a second")
				}
			})
		})
	}
}
