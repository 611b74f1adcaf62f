// Package ui holds the screens of wick: the lobby, where a room is lit, the door of a
// locked room, and the chat. A server needs only Run, which shows them on a terminal.
//
// Three parts work on a session's screens. A tea.Program reads the keys. The model
// reacts to them and draws whole screens, as often as the throttle and the budget allow.
// A painter.Painter writes what changed, as fast as the terminal takes it. Between model
// and painter only the newest screen waits. A change that may wait a little, see patience,
// is drawn with the next.
//
// The model reacts to what the person does on the program's goroutine. What is new in the
// room it reads and draws on the painter's, which paints it at once: that takes one
// goroutine rather than four. If the painter waits for the terminal, the program passes
// the news on.
//
// The model does no I/O and knows no rules of rooms: commands do the I/O, and package
// rooms knows the rules. The room says that there is news, and one message at a time is on
// its way to it. No timer runs in an idle session: the painter renews the countdown when
// the room ticks.
package ui

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/ui/painter"
	"wick/sshapp/wording"
)

// The largest screen that is drawn, in cells, whatever size a terminal reports.
const (
	maxWidth  = 1000
	maxHeight = 500
)

// model is a session's tea.Model. Only Bubble Tea calls the methods of tea.Model, and the
// painter update. outcome may be called after finish. close is safe for concurrent use.
type model struct {
	newsSent atomic.Bool // a newsMsg is on its way to Update

	mu            sync.Mutex // guards what follows, but for functions; not held while waiting
	finished      bool
	env           *env
	screen        screen
	width, height int

	schedule schedule
	budget   *budget
	frame    painter.Frame // drawn by react, shown by present
	drawn    bool          // frame was not shown yet
	blank    bool          // the person has blanked the screen

	show   func(painter.Frame) // must not block; the same goes for emit and redraw
	emit   func(control string)
	redraw func() // has the next frame painted in full
}

// screen is what a session shows: the lobby, a door, a chat, or the end.
type screen interface {
	init() tea.Cmd
	update(tea.Msg) (screen, tea.Cmd)
	frame(width, height int) painter.Frame
}

// env is what the screens of a session share.
type env struct {
	Config
	ctx      context.Context // the session's; Bubble Tea gives its commands none
	stop     context.CancelFunc
	posts    context.Context // of posts, which may outlast the session's, see sayRest
	stopPost context.CancelFunc
	seat     seat
	piped    func() bool           // whether the input is a pipe
	send     func(tea.Msg)         // has Update called; waits until it is, or the program has ended
	readNews func()                // has the model react to news of the room; does not wait
	drawDue  func()                // has a frame drawn if one is due
	emit     func(control string)  // writes a control sequence once; only for react
	tick     func()                // renews the countdown on the terminal; may wait for that
	received time.Time             // see painter.Frame; only for react
	patience patience              // with what an update of the screen changed; only for react
	keys     keyRun                // the keys that are being passed on
	hidden   bool                  // the screen is blank; only for react
	rejoin   string                // the command that joins the room; set before the chat is shown
	handOver func() io.Reader      // returns what is typed from now on
	plain    *Plain                // the session goes on so; nil: it does not; only for react
	drawn    atomic.Pointer[Theme] // Theme, for the painter
}

// setTheme has everything drawn in another theme from now on.
func (e *env) setTheme(t *Theme) {
	e.Theme = t
	e.drawn.Store(t)
}

// after is tea.Tick, but ends with the session.
func (e *env) after(d time.Duration, msg tea.Msg) tea.Cmd {
	return func() tea.Msg {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			return msg
		case <-e.ctx.Done():
			return nil
		}
	}
}

// Messages of the top model.
type (
	drawMsg   struct{} // a frame may be due
	cmdMsg    tea.Cmd  // for Bubble Tea to run
	failedMsg struct{}
	noticeMsg string // a sentence to show to this session alone, as a warning
)

// newModel returns the model of a session. The caller sets show, emit and redraw and the
// size before use, and calls close, which ends all waiting.
func newModel(ctx context.Context, cfg Config) *model {
	e := &env{Config: cfg.withDefaults()}
	e.setTheme(e.Theme)
	e.ctx, e.stop = context.WithCancel(ctx)
	e.posts, e.stopPost = context.WithCancel(context.WithoutCancel(ctx))
	e.send = func(tea.Msg) {}
	e.readNews, e.drawDue, e.tick = func() {}, func() {}, func() {}
	e.piped = func() bool { return false }
	e.handOver = func() io.Reader { return nil }
	m := &model{env: e, budget: newBudget(e.Drawing)}
	e.emit = func(control string) {
		if !m.blank {
			m.emit(control)
		}
	}
	switch {
	case e.Member != nil:
		e.seat.take(e.Member)
		m.screen = newChat(e, e.Member, e.Notice)
	case !e.Door.IsZero():
		m.screen = newDoor(e, e.Door)
	default:
		m.screen = newLobby(e)
	}
	return m
}

