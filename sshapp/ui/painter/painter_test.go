package painter

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

// writeLog is a writer that notes what was written when.
type writeLog struct {
	start time.Time

	mu     sync.Mutex
	writes []string
	times  []time.Duration // since start
}

func (l *writeLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writes = append(l.writes, string(p))
	l.times = append(l.times, time.Since(l.start))
	return len(p), nil
}

// take returns what was written since the last take.
func (l *writeLog) take() (writes []string, times []time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	writes, times = l.writes, l.times
	l.writes, l.times = nil, nil
	return writes, times
}

// writerFunc writes with a function.
type writerFunc func(p []byte) (int, error)

func (w writerFunc) Write(p []byte) (int, error) { return w(p) }

// numbered returns a frame that differs from all others in its first cell.
func numbered(n int) Frame {
	return Frame{Width: 80, Height: 3, Rows: []string{string(rune('一' + n))}, CursorY: -1}
}

// numberOf returns the number of the frame that was written.
func numberOf(written string) int { return int([]rune(ansi.Strip(written))[0] - '一') }

func TestAFrameLikeTheLastIsNotWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &writeLog{start: time.Now()}
		p := New(log, func() { t.Error("stuck") }, Config{})
		defer p.Close(false, "")
		for range 10 {
			p.Show(numbered(1))
			time.Sleep(time.Second)
		}
		if writes, _ := log.take(); len(writes) != 1 {
			t.Errorf("10 like frames took %d writes", len(writes))
		}
		p.Redraw()
		p.Show(numbered(1))
		time.Sleep(time.Second)
		if writes, _ := log.take(); len(writes) != 1 || numberOf(writes[0]) != 1 {
			t.Errorf("the redraw wrote %q", writes)
		}
	})
}

func TestASlowTerminalHoldsNobodyUpAndGetsTheNewestFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &writeLog{start: time.Now()}
		release := make(chan struct{})
		p := New(writerFunc(func(b []byte) (int, error) {
			<-release
			return log.Write(b)
		}), func() { t.Error("stuck") }, Config{})
		defer p.Close(false, "")
		before := time.Now()
		for i := range 10_000 {
			p.Show(numbered(i))
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
		if len(writes) != 2 || numberOf(writes[0]) != 0 || numberOf(writes[1]) != 9_999 {
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
		p := New(writerFunc(func([]byte) (int, error) {
			writes++
			<-broken
			return 0, errBroken
		}), func() {
			after = append(after, time.Since(start))
			close(broken)
		}, Config{})
		p.Show(numbered(1))
		time.Sleep(time.Minute)
		synctest.Wait()
		if !slices.Equal(after, []time.Duration{15 * time.Second}) {
			t.Errorf("stuck after %v, want once after 15 s", after)
		}
		p.Show(numbered(2))
		p.Emit("\a")
		if err := p.Close(true, "bye"); err != errBroken {
			t.Errorf("Close: %v, want the error of the write", err)
		}
		if took := time.Since(start); writes != 1 || took != time.Minute {
			t.Errorf("after a failed write there were %d more, and %v of waiting", writes-1, took-time.Minute)
		}
	})
}

func TestAWriteThatEndsAfterAllIsNoError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := make(chan struct{})
		start := time.Now()
		p := New(writerFunc(func(b []byte) (int, error) {
			<-broken
			return len(b), nil
		}), sync.OnceFunc(func() { close(broken) }), Config{})
		p.Show(numbered(1))
		<-broken
		if took := time.Since(start); took != writeLimit {
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
		p := New(writerFunc(func([]byte) (int, error) {
			<-broken
			return 0, io.ErrClosedPipe
		}), func() { close(broken) }, Config{})
		p.Show(numbered(1))
		synctest.Wait()
		start := time.Now()
		if err := p.Close(false, ""); err != io.ErrClosedPipe || time.Since(start) != closeLimit {
			t.Errorf("Close: %v after %v", err, time.Since(start))
		}

		// They do not even then.
		never, stuck := make(chan struct{}), 0
		p = New(writerFunc(func([]byte) (int, error) {
			<-never
			return 0, io.ErrClosedPipe
		}), func() { stuck++ }, Config{})
		p.Show(numbered(1))
		synctest.Wait()
		start = time.Now()
		if err := p.Close(false, ""); err != errStuck || time.Since(start) != closeLimit+closeGrace || stuck != 1 {
			t.Errorf("Close: %v after %v, stuck called %d times", err, time.Since(start), stuck)
		}
		close(never)
	})
}

func TestWhatIsNotPaintedWhenThePainterClosesNeverIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &writeLog{start: time.Now()}
		release := make(chan struct{})
		p := New(writerFunc(func(b []byte) (int, error) {
			<-release
			return log.Write(b)
		}), func() { t.Error("stuck") }, Config{})
		p.Show(numbered(1))
		synctest.Wait()
		p.Show(numbered(2))
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
		p.Show(numbered(3))
		p.Emit("secret")
		p.Redraw()
		close(release)
		closing.Wait()
		writes, _ := log.take()
		if len(writes) != 2 || numberOf(writes[0]) != 1 || ansi.Strip(writes[1]) != "The room burned out.\r\n" {
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
	log := &writeLog{start: time.Now()}
	p := New(log, func() { t.Error("stuck") }, Config{})
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
		log := &writeLog{start: time.Now()}
		release := make(chan struct{})
		p := New(writerFunc(func(b []byte) (int, error) {
			<-release
			return log.Write(b)
		}), func() { t.Error("stuck") }, Config{})
		defer p.Close(false, "")
		p.Emit("<first>")
		synctest.Wait() // it is being written, and what follows waits
		p.Emit("<second>")
		p.Show(numbered(1))
		p.Emit("<third>")
		p.Show(numbered(2))
		p.Emit("<fourth>")
		close(release)
		time.Sleep(time.Second)
		writes, _ := log.take()
		if len(writes) != 2 || writes[0] != "<first>" || ansi.Strip(writes[1]) != "<second>"+string(rune('一'+2))+"<third><fourth>" {
			t.Errorf("wrote %q", writes)
		}
	})
}

func TestControlsThatWaitAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &writeLog{start: time.Now()}
		var release chan struct{}
		p := New(writerFunc(func(b []byte) (int, error) {
			<-release
			return log.Write(b)
		}), func() { t.Error("stuck") }, Config{})
		defer p.Close(false, "")
		// whileWriting has the controls wait for a write to end.
		whileWriting := func(emit func()) []string {
			release = make(chan struct{})
			p.Emit("\a")
			synctest.Wait()
			emit()
			close(release)
			synctest.Wait()
			writes, _ := log.take()
			return writes[1:]
		}
		writes := whileWriting(func() {
			p.Emit("<old>")
			p.Show(numbered(1))
			for i := range 100 {
				p.Emit(fmt.Sprintf("<%d>", i))
			}
		})
		want := string(rune('一' + 1))
		for i := 84; i < 100; i++ {
			want += fmt.Sprintf("<%d>", i)
		}
		if len(writes) != 1 || ansi.Strip(writes[0]) != want {
			t.Errorf("wrote %q, want the newest 16", writes)
		}
		writes = whileWriting(func() {
			p.Emit(strings.Repeat("x", maxControlSize))
			p.Emit(strings.Repeat("y", maxControlSize-1))
			p.Emit("z")
			p.Emit(strings.Repeat("x", maxControlSize+1))
			p.Emit("z")
		})
		if got := strings.Join(writes, ""); got != "z" {
			t.Errorf("wrote %d bytes of controls, want the one that fits", len(got))
		}
	})
}

func TestAWriterThatPanicsEndsOnlyThePainter(t *testing.T) {
	for _, value := range []any{"room k7f3-q9xm-2tdw", io.EOF, nil} {
		called := make(chan struct{})
		p := New(writerFunc(func(b []byte) (int, error) {
			if value == nil {
				b = b[len(b):]
				b[0]++ // a runtime error
			}
			panic(value)
		}), func() { close(called) }, Config{})
		p.Show(numbered(1))
		<-called
		p.Show(numbered(2))
		err := p.Close(true, "bye")
		if !errors.Is(err, errPanic) || strings.Contains(err.Error(), "k7f3") {
			t.Errorf("Close: %v", err)
		}
	}
}

func TestAShortWriteIsAnError(t *testing.T) {
	p := New(writerFunc(func(b []byte) (int, error) { return len(b) - 1, nil }), func() { t.Error("stuck") }, Config{})
	if err := p.Close(false, "bye"); err != io.ErrShortWrite {
		t.Errorf("Close: %v", err)
	}
}

// A frame that a newer one or the end replaced was not shown.
func TestTheMarkIsThatOfTheNewestFrameShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		p := New(writerFunc(func(b []byte) (int, error) {
			<-free
			return len(b), nil
		}), func() { t.Error("stuck") }, Config{})
		marked := func(mark uint64) Frame {
			f := numbered(int(mark))
			f.Mark = mark
			return f
		}
		p.Show(marked(1))
		synctest.Wait()
		p.Show(marked(2))
		if got := p.Mark(); got != 0 {
			t.Errorf("while frame 1 is being written the mark is %d", got)
		}
		free <- struct{}{}
		synctest.Wait()
		p.Show(marked(3))
		if got := p.Mark(); got != 1 {
			t.Errorf("after frame 1 the mark is %d", got)
		}
		close(free)
		synctest.Wait()
		p.Show(numbered(4)) // has none
		synctest.Wait()
		p.Close(false, "")
		if got := p.Mark(); got != 3 {
			t.Errorf("at the end the mark is %d", got)
		}
	})
}

func TestAFrameThatWasDroppedCountsFromItsOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		first := true
		var took []time.Duration
		p := New(writerFunc(func(b []byte) (int, error) {
			if first {
				first = false
				<-free
			}
			return len(b), nil
		}), func() { t.Error("stuck") }, Config{Painted: func(d time.Duration) { took = append(took, d) }})
		defer p.Close(false, "")
		p.Show(numbered(0)) // brings nothing, and takes 3 s
		synctest.Wait()
		received := time.Now()
		for i := range 3 {
			f := numbered(i + 1)
			f.Received = time.Now()
			p.Show(f)
			time.Sleep(time.Second)
		}
		p.Show(numbered(4)) // takes account of the messages, too
		close(free)
		synctest.Wait()
		p.Show(numbered(5))
		synctest.Wait()
		if want := []time.Duration{time.Since(received)}; !slices.Equal(took, want) {
			t.Errorf("measured %v, want %v", took, want)
		}
	})
}
