package ui

import (
	"context"
	"io"
	"strings"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/ui/painter"
	"wick/sshapp/wording"
)

// Terminal is a person's terminal. Its methods are safe for concurrent use.
type Terminal interface {
	// Input is what the person types. A blocked Read has to end with the
	// session's channel, since it may outlast Run.
	Input() io.Reader
	// Output is what the terminal shows.
	Output() io.Writer
	// Size returns the size in cells.
	Size() (width, height int)
	// Resized receives when Size may have changed.
	Resized() <-chan struct{}
	// OnResize runs f on a goroutine of its own: now, and whenever Resized
	// receives. Nil ends that.
	OnResize(f func())
	// OnIdle runs f on a goroutine of its own when nothing has been typed for
	// long, some time before the session ends for it. Nil ends that.
	OnIdle(f func(left time.Duration))
	// Kill closes the connection, which frees a write that is stuck.
	Kill()
}

// Run shows a session's screens until the person leaves, the room ends, the
// input ends, or ctx does. It then gives the terminal back with the outcome's
// last line on it, and leaves the room: both take a bounded time.
//
// It owns the terminal's input and output meanwhile. Of its goroutines, one that
// reads the input may outlast it until that ends, and one that waits for the store
// until that replies; it then gives back what it got.
func Run(ctx context.Context, t Terminal, cfg Config) wording.Outcome {
	return newTUI(ctx, t, cfg).run()
}

// tui is the screens of a session under way: the model says what they look like,
// the program feeds it, the painter writes.
type tui struct {
	ctx      context.Context // of the session
	stop     context.CancelFunc
	terminal Terminal
	model    *model
	program  *tea.Program
	painter  *painter.Painter
}

func newTUI(ctx context.Context, terminal Terminal, cfg Config) *tui {
	t := &tui{terminal: terminal}
	t.ctx, t.stop = context.WithCancel(ctx)
	t.model = newModel(t.ctx, cfg)
	t.painter = painter.New(terminal.Output(), terminal.Kill, painter.Config{
		Painted: cfg.Painted,
		Holds:   cfg.Holds,
		Measure: t.model.budget.measure,
		Expired: burningOut,
	})
	t.model.show, t.model.emit = t.painter.Show, t.painter.Emit
	t.model.resize(terminal.Size())
	t.program = tea.NewProgram(t.model,
		tea.WithContext(t.ctx),
		tea.WithInput(inputUntil{terminal.Input(), t.stop}),
		tea.WithOutput(io.Discard),
		tea.WithEnvironment([]string{}), // the server's own is not the terminal's
		tea.WithoutRenderer(),           // the painter draws
		tea.WithoutSignalHandler(),      // the process's signals are not a session's
		tea.WithFilter(withoutSuspend),
	)
	return t
}

func (t *tui) run() wording.Outcome {
	t.terminal.OnIdle(t.warnIdle)
	stopResizes := t.followSize()
	t.program.Run() // its error only says that it was killed; the outcome says why
	cause := context.Cause(t.ctx)
	t.stop()
	t.terminal.OnIdle(nil)
	stopResizes()
	out := t.model.outcome()
	if out == (wording.Outcome{}) {
		out = t.model.env.OutcomeOf(cause)
	}
	t.painter.Close(out.Wipe, t.model.wrapped(out.Line)) // a terminal that takes nothing was killed
	t.model.close()
	return out
}

// inputUntil calls end at the end of the input, which Bubble Tea does not heed.
type inputUntil struct {
	io.Reader
	end func()
}

func (i inputUntil) Read(p []byte) (int, error) {
	n, err := i.Reader.Read(p)
	if err != nil {
		i.end()
	}
	return n, err
}

func (t *tui) warnIdle(left time.Duration) {
	defer t.rescue()
	t.program.Send(noticeMsg(wording.Idle(left, "Any key")))
}

// followSize tells the program of new sizes until stop, which waits.
func (t *tui) followSize() (stop func()) {
	var mu sync.Mutex // one at a time, so that the last size is the newest
	var ended bool
	t.terminal.OnResize(func() {
		defer t.rescue()
		mu.Lock()
		defer mu.Unlock()
		if ended {
			return
		}
		select {
		case <-t.terminal.Resized():
			t.painter.Redraw() // the terminal may have moved what it showed
			width, height := t.terminal.Size()
			t.program.Send(tea.WindowSizeMsg{Width: width, Height: height}) // returns at once after the program's end
		default: // another call has told the program
		}
	})
	return func() {
		t.terminal.OnResize(nil)
		mu.Lock()
		ended = true
		mu.Unlock()
	}
}

// rescue ends the session after a panic on a goroutine of the terminal's.
func (t *tui) rescue() {
	if r := recover(); r != nil {
		t.model.env.Panicked(r)
		t.terminal.Kill()
	}
}

// withoutSuspend drops the message with which Bubble Tea would stop the server's
// process.
func withoutSuspend(_ tea.Model, msg tea.Msg) tea.Msg {
	if _, suspend := msg.(tea.SuspendMsg); suspend {
		return nil
	}
	return msg
}

// wrapped breaks the last lines for the terminal, which would break them within
// words.
func (m *model) wrapped(last string) string {
	if last == "" || m.width < 1 {
		return last
	}
	return strings.Join(wrap(last, m.width), "\n")
}
