package ui

import (
	"io"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/ui/painter"
)

// costlyScreen takes a given time for everything. It needs the exact clock of synctest.
type costlyScreen struct {
	reacting, drawing time.Duration

	mu    sync.Mutex
	drawn []time.Time
	spent time.Duration
}

func (c *costlyScreen) init() tea.Cmd { return nil }

func (c *costlyScreen) update(tea.Msg) (screen, tea.Cmd) {
	c.take(c.reacting)
	return c, nil
}

func (c *costlyScreen) frame(width, height int) painter.Frame {
	c.mu.Lock()
	c.drawn = append(c.drawn, time.Now())
	c.mu.Unlock()
	c.take(c.drawing)
	return painter.Frame{Width: width, Height: height}
}

func (c *costlyScreen) take(d time.Duration) {
	time.Sleep(d)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spent += d
}

func (c *costlyScreen) took() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.spent
}

func (c *costlyScreen) frames() []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.drawn
}

// withScreen runs a test with a session that shows the screen. Only the program draws, as
// if the terminal were slow: a painter that took the time would hold the model's mutex, and
// while a goroutine waits for a mutex, the bubble's clock stands still.
func withScreen(t *testing.T, c *costlyScreen, f func(s *session)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		s := w.chat(Config{})
		later(time.Second)
		s.inspect(func(m *model) {
			m.screen, m.budget.wall = c, true
			m.schedule = schedule{}
			m.env.drawDue = func() { m.env.send(drawMsg{}) }
		})
		f(s)
	})
}

func TestACostlyScreenIsDrawnSeldom(t *testing.T) {
	const keyGap, length = 20 * time.Millisecond, time.Minute
	for _, cost := range []time.Duration{2 * time.Millisecond, 15 * time.Millisecond, 300 * time.Millisecond} {
		c := &costlyScreen{drawing: cost}
		withScreen(t, c, func(s *session) {
			began := time.Now()
			for time.Since(began) < length {
				s.rush(runes("x"))
				later(keyGap)
			}
			later(2 * drawPause)
			longest := time.Duration(0)
			for i, at := range c.frames()[1:] {
				longest = max(longest, at.Sub(c.frames()[i]))
			}
			// With a pause at its longest, the share is what a frame takes of it.
			most := max(length/drawShare, time.Duration(length/(drawPause+cost))*cost) + drawBurst + 2*cost
			if c.took() > most {
				s.t.Errorf("frames of %v took %v in %v, more than %v", cost, c.took(), length, most)
			}
			if longest > drawPause+cost+keyGap {
				s.t.Errorf("with frames of %v, none came for %v", cost, longest)
			}
			s.t.Logf("frames of %v: %d in %v", cost, len(c.frames()), length)
		})
	}
}

func TestReactingCountsAsDrawing(t *testing.T) {
	c := &costlyScreen{reacting: 10 * time.Millisecond}
	withScreen(t, c, func(s *session) {
		for range 500 {
			s.rush(runes("x"))
			later(frameGap)
		}
		if n := len(c.frames()); n > 30 {
			s.t.Errorf("%d frames for keys that took %v", n, c.took())
		}
	})
}

// People see each key at once, however fast they type, as long as their screens cost
// what screens usually do.
func TestTypingIsNeverHeldBack(t *testing.T) {
	c := &costlyScreen{reacting: 50 * time.Microsecond, drawing: 400 * time.Microsecond}
	withScreen(t, c, func(s *session) {
		for i := range 30 * 60 { // a key held for a minute
			before := len(c.frames())
			s.rush(runes("x"))
			later(c.reacting)
			if len(c.frames()) != before+1 {
				s.t.Fatalf("key %d was not drawn at once", i)
			}
			later(time.Second/30 - c.reacting)
		}
	})
}

func TestTheBurstComesBackAfterAPause(t *testing.T) {
	c := &costlyScreen{drawing: 20 * time.Millisecond}
	withScreen(t, c, func(s *session) {
		flood := func() int {
			from := len(c.frames())
			for range 20 {
				s.rush(runes("x"))
				later(frameGap)
			}
			return len(c.frames()) - from
		}
		first, tired := flood(), flood()
		later(drawShare*drawBurst + 3*drawPause)
		if rested := flood(); tired >= first || rested != first {
			s.t.Errorf("%d frames at first, %d then, and %d after a rest", first, tired, rested)
		}
	})
}

