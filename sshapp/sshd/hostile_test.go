package sshd

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"wick/sshapp/sshtest"
)

// Whatever a hostile client does is bounded. A neighbour's session goes on meanwhile,
// and nothing of the client is left afterwards.
func TestHostileClientsCostOnlyThemselves(t *testing.T) {
	sshtest.AttackAll(t, func(t *testing.T) sshtest.Bystander {
		addr, s := startServer(t, echoScreen, shortLimits())
		neighbour := sshtest.Shell(t, sshtest.Dial(t, addr, "new"))
		neighbour.Types("hello\r")
		neighbour.Shows(t, `said "hello"`) // all its goroutines run
		ctx, done := context.WithCancel(context.Background())
		var talk sync.WaitGroup
		return sshtest.Bystander{
			Addr: addr,
			Talk: func() {
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
			},
			Stop: func(t *testing.T) {
				done()
				talk.Wait()
				sshtest.Eventually(t, "the neighbour is alone", func() bool { return len(s.tracker.list(true)) == 1 })
			},
			Check: func(t *testing.T) {
				neighbour.Types("still here\r")
				neighbour.Shows(t, `"stillhere"`)
			},
		}
	})
}
