package sshd

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestSessionsWaitForAPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newTestConn(t, Config{Limits: Limits{MaxChannels: 2, HandshakeTimeout: time.Hour, LoginTimeout: time.Hour}})
		for range 2 {
			if !c.reserveChannel() {
				t.Fatal("no place")
			}
		}
		var in, out atomic.Int32
		for range maxWaiting {
			go func() {
				if c.reserveChannel() {
					in.Add(1)
				} else {
					out.Add(1)
				}
			}()
		}
		synctest.Wait()
		if c.reserveChannel() || time.Since(c.opened) > 0 {
			t.Error("one more waits than may")
		}
		for n := range int32(3) {
			c.releaseChannel()
			if synctest.Wait(); in.Load() != n+1 || out.Load() != 0 {
				t.Errorf("after %d left, %d are in, and %d are out", n+1, in.Load(), out.Load())
			}
		}
		time.Sleep(placeWait)
		synctest.Wait()
		if in.Load() != 3 || out.Load() != maxWaiting-3 {
			t.Errorf("at the end %d are in, and %d are out", in.Load(), out.Load())
		}
		c.releaseChannel()
		if !c.reserveChannel() || c.noChannels() {
			t.Error("a place that was given back is not free")
		}
		c.releaseChannel()
		if c.releaseChannel(); !c.noChannels() {
			t.Error("a place is lost")
		}
	})
}
