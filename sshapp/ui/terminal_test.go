package ui

import (
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// testTerminal is a Terminal whose keyboard is a pipe.
type testTerminal struct {
	t        *testing.T
	keyboard *io.PipeWriter
	input    io.Reader
	output   io.Writer
	resized  chan struct{}
	piped    atomic.Bool

	mu            sync.Mutex
	width, height int
	onResize      func()
	onIdle        func(time.Duration)
	killed        bool
}

func newTestTerminal(t *testing.T, width, height int, output io.Writer) *testTerminal {
	input, keyboard := io.Pipe()
	return &testTerminal{
		t: t, keyboard: keyboard, input: input, output: output,
		resized: make(chan struct{}, 1), width: width, height: height,
	}
}

func (tt *testTerminal) Input() io.Reader         { return tt.input }
func (tt *testTerminal) SendsLines() bool         { return tt.piped.Load() }
func (tt *testTerminal) Output() io.Writer        { return tt.output }
func (tt *testTerminal) Resized() <-chan struct{} { return tt.resized }

func (tt *testTerminal) Size() (width, height int) {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	return tt.width, tt.height
}

func (tt *testTerminal) OnResize(f func()) {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	if tt.onResize = f; f != nil {
		go f()
	}
}

func (tt *testTerminal) OnIdle(f func(left time.Duration)) {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	tt.onIdle = f
}

func (tt *testTerminal) Kill() {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	tt.killed = true
}

func (tt *testTerminal) wasKilled() bool {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	return tt.killed
}

// types sends bytes as a client would.
func (tt *testTerminal) types(text string) {
	tt.t.Helper()
	if _, err := io.WriteString(tt.keyboard, text); err != nil {
		tt.t.Error(err)
	}
}

func (tt *testTerminal) resize(width, height int) {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	tt.width, tt.height = width, height
	select {
	case tt.resized <- struct{}{}:
	default:
	}
	if tt.onResize != nil {
		go tt.onResize()
	}
}

// idle says that the session ends soon because nothing was typed.
func (tt *testTerminal) idle(left time.Duration) {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	if tt.onIdle != nil {
		go tt.onIdle(left)
	}
}

// writeLog records when something was written.
type writeLog struct {
	mu    sync.Mutex
	start time.Time
	times []time.Duration
}

func (l *writeLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.times = append(l.times, time.Since(l.start))
	return len(p), nil
}

// restart returns the times of the writes since the last call.
func (l *writeLog) restart() []time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	times := l.times
	l.start, l.times = time.Now(), nil
	return times
}