// Init draws the first frame and starts the first command of the screen.
func (m *model) Init() (cmd tea.Cmd) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.rescue(&cmd)
	m.env.apart(func() {
		defer m.budget.spend(m.budget.begin())
		m.draw()
	})
	return m.guard(m.screen.init())
}

// Update reacts to a message.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case cmdMsg:
		return m, tea.Cmd(msg)
	case newsMsg:
		m.newsSent.Store(false)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m, m.react(msg)
}

// update is Update and View at once, for the painter's goroutine.
func (m *model) update(msg tea.Msg) {
	if cmd := m.reactAndPresent(msg); cmd != nil {
		m.env.send(cmdMsg(cmd))
	}
}

func (m *model) reactAndPresent(msg tea.Msg) tea.Cmd {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.finished {
		return nil
	}
	cmd := m.react(msg)
	m.present()
	return cmd
}

// finish ends all updates, after the program.
func (m *model) finish() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.finished = true
}

// react reacts to a message, and draws a frame if one is due.
func (m *model) react(msg tea.Msg) (cmd tea.Cmd) {
	defer m.rescue(&cmd)
	defer m.budget.spend(m.budget.begin())
	switch msg := msg.(type) {
	case failedMsg:
		m.end(wording.Crashed())
		return tea.Quit
	case drawMsg:
		return m.guard(m.drawDue())
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
	case lineEndMsg:
		if _, in := m.screen.(*chat); !in {
			close(msg.taken)
		}
	case tea.KeyMsg:
		if m.refusesPipe() {
			return tea.Quit
		}
		if !m.env.piped() && pressed(msg, keys.redraw) {
			m.redraw()
			return m.drawWithin(noPatience)
		}
		if !m.env.piped() && m.blanked(msg) {
			if m.blank {
				m.draw() // at once: somebody may look over the shoulder
				return nil
			}
			return m.drawWithin(noPatience)
		}
	case tea.MouseMsg:
		if m.blank {
			return nil
		}
	}
	if _, over := m.screen.(ended); over {
		return nil
	}
	m.env.hidden, m.env.patience = m.blank, noPatience
	m.screen, cmd = m.screen.update(msg)
	if _, over := m.screen.(ended); over {
		m.draw()
		return tea.Quit
	}
	if _, key := msg.(tea.KeyMsg); key && m.env.patience == noPatience && m.env.keys.more() {
		m.env.patience = untilLastKey
	}
	return m.guard(tea.Batch(cmd, m.drawWithin(m.env.patience)))
}

// View shows what draw has drawn, and returns nothing. Bubble Tea calls it last, after
// it has passed on the command: so the painter is the goroutine that runs next, and
// not behind the sessions of everybody else who got the same message.
func (m *model) View() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.present()
	return ""
}

// present shows the frame that was drawn, if there is one.
func (m *model) present() {
	if m.drawn {
		m.drawn = false
		m.show(m.frame)
	}
}

// draw draws the screen as it is now, for present. It returns what is to be done about what
// the person sees now, or nil.
func (m *model) draw() tea.Cmd {
	m.schedule.count(time.Now())
	f := blankFrame(m.width, m.height)
	if !m.blank {
		f = m.screen.frame(m.width, m.height)
	}
	f.ASCII = m.env.ASCII && m.env.Theme.ascii
	f.Received, m.env.received = m.env.received, time.Time{}
	m.frame, m.drawn = f, true
	if c, in := m.screen.(*chat); in && !m.blank {
		return c.drawn()
	}
	return nil
}

func (m *model) resize(width, height int) {
	m.width, m.height = min(max(width, 0), maxWidth), min(max(height, 0), maxHeight)
}

// outcome returns how the session ended. If the program was killed, that is the
// room's end, if there was one, or else the zero value.
func (m *model) outcome() wording.Outcome {
	o := m.screenOutcome()
	if m.blank {
		o.Line = "" // it names the room
	}
	return o
}

func (m *model) screenOutcome() wording.Outcome {
	if e, over := m.screen.(ended); over {
		return e.Outcome
	}
	if t, taken := m.screen.(*taken); taken {
		return t.outcome()
	}
	if c, in := m.screen.(*chat); in {
		if out, ended := m.env.Storage.Ended(c.member.State()); ended {
			return out
		}
		if c.over() {
			return m.env.Storage.BurnedOut(c.state)
		}
	}
	return wording.Outcome{}
}

// close ends the session's waits and leaves the room, if it is in one: that may
// wait for the store, for a bounded time. If a command under way still gets a
// seat, it gives it back. close may be called twice.
func (m *model) close() {
	m.schedule.stop()
	m.env.stop()
	m.env.stopPost()
	m.env.seat.close()
}
