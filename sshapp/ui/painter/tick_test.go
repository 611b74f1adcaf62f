package painter

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// ticking returns a frame with a clock that reads differently each time, and what it
// reads at the n-th.
func ticking() (f Frame, text func(n int) string) {
	reads := 0
	text = func(n int) string { return string(rune('一' + 100 + n)) }
	f = numbered(1)
	f.Clock = &Clock{Row: 1, Text: func() (still, moving string) {
		reads++
		return "", text(reads)
	}}
	return f, text
}

func TestATickRenewsTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &writeLog{start: time.Now()}
		p := New(log, func() { t.Error("stuck") }, Config{})
		defer p.Close(false, "")
		p.Tick() // there is no clock yet
		f, text := ticking()
		p.Show(f)
		synctest.Wait()
		for n := 2; n < 5; n++ {
			log.take()
			p.Tick()
			if writes, _ := log.take(); len(writes) != 1 || !strings.Contains(writes[0], text(n)) {
				t.Errorf("tick %d wrote %q", n, writes)
			}
		}
	})
}

// A terminal that takes nothing blocks one tick, and the next write carries the others.
func TestTicksAndFramesThatWaitAreOneWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &writeLog{start: time.Now()}
		free := make(chan struct{})
		p := New(writerFunc(func(b []byte) (int, error) {
			<-free
			return log.Write(b)
		}), func() { t.Error("stuck") }, Config{})
		defer p.Close(false, "")
		f, text := ticking()
		p.Show(f)
		synctest.Wait()
		for range 10 {
			p.Tick() // does not wait
		}
		f.Rows = numbered(2).Rows
		p.Show(f)
		close(free)
		synctest.Wait()
		writes, _ := log.take()
		if len(writes) != 2 || !strings.Contains(writes[1], numbered(2).Rows[0]) || !strings.Contains(writes[1], text(2)) {
			t.Errorf("wrote %q", writes)
		}
	})
}

// A tick that has the painter to itself also paints what comes meanwhile, Close included.
func TestATickPaintsWhatComesMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &writeLog{start: time.Now()}
		free := make(chan struct{})
		close(free)
		p := New(writerFunc(func(b []byte) (int, error) {
			<-free
			return log.Write(b)
		}), func() { t.Error("stuck") }, Config{})
		f, _ := ticking()
		p.Show(f)
		synctest.Wait()
		log.take()
		free = make(chan struct{})
		go p.Tick()
		synctest.Wait()
		p.Show(numbered(2))
		go p.Close(false, "bye")
		synctest.Wait()
		close(free)
		synctest.Wait()
		if writes, _ := log.take(); len(writes) != 2 || !strings.Contains(writes[1], "bye") {
			t.Errorf("wrote %q, want the tick and the end", writes)
		}
		p.Tick()
		if writes, _ := log.take(); len(writes) != 0 {
			t.Errorf("after the end a tick wrote %q", writes)
		}
	})
}

// Nothing of a painter runs while nothing waits. (A bubble that ends with a goroutine left
// fails.)
func TestAnIdlePainterHasNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(&writeLog{start: time.Now()}, func() { t.Error("stuck") }, Config{})
		f, _ := ticking()
		p.Show(f)
		p.Emit("\a")
		p.Redraw()
		p.Tick()
	})
}
