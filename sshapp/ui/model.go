// Package ui is what a person at a terminal sees of wick: the lobby, where a
// room is lit, the door of a locked one, and the chat. A Model is the Bubble Tea model of one session;
// it hands whole screens, Frames, to a Painter, which writes what changed.
//
// Update does no I/O and knows no rule of rooms: commands do I/O, package
// rooms knows the rules. One command at a time waits for the room's news, and
// one message at a time is under way to it. There is no timer per session: the
// countdown is drawn anew when the room says so.
package ui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"wick/rooms"
	"wick/sshapp/wording"
)

// Limits bound what can be lit. What is zero has the default in brackets.
type Limits struct {
	TTL, MaxTTL     time.Duration // countdown: offered [10 min], longest [24 h]
	Seats, MaxSeats int           // places: offered [16], most [256]
	History         int           // messages that a room keeps [200]
	Text            int           // characters of a message [rooms.MaxText]; as the Hub has it
}

// Lobby is what the lobby starts with. What is zero is left to the Limits.
type Lobby struct {
	Name   string        // as typed; empty: a fresh name
	TTL    time.Duration // countdown
	Seats  int           // places
	Notice string        // a sentence: why the lobby shows
}

// Config is what a Model needs. Hub, Guest, Share, Invite and Show are required;
// Member, Door or the lobby decides where the session starts.
type Config struct {
	Hub      *rooms.Hub
	Guest    func(rooms.Name) rooms.Guest    // who this session is in a room of that name; safe from any goroutine
	Share    func(rooms.Name) string         // the exact command that lets others in
	Invite   func(rooms.Name, string) string // the one with the token of an invitation
	Limits   Limits
	Theme    *Theme         // default: without colours
	Location *time.Location // of the times shown; default UTC
	Member   *rooms.Member  // already in a room: Close leaves it
	Door     rooms.Name     // without a Member: at the door of that room; none: in the lobby
	Lobby    Lobby
	Notice   string // a sentence, shown once in the chat
	Storage  wording.Storage
	OSC777   bool // the terminal shows notifications by OSC 777 rather than OSC 9

	Width, Height int // cells; default 80×24 until a tea.WindowSizeMsg

	// Light lights a room for the lobby. Default: Hub.Light.
	Light func(context.Context, rooms.Lighting) (rooms.Room, error)
	// LightNew does so under a name that was generated. Default: Light.
	LightNew func(context.Context, rooms.Lighting) (rooms.Room, error)
	// Enter takes a seat in a room that the lobby did not light. Default: Hub.Enter.
	Enter func(context.Context, rooms.Name, rooms.Guest) (*rooms.Member, error)

	Drawing *Budget // of all sessions of the address; nil: only the session's own bounds it

	Show func(Frame)          // must not block
	Emit func(control string) // must not block; default: nothing is emitted

	// Panicked is told of a panic, from the stack of whoever panicked; the
	// session ends. Default: nobody is told.
	Panicked func(value any)
}

// What is drawn at most, in cells, whatever a terminal claims to be.
const (
	maxWidth  = 1000
	maxHeight = 500
)

// Model is a session's tea.Model. Bubble Tea calls its methods; Outcome is for
// after the program ended, Close for any time from any goroutine.
type Model struct {
	env           *env
	screen        screen
	width, height int

	throttle  throttle
	budget    *budget
	scheduled bool  // a drawMsg is under way
	blank     bool  // nothing is shown until the same key comes again
	next      Frame // drawn by Update, handed on by View
	fresh     bool  // next was not handed on yet
}

// screen is what is shown and reacts: the lobby, a door, a chat, or the end.
type screen interface {
	init() tea.Cmd
	update(tea.Msg) (screen, tea.Cmd)
	frame(width, height int) Frame
}

// env is what the screens of a session share.
type env struct {
	Config
	// The session's context: a command of Bubble Tea is given none.
	ctx  context.Context
	stop context.CancelFunc
	seat seat
	came time.Time // see Frame.Came; of Update alone
}

// after answers the message when d is over. It is tea.Tick, but ends with the
// session.
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
	drawMsg   struct{}
	failedMsg struct{}
)

