package rooms_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// heap returns what this process holds in memory and may still use.
func heap(t *testing.T) []byte {
	t.Helper()
	runtime.GC()
	runtime.GC() // what finalizers held until now
	file, err := os.Create(filepath.Join(t.TempDir(), "heap"))
	ok(t, err)
	defer file.Close()
	debug.WriteHeapDump(file.Fd())
	dump, err := os.ReadFile(file.Name())
	ok(t, err)
	return dump
}

// saidBackward has a member say a random text, and returns it backward, so that the test itself
// does not hold it.
func saidBackward(t *testing.T, m *rooms.Member, s rooms.Saying) []byte {
	t.Helper()
	text := rand.Text()
	ok(t, m.Say(t.Context(), text, s))
	synctest.Wait()
	backward := []byte(text)
	slices.Reverse(backward)
	return backward
}

// Neither the store nor a server holds what was taken back, once its sessions have read
// what became of it.
func TestNoMemoryHoldsWhatWasTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 9)
		ann, bob := enter(t, one, n, "ann"), enter(t, two, n, "bob")
		synctest.Wait()
		secrets := map[string][]byte{
			"what stays":       saidBackward(t, bob, rooms.Saying{}),
			"a message":        saidBackward(t, ann, rooms.Saying{}),
			"a direct message": saidBackward(t, ann, rooms.Saying{To: "bob"}),
			"what burns":       saidBackward(t, ann, rooms.Saying{Burn: time.Minute}),
		}
		ok(t, revealOldest(t.Context(), bob))
		read := func() {
			for _, m := range []*rooms.Member{ann, bob} {
				m.Since(0)
			}
		}
		held := func() (all []string) { // keeps no dump, which would be in the next one
			dump := heap(t)
			for what, backward := range secrets {
				text := slices.Clone(backward)
				slices.Reverse(text)
				if bytes.Contains(dump, text) {
					all = append(all, what)
				}
			}
			slices.Sort(all)
			return all
		}
		read()
		if got := held(); len(got) != len(secrets) {
			t.Errorf("before, only %q are found", got)
		}
		for range len(secrets) - 1 {
			unsaid(t, ann, 1)
		}
		read()
		if got := held(); !slices.Equal(got, []string{"what stays"}) {
			t.Errorf("afterwards, there is %q", got)
		}
	})
}
