package sshapp

import (
	"context"
	"sync"
	"testing"
	"time"

	"wick/keys"
	"wick/sshapp/sshtest"
)

// The whole of wick stands the attacks that the SSH server is tested with, while two
// people chat.
func TestHostileClientsDoNotDisturbAConversation(t *testing.T) {
	sshtest.AttackAll(t, func(t *testing.T) sshtest.Bystander {
		addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{SSH: shortLimits()})
		ann := join(t, addr, "new", 80, 24)
		bob := join(t, addr, ann.room(), 80, 24)
		ann.sees("2/8")
		ann.says("settled")
		bob.sees("settled")
		ctx, done := context.WithCancel(t.Context())
		var talk sync.WaitGroup
		return sshtest.Bystander{
			Addr: addr,
			Talk: func() {
				talk.Go(func() {
					for i := 1000; ; i++ {
						ann.says(message(i))
						bob.sees(message(i))
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
				sshtest.Eventually(t, "the two are alone", func() bool { conns, _ := app.Load(); return conns == 2 })
			},
			Check: func(t *testing.T) {
				ann.says("still here")
				bob.sees("still here")
			},
		}
	})
}
