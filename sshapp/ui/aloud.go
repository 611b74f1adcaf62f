package ui

import (
	"context"
	"fmt"
	"strings"
	"sync"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/wording"
)

// Aloud is a room for a session without a screen: the commands of the chat, in
// the same words, as lines of text. Its methods are for one goroutine.
type Aloud struct {
	chat    *chat // never drawn
	came    chan tea.Msg
	running int // commands of Bubble Tea under way
	work    sync.WaitGroup
}

// NewAloud is for the session of cfg.Member. The context ends all its waits;
// Close must be called.
func NewAloud(ctx context.Context, cfg Config) *Aloud {
	e := &env{Config: cfg.withDefaults()}
	e.ctx, e.stop = context.WithCancel(ctx)
	c := &chat{env: e, member: cfg.Member, state: cfg.Member.State(), line: newLine(e.Limits.Text)}
	c.log = transcript{theme: e.Theme, loc: e.Location, me: c.state.You.Identity}
	return &Aloud{chat: c, came: make(chan tea.Msg)}
}

// Close ends what is under way and waits for that. The member stays.
func (a *Aloud) Close() {
	a.chat.env.stop()
	a.work.Wait()
}

// Greeting is what is said on entering.
func (a *Aloud) Greeting() string {
	c := a.chat
	c.state = c.member.State()
	text := []string{
		fmt.Sprintf("%s burns for another %s. Others join with:\n%s", c.state.Room.Name, wording.Spell(c.member.Left()), c.share()),
		wording.Roster(c.state),
		"What is said here is gone when the wick is out, but nothing wipes what your terminal shows in this mode. /help",
		c.env.Storage.Keeping(),
	}
	if c.env.Notice != "" {
		text = append(text, rooms.CleanText(c.env.Notice))
	}
	return strings.Join(text, "\n")
}

// Reads tells whether the next line is for Command: an answer, or a command
// rather than a message.
func (a *Aloud) Reads(line string) bool {
	return a.chat.asking != nil || commands(line)
}

// Said is the message for a line that is none for Command.
func (a *Aloud) Said(line string) string { return said(line) }

// Busy tells whether a command is under way.
func (a *Aloud) Busy() bool { return a.running > 0 }

// Command does what a line asks for that Reads told to be one. It answers what
// is to be said at once, and how the session ends, if it does.
func (a *Aloud) Command(line string) (text string, over *wording.Outcome) {
	c := a.chat
	c.state = c.member.State()
	line = strings.TrimSpace(line)
	switch {
	case c.asking != nil:
		if strings.EqualFold(line, "yes") {
			line = "y"
		}
		cmd := c.answered(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(line)})
		return a.then(c, cmd)
	case line == "/help":
		return helpAloud(), nil
	case line == "/reveal":
		return "Words that burn are shown on screens only: lines cannot be taken back.", nil
	}
	text, over = a.then(c.run(line))
	if c.asking != nil {
		text = c.asking.text
	}
	return text, over
}

// Came has what a command brought back, for Take.
func (a *Aloud) Came() <-chan tea.Msg { return a.came }

// Take answers as Command does.
func (a *Aloud) Take(msg tea.Msg) (text string, over *wording.Outcome) {
	a.running--
	switch msg := msg.(type) {
	case nil:
		return "", nil
	case failedMsg:
		out := wording.Crashed()
		return "", &out
	case tea.BatchMsg:
		for _, cmd := range msg {
			a.start(cmd)
		}
		return "", nil
	}
	return a.then(a.chat.update(msg))
}

func (a *Aloud) then(s screen, cmd tea.Cmd) (text string, over *wording.Outcome) {
	if e, ok := s.(ended); ok {
		over = &e.Outcome
	}
	a.start(cmd)
	return a.told(), over
}

// start runs a command as Bubble Tea would. It ends with Close.
func (a *Aloud) start(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	a.running++
	guarded := (&Model{env: a.chat.env}).guard(cmd)
	a.work.Go(func() {
		msg := guarded()
		select {
		case a.came <- msg:
		case <-a.chat.env.ctx.Done():
		}
	})
}

// told is what the chat has noted for its own session since the last time.
func (a *Aloud) told() string {
	var all []string
	for _, n := range a.chat.log.notes {
		all = append(all, strings.TrimPrefix(n.text, copiedNote+"\n"))
	}
	a.chat.log.notes = nil
	a.chat.line.set("") // what it gives back has been typed before, and can be seen above
	return strings.Join(all, "\n")
}

// Leave is the outcome of who leaves.
func (a *Aloud) Leave() wording.Outcome {
	c := a.chat
	c.state = c.member.State()
	if c.over() {
		return c.env.Storage.BurnedOut(c.state)
	}
	return wording.LeftRoom(c.state.Room)
}
