package sshd

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"wick/sshapp/sshtest"
)

// Whatever a hostile client does is bounded. A neighbour's session goes on meanwhile,
// and nothing of the client is left afterwards.
func TestHostileClientsCostOnlyThemselves(t *testing.T) {
	for _, h := range sshtest.HostileClients {
		t.Run(h.Name, func(t *testing.T) {
			addr, s := startServer(t, echoScreen, shortLimits())
			neighbour := sshtest.Shell(t, sshtest.Dial(t, addr, "new"))
			neighbour.Types("hello\r")
			neighbour.Shows(t, `said "hello"`) // all its goroutines run
			before := runtime.NumGoroutine()
			ctx, done := context.WithCancel(context.Background())
			var talk sync.WaitGroup
			talk.Go(func() {
				for i := 0; ; i++ {
					neighbour.Types(fmt.Sprintf("%s%d\r", strings.Repeat("n", i%7), i))
					neighbour.Shows(t, fmt.Sprintf("said \"%s%d\"", strings.Repeat("n", i%7), i))
					select {
					case <-ctx.Done():
						return
					case <-time.After(20 * time.Millisecond):
					}
				}
			})
			t.Run("attack", func(t *testing.T) { h.Attack(t, addr) })
			done()
			talk.Wait()
			sshtest.Eventually(t, "the neighbour is alone", func() bool { return len(s.tracker.list(true)) == 1 })
			sshtest.GoroutinesReturn(t, before)
			neighbour.Types("still here\r")
			neighbour.Shows(t, `"stillhere"`)
		})
	}
}
