package sshtest

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// Patience is how long a test waits for what must happen.
const Patience = 30 * time.Second

// Eventually polls until ok returns true.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(Patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// GoroutinesReturn waits until no more than n goroutines are left.
func GoroutinesReturn(t testing.TB, n int) {
	t.Helper()
	back := false
	defer func() {
		if !back {
			stacks := make([]byte, 4<<20)
			t.Logf("%d goroutines:\n%s", runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		}
	}()
	Eventually(t, fmt.Sprintf("back to %d goroutines", n), func() bool { return runtime.NumGoroutine() <= n })
	back = true
}
