package ui

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// painterLog is a writer that remembers what was written when.
type painterLog struct {
	start time.Time

	mu     sync.Mutex
	writes []string
	times  []time.Duration // since start
}

func (l *painterLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writes = append(l.writes, string(p))
	l.times = append(l.times, time.Since(l.start))
	return len(p), nil
}

// take returns what was written since the last take.
func (l *painterLog) take() (writes []string, times []time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	writes, times = l.writes, l.times
	l.writes, l.times = nil, nil
	return writes, times
}

// painterWriter writes with a function.
type painterWriter func(p []byte) (int, error)

func (w painterWriter) Write(p []byte) (int, error) { return w(p) }

// painterNumber is a frame that is like no other in its first cell.
func painterNumber(n int) Frame {
	return Frame{Width: 80, Height: 3, Rows: []string{string(rune('一' + n))}, CursorY: -1}
}

// painterNumberOf is the number of the frame that was written.
func painterNumberOf(written string) int { return int([]rune(ansi.Strip(written))[0] - '一') }

func TestTheFirstChangeIsWrittenAtOnceAndLaterOnesArePaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &painterLog{start: time.Now()}
		p := NewPainter(log, func() { t.Error("stuck") })
		defer p.Close(false, "")
		p.Show(painterNumber(0))
		time.Sleep(500 * time.Microsecond)
		for i := range 99 { // one every millisecond
			p.Show(painterNumber(i + 1))
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Hour)
		p.Show(painterNumber(200))
		synctest.Wait()

		writes, times := log.take()
		var numbers []int
		for _, w := range writes {
			numbers = append(numbers, painterNumberOf(w))
		}
		if want := []int{0, 1, 2, 3, 16, 32, 48, 64, 80, 96, 99, 200}; !slices.Equal(numbers, want) {
			t.Fatalf("frames written are %v, want %v", numbers, want)
		}
		for i, at := range times[3:11] {
			want := time.Duration(i) * frameGap
			if i == 0 { // the last of those at once
				want = 2500 * time.Microsecond
			}
			if at != want {
				t.Errorf("write %d was after %v, want %v", 3+i, at, want)
			}
		}
		if want := time.Hour + 99*time.Millisecond + 500*time.Microsecond; times[11] != want {
			t.Errorf("the write after a pause was after %v, want %v", times[11], want)
		}
	})
}

func TestAFrameLikeTheLastIsNotWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &painterLog{start: time.Now()}
		p := NewPainter(log, func() { t.Error("stuck") })
		defer p.Close(false, "")
		for range 10 {
			p.Show(painterNumber(1))
			time.Sleep(time.Second)
		}
		if writes, _ := log.take(); len(writes) != 1 {
			t.Errorf("10 like frames took %d writes", len(writes))
		}
		p.Redraw()
		p.Show(painterNumber(1))
		time.Sleep(time.Second)
		if writes, _ := log.take(); len(writes) != 1 || painterNumberOf(writes[0]) != 1 {
			t.Errorf("the redraw wrote %q", writes)
		}
	})
}

func TestASlowTerminalHoldsNobodyUpAndGetsTheNewestFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &painterLog{start: time.Now()}
		release := make(chan struct{})
		p := NewPainter(painterWriter(func(b []byte) (int, error) {
			<-release
			return log.Write(b)
		}), func() { t.Error("stuck") })
		defer p.Close(false, "")
		before := time.Now()
		for i := range 10_000 {
			p.Show(painterNumber(i))
			if i == 0 {
				synctest.Wait() // until the first is being written
			}
		}
		if took := time.Since(before); took != 0 {
			t.Errorf("showing 10,000 frames waited %v", took)
		}
		close(release)
		time.Sleep(time.Second)
		writes, _ := log.take()
		if len(writes) != 2 || painterNumberOf(writes[0]) != 0 || painterNumberOf(writes[1]) != 9_999 {
			t.Errorf("wrote %q, want frames 0 and 9,999", writes)
		}
	})
}

func TestAWriteThatDoesNotEndIsStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := make(chan struct{})
		errBroken := errors.New("broken")
		start := time.Now()
		var after []time.Duration
		writes := 0
		p := NewPainter(painterWriter(func([]byte) (int, error) {
			writes++
			<-broken
			return 0, errBroken
		}), func() {
			after = append(after, time.Since(start))
			close(broken)
		})
		p.Show(painterNumber(1))
		time.Sleep(time.Minute)
		synctest.Wait()
		if !slices.Equal(after, []time.Duration{15 * time.Second}) {
			t.Errorf("stuck after %v, want once after 15 s", after)
		}
		p.Show(painterNumber(2))
		p.Emit("\a")
		if err := p.Close(true, "bye"); err != errBroken {
			t.Errorf("Close: %v, want the error of the write", err)
		}
		if took := time.Since(start); writes != 1 || took != time.Minute {
			t.Errorf("after a failed write there were %d more, and %v of waiting", writes-1, took-time.Minute)
		}
	})
}

func TestAWriteLimitCanBeChosen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := make(chan struct{})
		start := time.Now()
		p := NewPainter(painterWriter(func(b []byte) (int, error) {
			<-broken
			return len(b), nil
		}), sync.OnceFunc(func() { close(broken) }))
		p.WriteLimit = 20 * time.Millisecond
		p.Show(painterNumber(1))
		<-broken
		if took := time.Since(start); took != 20*time.Millisecond {
			t.Errorf("stuck after %v", took)
		}
		if err := p.Close(false, ""); err != nil {
			t.Error(err)
		}
	})
}

func TestCloseGivesUpATerminalThatTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Writes end when the connection is closed: so does the painter.
		broken := make(chan struct{})
		p := NewPainter(painterWriter(func([]byte) (int, error) {
			<-broken
			return 0, io.ErrClosedPipe
		}), func() { close(broken) })
		p.Show(painterNumber(1))
		synctest.Wait()
		start := time.Now()
		if err := p.Close(false, ""); err != io.ErrClosedPipe || time.Since(start) != closeLimit {
			t.Errorf("Close: %v after %v", err, time.Since(start))
		}

		// They do not even then.
		never, stuck := make(chan struct{}), 0
		p = NewPainter(painterWriter(func([]byte) (int, error) {
			<-never
			return 0, io.ErrClosedPipe
		}), func() { stuck++ })
		p.Show(painterNumber(1))
		synctest.Wait()
		start = time.Now()
		if err := p.Close(false, ""); err != ErrStuck || time.Since(start) != closeLimit+closeGrace || stuck != 1 {
			t.Errorf("Close: %v after %v, stuck called %d times", err, time.Since(start), stuck)
		}
		close(never)
	})
}

func TestWhatIsNotPaintedWhenThePainterClosesNeverIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &painterLog{start: time.Now()}
		release := make(chan struct{})
		p := NewPainter(painterWriter(func(b []byte) (int, error) {
			<-release
			return log.Write(b)
		}), func() { t.Error("stuck") })
		p.Show(painterNumber(1))
		synctest.Wait()
		p.Show(painterNumber(2))
		p.Emit("secret")
		var closing sync.WaitGroup
		for range 3 { // which of them comes first does not matter
			closing.Go(func() {
				if err := p.Close(true, "The room burned out."); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		p.Show(painterNumber(3))
		p.Emit("secret")
		p.Redraw()
		close(release)
		closing.Wait()
		writes, _ := log.take()
		if len(writes) != 2 || painterNumberOf(writes[0]) != 1 || ansi.Strip(writes[1]) != "The room burned out.\r\n" {
			t.Errorf("wrote %q", writes)
		}
		if err := p.Close(false, "again"); err != nil {
			t.Error(err)
		}
		if writes, _ := log.take(); len(writes) != 0 {
			t.Errorf("the second Close wrote %q", writes)
		}
	})
}

func TestAPainterThatShowedNothingOnlyPrintsTheLastWords(t *testing.T) {
	log := &painterLog{start: time.Now()}
	p := NewPainter(log, func() { t.Error("stuck") })
	if err := p.Close(true, "No such room.\nTry \x1b[2J\x1b[1mnew\x1b[m.\r\n\nBye.\n"); err != nil {
		t.Fatal(err)
	}
	writes, _ := log.take()
	if want := []string{"No such room.\r\nTry \x1b[1mnew\x1b[m.\r\n\r\nBye.\r\n"}; !slices.Equal(writes, want) {
		t.Errorf("wrote %q, want %q", writes, want)
	}
}

func TestControlsKeepTheirPlaceAmongFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &painterLog{start: time.Now()}
		p := NewPainter(log, func() { t.Error("stuck") })
		defer p.Close(false, "")
		p.Emit("<first>")
		synctest.Wait()
		p.Emit("<second>")
		p.Show(painterNumber(1))
		p.Emit("<third>")
		p.Show(painterNumber(2))
		p.Emit("<fourth>")
		time.Sleep(time.Second)
		writes, _ := log.take()
		if len(writes) != 2 || writes[0] != "<first>" || ansi.Strip(writes[1]) != "<second>"+string(rune('一'+2))+"<third><fourth>" {
			t.Errorf("wrote %q", writes)
		}
	})
}

func TestControlsThatWaitAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &painterLog{start: time.Now()}
		p := NewPainter(log, func() { t.Error("stuck") })
		defer p.Close(false, "")
		for range frameBurst {
			p.Emit("\a")
			synctest.Wait()
		}
		log.take()
		p.Emit("<old>")
		p.Show(painterNumber(1))
		for i := range 100 {
			p.Emit(fmt.Sprintf("<%d>", i))
		}
		time.Sleep(time.Second)
		writes, _ := log.take()
		want := string(rune('一' + 1))
		for i := 84; i < 100; i++ {
			want += fmt.Sprintf("<%d>", i)
		}
		if len(writes) != 1 || ansi.Strip(writes[0]) != want {
			t.Errorf("wrote %q, want the newest 16", writes)
		}
		for range frameBurst {
			p.Emit("\a")
			synctest.Wait()
		} // the next write is 16 ms away
		p.Emit(strings.Repeat("x", painterPending))
		p.Emit(strings.Repeat("y", painterPending-1))
		p.Emit("z")
		p.Emit(strings.Repeat("x", painterPending+1))
		p.Emit("z")
		time.Sleep(time.Second)
		writes, _ = log.take()
		if got := strings.Join(writes, ""); got != "\a\a\a\az" {
			t.Errorf("wrote %d bytes of controls, want the two that fit", len(got))
		}
	})
}

func TestAWriterThatPanicsEndsOnlyThePainter(t *testing.T) {
	for _, value := range []any{"room k7f3-q9xm-2tdw", io.EOF, nil} {
		called := make(chan struct{})
		p := NewPainter(painterWriter(func(b []byte) (int, error) {
			if value == nil {
				b = b[len(b):]
				b[0]++ // a runtime error
			}
			panic(value)
		}), func() { close(called) })
		p.Show(painterNumber(1))
		<-called
		p.Show(painterNumber(2))
		err := p.Close(true, "bye")
		if !errors.Is(err, errPainterPanic) || strings.Contains(err.Error(), "k7f3") {
			t.Errorf("Close: %v", err)
		}
	}
}

func TestAShortWriteIsAnError(t *testing.T) {
	p := NewPainter(painterWriter(func(b []byte) (int, error) { return len(b) - 1, nil }), func() { t.Error("stuck") })
	if err := p.Close(false, "bye"); err != io.ErrShortWrite {
		t.Errorf("Close: %v", err)
	}
}

func TestAFrameThatWasDroppedCountsFromItsOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		first := true
		p := NewPainter(painterWriter(func(b []byte) (int, error) {
			if first {
				first = false
				<-free
			}
			return len(b), nil
		}), func() { t.Error("stuck") })
		var took []time.Duration
		p.Painted = func(d time.Duration) { took = append(took, d) }
		defer p.Close(false, "")
		p.Show(painterNumber(0)) // brings nothing, and takes 3 s
		synctest.Wait()
		came := time.Now()
		for i := range 3 {
			f := painterNumber(i + 1)
			f.Came = time.Now()
			p.Show(f)
			time.Sleep(time.Second)
		}
		p.Show(painterNumber(4)) // takes account of the messages, too
		close(free)
		synctest.Wait()
		p.Show(painterNumber(5))
		synctest.Wait()
		if want := []time.Duration{time.Since(came)}; !slices.Equal(took, want) {
			t.Errorf("measured %v, want %v", took, want)
		}
	})
}
