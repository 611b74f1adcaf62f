package ui

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"wick/rooms"
	"wick/sshapp/ui/painter"
)

// signals is the output of a session: it receives with each write.
type signals chan struct{}

func (w signals) Write(p []byte) (int, error) {
	w <- struct{}{}
	return len(p), nil
}

// benchSession runs the screens of a member until the benchmark ends. Keys are what the
// person types.
func benchSession(b *testing.B, m *rooms.Member) (keys io.Writer, out signals) {
	b.Helper()
	terminal := newTestTerminal(nil, 80, 24, nil)
	out = make(signals, 64)
	terminal.output = out
	done := make(chan struct{})
	go func() {
		defer close(done)
		Run(b.Context(), terminal, &Config{
			Member: m, Theme: NewTheme(termenv.ANSI256),
			Share: func(rooms.Name) string { return "ssh plans@wick.example" },
		})
	}()
	b.Cleanup(func() {
		terminal.keyboard.Close()
		for {
			select {
			case <-out:
			case <-done:
				return
			}
		}
	})
	<-out
	return terminal.keyboard, out
}

// What a message costs from the store to the terminal, in everything but SSH. The memory
// is that of the post and of one session that shows it.
func BenchmarkSessionShowsAMessage(b *testing.B) {
	ana := benchMember(b)
	_, out := benchSession(b, ana)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if err := ana.Post(b.Context(), fmt.Sprintf("message %d, of the length that people tend to write in a chat", n)); err != nil {
			b.Fatal(err)
		}
		<-out
	}
}

// What a key costs from the parser of the input to the terminal.
func BenchmarkSessionEchoesAKey(b *testing.B) {
	keys, out := benchSession(b, benchMember(b))
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		key := "x"
		if n%2 == 1 {
			key = "\x7f"
		}
		if _, err := io.WriteString(keys, key); err != nil {
			b.Fatal(err)
		}
		<-out
	}
}

// What a second of the countdown costs an idle session.
func BenchmarkSessionTicks(b *testing.B) {
	left := time.Hour
	row := &countdownRow{theme: NewTheme(termenv.ANSI256), span: time.Hour, width: 80}
	out := make(signals, 1)
	p := painter.New(out, func() { b.Error("stuck") }, painter.Config{Measure: newBudget(nil).measure})
	p.Show(painter.Frame{Width: 80, Height: 24, CursorX: 2, CursorY: 22, Clock: &painter.Clock{
		Row:  1,
		Text: func() (still, moving string) { return row.text(left) },
	}})
	<-out
	b.ReportAllocs()
	for b.Loop() {
		if left -= time.Second; left == 0 {
			left = time.Hour
		}
		p.Tick()
		<-out
	}
	if err := p.Close(false, ""); err != nil {
		b.Error(err)
	}
}
