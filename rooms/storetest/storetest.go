// Package storetest is the contract of rooms.Store: one suite that every store
// passes, so that a room behaves alike wherever it is kept.
//
// A store's own tests call Run. The subtests run in parallel, each in rooms of
// random names, so they may share a backend. If the contract is about several
// processes, a subtest uses two handles on one backend.
package storetest

import (
	"context"
	"testing"
	"time"

	"wick/rooms"
)

// Harness opens the store under test. Its functions are called from several tests at
// once.
type Harness struct {
	// Open returns a handle on a backend and closes it when the test ends.
	// Handles of different tests may share the backend. Required.
	Open func(t *testing.T) rooms.Store
	// Second returns another handle on first's backend, as another process
	// would have it, and closes it when the test ends. A store that lives
	// in one process returns first. Required.
	Second func(t *testing.T, first rooms.Store) rooms.Store
	// Remains lists what is physically on s's backend because of rooms of that name:
	// keys, index entries, whatever names or holds them, expired or not. It must not
	// touch the room: what it finds stays. Nil if that cannot be known.
	Remains func(t *testing.T, s rooms.Store, name rooms.Name) []string
}

// Run checks the store against the whole contract.
func Run(t *testing.T, h Harness) {
	for _, part := range [][]test{
		lightingTests, litTests, seatTests, aliasTests, leaseTests, reservingTests, takeoverTests, writerTests, chosenTests, doorTests, invitationTests, assertingTests, boundTests,
		pulseTests, messageTests, burningTests, lookingTests, unsayingTests, resolvingTests, blobTests, fileTests, dropTests, watchingTests, endingTests, faultTests,
	} {
		for _, c := range part {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.run(newWorld(t, h))
			})
		}
	}
}

// test is one clause of the contract.
type test struct {
	name string
	run  func(w *world)
}

const (
	// patience bounds every wait: long for a busy machine, short for a person.
	patience = 30 * time.Second
	// slack is how much two clocks that count milliseconds may differ.
	slack = 50 * time.Millisecond
	// skew is how much the store's clock and this machine's may differ.
	skew = time.Minute

	longTTL    = time.Minute // outlives every test
	longLease  = time.Minute
	shortTTL   = 300 * time.Millisecond // tests wait for its end
	shortLease = 250 * time.Millisecond
)

// world is what one test runs with: two processes on one backend, and a room name
// that nobody else uses.
type world struct {
	*testing.T
	h    Harness
	ctx  context.Context
	a, b rooms.Store
	name rooms.Name
}

func newWorld(t *testing.T, h Harness) *world {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	a := h.Open(t)
	return &world{T: t, h: h, ctx: ctx, a: a, b: h.Second(t, a), name: rooms.NewName()}
}

// handle returns the store of one of the two processes in turn.
func (w *world) handle(i int) rooms.Store {
	if i%2 == 0 {
		return w.a
	}
	return w.b
}

// wait returns a little after the instant, as the store's clock counts milliseconds.
func (w *world) wait(until time.Time) {
	w.Helper()
	select {
	case <-time.After(time.Until(until) + slack):
	case <-w.ctx.Done():
		w.Fatal("the test ran out of time")
	}
}

// clean checks that nothing of the name is left on the backend.
func (w *world) clean(name rooms.Name) {
	w.Helper()
	if w.h.Remains == nil {
		return
	}
	if left := w.h.Remains(w.T, w.a, name); len(left) > 0 {
		w.Errorf("%d things remain of a room that is gone: %q", len(left), left)
	}
}

// there checks that Remains can see a room at all.
func (w *world) there(name rooms.Name) {
	w.Helper()
	if w.h.Remains != nil && len(w.h.Remains(w.T, w.a, name)) == 0 {
		w.Error("nothing is on the backend of a room that burns")
	}
}
