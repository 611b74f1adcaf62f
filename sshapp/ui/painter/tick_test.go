package painter

import (
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
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

// Nothing of a painter runs while nothing came for a while. (A bubble that ends with a
// goroutine left fails.)
func TestAnIdlePainterHasNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(&writeLog{start: time.Now()}, func() { t.Error("stuck") }, Config{})
		f, _ := ticking()
		p.Show(f)
		p.Emit("\a")
		p.Redraw()
		for range 3 {
			time.Sleep(lingerTime / 2)
			p.Tick()
		}
	})
}

// Frames that come soon after each other are painted by one goroutine, those that come
// seldom each by its own.
func TestAPainterGoesOnWithTheGoroutineThatItHas(t *testing.T) {
	for _, row := range []struct {
		gap     time.Duration
		started int
	}{{lingerTime / 2, 1}, {2 * lingerTime, 10}} {
		synctest.Test(t, func(t *testing.T) {
			log := &writeLog{start: time.Now()}
			started := map[string]bool{}
			p := New(writerFunc(func(b []byte) (int, error) {
				stack := make([]byte, 64)
				id, _, _ := strings.Cut(string(stack[:runtime.Stack(stack, false)]), "[")
				started[id] = true
				return log.Write(b)
			}), func() { t.Error("stuck") }, Config{})
			for i := range 10 {
				p.Show(numbered(i))
				time.Sleep(row.gap)
			}
			writes, _ := log.take()
			if len(writes) != 10 || numberOf(writes[9]) != 9 || len(started) != row.started {
				t.Errorf("every %v: %d writes, by %d goroutines", row.gap, len(writes), len(started))
			}
			p.Close(false, "")
		})
	}
}

// Whatever comes when, everything is painted, and Close ends all of it.
func TestFramesTicksAndTheEndInAnyOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(3, 4))
		pause := func(most time.Duration) time.Duration { return time.Duration(random.Int64N(int64(most))) }
		for n := range 300 {
			log := &writeLog{start: time.Now()}
			slow := pause(50 * time.Millisecond)
			p := New(writerFunc(func(b []byte) (int, error) {
				time.Sleep(slow)
				return log.Write(b)
			}), func() { t.Error("stuck") }, Config{})
			f, _ := ticking()
			var ticks sync.WaitGroup
			for i := range 20 {
				switch random.IntN(3) {
				case 0:
					ticks.Go(p.Tick)
				default:
					f.Rows = numbered(i).Rows
					p.Show(f)
				}
				// Some are just when a goroutine gives up waiting.
				time.Sleep([]time.Duration{0, pause(100 * time.Millisecond), lingerTime, lingerTime + slow}[random.IntN(4)])
			}
			time.Sleep(time.Second)
			shown := false
			writes, _ := log.take()
			for _, w := range writes {
				shown = shown || strings.Contains(w, f.Rows[0])
			}
			if err := p.Close(false, "bye"); err != nil || !shown {
				t.Fatalf("run %d: the last frame is shown: %t; Close: %v", n, shown, err)
			}
			if writes, _ := log.take(); len(writes) != 1 || !strings.Contains(writes[0], "bye") {
				t.Fatalf("run %d: the end wrote %q", n, writes)
			}
			ticks.Wait()
		}
	})
}
