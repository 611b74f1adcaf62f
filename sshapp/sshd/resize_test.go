package sshd

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
)

func TestResizeWakesKeepTheirDistance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := Terminal{cfg: defaults}
		w.resized = make(chan struct{}, 1)
		var mu sync.Mutex
		var woken []time.Duration
		start := time.Now()
		done := make(chan struct{})
		go func() {
			for {
				select {
				case <-w.Resized():
					mu.Lock()
					woken = append(woken, time.Since(start))
					mu.Unlock()
				case <-done:
					return
				}
			}
		}()
		for i := range uint32(25) {
			if !w.windowChange(gossh.Marshal(sshtest.WindowSize{Width: 10 + i, Height: 10})) {
				t.Fatal("not understood")
			}
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second)
		// The same size again is not news.
		w.windowChange(gossh.Marshal(sshtest.WindowSize{Width: 34, Height: 10}))
		synctest.Wait()
		close(done)
		mu.Lock()
		defer mu.Unlock()
		if want := []time.Duration{0, resizePause, 2 * resizePause, 3 * resizePause}; !slices.Equal(woken, want) {
			t.Errorf("woken after %v, not %v", woken, want)
		}
		if width, height := w.Size(); width != 34 || height != 10 {
			t.Errorf("the size is %d × %d", width, height)
		}
	})
}

func TestResizesAreCoalesced(t *testing.T) {
	addr, _ := startServer(t, echoScreen, shortLimits())
	w := sshtest.Shell(t, sshtest.Dial(t, addr, "new"))
	w.Shows(t, "size 80 24")
	start := time.Now()
	for i := range uint32(2000) {
		w.Asks(t, "window-change", sshtest.WindowSize{Width: 60 + i%40, Height: 24})
	}
	w.Asks(t, "window-change", sshtest.WindowSize{Width: 123, Height: 45})
	w.Shows(t, "size 123 45")
	// One wake at once, one per pause, and one for the last.
	limit := 3 + int(time.Since(start)/resizePause)
	if n := strings.Count(w.Text(), "size "); n > limit {
		t.Errorf("%d sizes were shown, more than %d", n, limit)
	}
}