func TestPaintingCountsAsDrawing(t *testing.T) {
	b := newBudget(nil)
	p := painter.New(io.Discard, func() { t.Error("stuck") }, painter.Config{Measure: b.measure})
	rows := make([]string, 200)
	for i := range rows {
		rows[i] = costlyTexts["emoji"]
	}
	p.Show(painter.Frame{Width: 500, Height: 200, Rows: rows})
	spent := func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.own.owed > 0
	}
	for deadline := time.Now().Add(20 * time.Second); !spent(); {
		if time.Now().After(deadline) {
			t.Fatal("painting was not counted")
		}
		<-time.After(time.Millisecond)
	}
	if err := p.Close(false, ""); err != nil {
		t.Error(err)
	}
}

// Blanking must not be held back: somebody may look over the shoulder.
func TestBlankingIsNeverHeldBack(t *testing.T) {
	c := &costlyScreen{drawing: 300 * time.Millisecond}
	withScreen(t, c, func(s *session) {
		for range 10 {
			s.send(runes("x"))
		}
		later(drawPause)
		s.rush(runes("x"), hit(tea.KeyCtrlBackslash))
		if f := s.frame(); len(f.Rows) != 0 || f.Title != " " {
			s.t.Errorf("the screen shows %+v", f)
		}
		from := len(c.frames())
		for range 100 { // on and off
			s.rush(hit(tea.KeyCtrlBackslash))
		}
		if n := len(c.frames()) - from; n > 1 {
			s.t.Errorf("the screen was drawn %d times", n)
		}
	})
}

func TestSessionsOfOneAddressShareABudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := NewBudget()
		var heavy []*budget
		for range 64 {
			heavy = append(heavy, newBudget(shared))
		}
		light := newBudget(shared)
		// Each heavy session draws for 35 ms whenever it may, half of them only if
		// they need not wait. The light one draws for 0.1 ms.
		const frame, small, length = 35 * time.Millisecond, 100 * time.Microsecond, 2 * time.Minute
		var spent time.Duration
		next := make([]time.Time, len(heavy))
		for end := time.Now().Add(length); time.Now().Before(end); {
			now := time.Now()
			for i, b := range heavy {
				if now.Before(next[i]) {
					continue
				}
				if wait := b.wait(now); wait > 0 && i%2 == 0 {
					next[i] = now.Add(wait)
					continue
				} else if wait > 0 {
					next[i] = now.Add(time.Second)
					continue
				}
				b.charge(frame, now)
				spent += frame
			}
			if wait := light.wait(now); wait > 0 {
				t.Fatalf("a light session of the same address waits %v", wait)
			}
			light.charge(small, now)
			time.Sleep(16 * time.Millisecond)
		}
		if share := spent.Seconds() / length.Seconds(); share > 0.45 {
			t.Errorf("64 sessions of one address take %.0f %% of a core", 100*share)
		}
	})
}

// Drawing does not cost more because the machine is busy with something else.
func TestWaitingDoesNotCountAsDrawing(t *testing.T) {
	if _, tells := threadTime(); !tells {
		return // then all time counts
	}
	b := newBudget(nil)
	for range 3 { // the first is not watched
		w := b.begin()
		<-time.After(50 * time.Millisecond)
		b.spend(w)
	}
	if b.own.owed > 25*time.Millisecond {
		t.Errorf("150 ms in which nothing was drawn count as %v", b.own.owed)
	}
}

// Only the first costly drawing for a while goes for less.
func TestCostlyDrawingIsChargedInFull(t *testing.T) {
	if _, tells := threadTime(); !tells {
		return // then all time counts
	}
	const cost = 20 * time.Millisecond
	b := newBudget(nil)
	draw := func() {
		defer b.spend(b.begin())
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for began, now := cpuTime(), time.Duration(0); now < cost; now = cpuTime() - began {
		}
	}
	draw()
	if b.own.owed > drawQuick {
		t.Errorf("the first drawing counts as %v", b.own.owed)
	}
	draw()
	if b.own.owed < cost {
		t.Errorf("a drawing of %v counts as %v", cost, b.own.owed)
	}
}

func cpuTime() time.Duration {
	d, _ := threadTime()
	return d
}