// New returns the model of a session. The context ends all its waits; Close
// must be called.
func New(ctx context.Context, cfg Config) *Model {
	e := &env{Config: cfg.withDefaults()}
	e.ctx, e.stop = context.WithCancel(ctx)
	m := &Model{env: e, budget: newBudget(e.Drawing)}
	emit := e.Emit
	e.Emit = func(control string) {
		if !m.blank {
			emit(control)
		}
	}
	m.resize(e.Width, e.Height)
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

func (c Config) withDefaults() Config {
	if c.Theme == nil {
		c.Theme = NewTheme(termenv.Ascii)
	}
	if c.Location == nil {
		c.Location = time.UTC
	}
	if c.Emit == nil {
		c.Emit = func(string) {}
	}
	if c.Light == nil && c.Hub != nil {
		c.Light = c.Hub.Light
	}
	if c.LightNew == nil {
		c.LightNew = c.Light
	}
	if c.Enter == nil && c.Hub != nil {
		c.Enter = c.Hub.Enter
	}
	if c.Panicked == nil {
		c.Panicked = func(any) {}
	}
	if c.Width == 0 && c.Height == 0 {
		c.Width, c.Height = 80, 24
	}
	l := &c.Limits
	l.TTL = either(l.TTL, 10*time.Minute)
	l.MaxTTL = either(l.MaxTTL, 24*time.Hour)
	l.Seats = either(l.Seats, 16)
	l.MaxSeats = either(l.MaxSeats, 256)
	l.History = either(l.History, 200)
	l.Text = either(l.Text, rooms.MaxText)
	c.Lobby.TTL = either(c.Lobby.TTL, l.TTL)
	c.Lobby.Seats = either(c.Lobby.Seats, l.Seats)
	return c
}

func either[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Init draws the first frame and starts what the screen waits for.
func (m *Model) Init() (cmd tea.Cmd) {
	defer m.rescue(&cmd)
	defer m.budget.spend(beginWork())
	m.draw()
	return m.guard(m.screen.init())
}

// Update reacts to a message and draws.
func (m *Model) Update(msg tea.Msg) (model tea.Model, cmd tea.Cmd) {
	model = m // also after a panic
	defer m.rescue(&cmd)
	defer m.budget.spend(beginWork())
	switch msg := msg.(type) {
	case failedMsg:
		m.end(wording.Crashed())
		return m, tea.Quit
	case drawMsg:
		m.scheduled = false
		m.draw()
		return m, nil
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
	case tea.KeyMsg:
		if m.blanked(msg) {
			if m.blank {
				m.draw() // at once: somebody looks over the shoulder
				return m, nil
			}
			return m, m.drawSoon()
		}
	case tea.MouseMsg:
		if m.blank {
			return m, nil
		}
	}
	if _, over := m.screen.(ended); over {
		return m, nil
	}
	m.screen, cmd = m.screen.update(msg)
	if _, over := m.screen.(ended); over {
		m.draw()
		return m, tea.Quit
	}
	return m, m.guard(tea.Batch(cmd, m.drawSoon()))
}

// drawSoon draws, or returns a command that has it done when a frame may come.
func (m *Model) drawSoon() tea.Cmd {
	if m.scheduled {
		return nil
	}
	now := time.Now()
	wait := max(m.throttle.wait(now), m.budget.wait(now))
	if wait <= 0 {
		m.draw()
		return nil
	}
	m.scheduled = true
	return m.env.after(wait, drawMsg{})
}

// View hands on what Update drew and answers nothing: the painter writes.
func (m *Model) View() string {
	if m.fresh {
		m.fresh = false
		m.env.Show(m.next)
	}
	return ""
}

func (m *Model) draw() {
	m.throttle.count(time.Now())
	came := m.env.came
	if m.fresh {
		came = older(m.next.Came, came)
	}
	if m.fresh = true; m.blank {
		m.next = nothing(m.width, m.height)
	} else {
		m.next = m.screen.frame(m.width, m.height)
	}
	m.next.budget = m.budget
	m.next.Came, m.env.came = came, time.Time{}
}

func (m *Model) resize(width, height int) {
	m.width, m.height = min(max(width, 0), maxWidth), min(max(height, 0), maxHeight)
}

// Outcome is how the session ended. For after the program ended, also when it
// was killed: then it is the room's end, if that came, or else nothing.
func (m *Model) Outcome() wording.Outcome {
	o := m.outcome()
	if m.blank {
		o.Line = "" // it names the room
	}
	return o
}

func (m *Model) outcome() wording.Outcome {
	if e, over := m.screen.(ended); over {
		return e.Outcome
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

// Close ends the session's waits and leaves the room, if it is in one: it may
// wait for the store, for a bounded time. A seat that a command in flight
// still gets is given back by that command. It may be called twice.
func (m *Model) Close() {
	m.env.stop()
	m.env.seat.close()
}

// Filter drops the messages of Bubble Tea that concern the server's own
// process rather than a session. For tea.WithFilter.
func Filter(_ tea.Model, msg tea.Msg) tea.Msg {
	if _, suspend := msg.(tea.SuspendMsg); suspend {
		return nil
	}
	return msg
}
