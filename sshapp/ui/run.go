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
	// SendsLines reports whether Input has so far been lines of a pipe rather than
	// keys: each ends in Enter.
	SendsLines() bool
	// Output is what the terminal shows.
	Output() io.Writer
	// Size returns the size in cells.
	Size() (width, height int)
	// Resized receives when Size may have changed.
	Resized() <-chan struct{}
	// OnResize runs f on a goroutine of its own: now, and whenever Resized
	// receives. Nil ends that.
	OnResize(f func())
	// OnIdle runs f on a goroutine of its own some time before the session ends
	// because nothing was typed. Nil ends that.
	OnIdle(f func(left time.Duration))
	// Kill ends the session, and a write that is stuck.
	Kill()
}

// Run shows a session's screens until the person leaves, the room ends, the
// input ends, or ctx does. Messages entered until then are said first, for LeaveLimit
// at most. Run then gives the terminal back with the outcome's last line on it, and
// leaves the room: both take a bounded time. If the person wants plain lines, it stays
// in the room and returns how to go on.
//
// It owns the terminal's input and output meanwhile. Two of its goroutines may outlast
// it: one that reads the input, until that ends, and one that waits for the store, until
// that replies. The latter gives back a seat that it still gets.
//
// It does not use cfg once the screens run. A copy would stay on the stack meanwhile.
func Run(ctx context.Context, terminal Terminal, cfg *Config) (wording.Outcome, *Plain) {
	var t *tui
	cfg.apart(func() { t = newTUI(ctx, terminal, cfg) })
	out := t.run()
	return out, t.plain
}

// tui runs the screens of a session: the program reads the terminal, the model draws,
// and the painter writes.
type tui struct {
	ctx      context.Context // of the session
	stop     context.CancelFunc
	terminal Terminal
	source   *source
	model    *model
	program  *tea.Program
	painter  *painter.Painter
	plain    *Plain // after run; nil: the session has ended
}

func newTUI(ctx context.Context, terminal Terminal, cfg *Config) *tui {
	t := &tui{terminal: terminal, source: newSource(terminal.Input())}
	t.ctx, t.stop = context.WithCancel(ctx)
	t.model = newModel(t.ctx, *cfg)
	t.painter = painter.New(terminal.Output(), terminal.Kill, painter.Config{
		Painted:  cfg.Painted,
		Holds:    cfg.Holds,
		Measure:  t.model.budget.measure,
		Recorded: cfg.Recorded,
		Expired: func(width, height int) painter.Frame {
			return burningOut(t.model.env.drawn.Load(), width, height)
		},
	})
	t.model.show, t.model.emit, t.model.redraw = t.painter.Show, t.painter.Emit, t.painter.Redraw
	t.model.env.tick = t.painter.Tick
	t.model.env.piped = terminal.SendsLines
	t.model.env.handOver = t.source.handOver
	t.model.resize(terminal.Size())
	t.program = tea.NewProgram(t.model,
		tea.WithContext(t.ctx),
		tea.WithInput(&input{tui: t, src: t.source}),
		tea.WithOutput(io.Discard),
		tea.WithEnvironment([]string{}), // the server's says nothing about the terminal
		tea.WithoutRenderer(),           // the painter draws
		tea.WithoutSignalHandler(),      // the process's signals are not a session's
		tea.WithFilter(withoutSuspend),
	)
	t.model.env.send = t.program.Send
	t.model.env.readNews, t.model.env.drawDue = t.newsReader(), t.dueDrawer()
	return t
}

func (t *tui) run() wording.Outcome {
	t.runProgram()
	return t.end(context.Cause(t.ctx))
}

// runProgram runs the program, and ends whatever else would change the screen.
func (t *tui) runProgram() {
	t.terminal.OnIdle(t.warnIdle)
	stopResizes := t.followSize()
	t.program.Run() // its error only says that it was killed; the context says why
	t.model.finish()
	if in := t.model.env.seat.held(); in != nil {
		unhook(in)
	}
	t.terminal.OnIdle(nil)
	stopResizes()
}

// end ends the screens after the program, which ended for cause if nobody else ended it.
func (t *tui) end(cause error) wording.Outcome {
	t.stop()
	out := t.model.outcome()
	if out == (wording.Outcome{}) {
		out = t.model.env.OutcomeOf(cause)
	}
	if out == (wording.Outcome{}) { // the client hung up
		t.model.sayRest()
	}
	t.painter.Close(out.Wipe, t.model.lastLines(out)) // if it fails, the terminal was killed
	if out == (wording.Outcome{}) {
		t.goOnInPlainLines()
	}
	t.model.close()
	return out
}

// goOnInPlainLines sets plain if the person wants that.
func (t *tui) goOnInPlainLines() {
	if plain := t.model.env.plain; plain != nil && t.model.env.seat.release() {
		plain.Read = t.painter.Mark()
		t.plain = plain
	}
}

// newsReader returns a function that has the model read what is new in the room, and does
// not block.
func (t *tui) newsReader() func() {
	read := func() { t.model.update(newsMsg{}) }
	return func() {
		if !t.painter.Do(read) && !t.model.newsSent.Swap(true) {
			go t.program.Send(newsMsg{})
		}
	}
}

// dueDrawer returns a function that has the model draw what has changed.
func (t *tui) dueDrawer() func() {
	draw := func() { t.model.update(drawMsg{}) }
	return func() {
		if !t.painter.Do(draw) {
			t.program.Send(drawMsg{})
		}
	}
}

func (t *tui) warnIdle(left time.Duration) {
	defer t.rescue()
	t.program.Send(noticeMsg(wording.Idle(left, "Any key")))
}

// followSize passes new sizes to the program until stop, which waits for the last one.
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
			t.painter.Redraw() // the terminal may have moved its text
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

// rescue ends the session after a panic on a goroutine of the terminal. It is deferred.
func (t *tui) rescue() {
	if r := recover(); r != nil {
		t.model.env.Panicked(r)
		t.terminal.Kill()
	}
}

// withoutSuspend drops the message on which Bubble Tea would stop the server's process.
func withoutSuspend(_ tea.Model, msg tea.Msg) tea.Msg {
	if _, suspend := msg.(tea.SuspendMsg); suspend {
		return nil
	}
	return msg
}

// lastLines returns the last line of an outcome, broken between words for the width of
// the terminal. If the session ended by a fault while the room burns on, the command
// that joins it follows, whole.
func (m *model) lastLines(o wording.Outcome) string {
	last := o.Line
	if last != "" && m.width > 0 {
		last = strings.Join(wrap(last, m.width), "\n")
	}
	if in := m.env.seat.held(); o.Rejoin && !m.blank && in != nil && in.LivesOn() {
		last += "\n" + m.env.rejoin
	}
	return last
}
