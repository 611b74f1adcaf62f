package ui

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/slash"
	"wick/sshapp/wording"
)

// slowPost is how long a message may be under way before that is shown.
const slowPost = 300 * time.Millisecond

// Messages of the chat.
type (
	newsMsg   struct{}
	postedMsg struct{ err error }
	slowMsg   struct{ flight uint64 }
	ranMsg    struct { // a command that asked the room came back
		typed string
		reply slash.Reply
		err   error
	}
)

// chat is the screen of a room.
type chat struct {
	env       *env
	member    *rooms.Member
	state     rooms.State
	log       transcript
	line      line
	said      history
	tab       *tabbing        // nil: nothing is being chosen
	completer slash.Completer // finds what to choose from
	cut       bool            // the limit has kept something out of the draft, and that was said
	out       outbox
	asking    *pendingQuestion // nil: none
	busy      bool             // a command asks the room

	attention attention
	knocks    wording.Knocks
	hint      typingHint
	mouseless bool // the wheel is the terminal's own
	burnt     bool // see over
	look      look
}

func newChat(e *env, m *rooms.Member, notice string) *chat {
	c := &chat{env: e, member: m, state: m.State(), line: newLine(e.Limits.Text)}
	c.log = transcript{theme: e.Theme, loc: e.Location, me: c.state.You.Identity}
	c.log.use(roomRows(m))
	c.log.alias = c.state.You.Alias
	c.log.take(m.Since(0))
	c.knocked()
	c.attention = attention{bell: slash.BellMentions, heard: c.state.Messages}
	if c.state.Seen > 0 {
		c.log.markNew(c.state.Seen)
	}
	c.tell(e.Storage.Greeting(c.share()))
	if notice != "" {
		c.log.tell(remark, rooms.CleanText(notice))
	}
	return c
}

func (c *chat) share() string { return c.env.Share(c.state.Room.Name) }

// tell and warn add lines that only this session sees.
func (c *chat) tell(text string) { c.log.tell(aside, text) }
func (c *chat) warn(text string) { c.log.tell(warning, text) }

// init is the first command: the one that waits for news.
func (c *chat) init() tea.Cmd { return c.wait() }

// wait returns the command that waits for the room's news. One is outstanding at any
// time.
func (c *chat) wait() tea.Cmd {
	news, done := c.member.News(), c.env.ctx.Done()
	return func() tea.Msg {
		select {
		case <-news:
			return newsMsg{}
		case <-done:
			return nil
		}
	}
}

func (c *chat) update(msg tea.Msg) (screen, tea.Cmd) {
	if c.over() {
		return c.afterDeadline(msg)
	}
	switch msg := msg.(type) {
	case newsMsg:
		c.state = c.member.State()
		if end := c.state.End; end != nil || c.over() {
			return c.afterDeadline(msg)
		}
		log := c.member.Since(0)
		c.env.came = older(c.env.came, log.Came)
		c.log.alias = c.state.You.Alias
		c.log.use(roomRows(c.member))
		c.log.take(log)
		c.knocked()
		c.onMessages()
		return c, c.wait()
	case tea.FocusMsg, tea.BlurMsg:
		_, has := msg.(tea.FocusMsg)
		c.attention.focus(has)
	case typingMsg:
		return c, c.typing()
	case NoticeMsg:
		c.warn(string(msg))
	case postedMsg:
		return c, c.posted(msg.err)
	case slowMsg:
		c.out.slow = msg.flight == c.out.flight && len(c.out.queue) > 0
	case ranMsg:
		c.busy = false
		if msg.err != nil {
			c.giveBack([]outgoing{{msg.typed, msg.typed}}, msg.err)
		} else {
			c.reply(msg.reply)
		}
	case tea.MouseMsg:
		c.wheel(msg)
	case tea.KeyMsg:
		if c.asking != nil && !pressed(msg, keys.quit) {
			return c, c.answered(msg)
		}
		return c.key(msg)
	}
	return c, nil
}

func (c *chat) key(k tea.KeyMsg) (screen, tea.Cmd) {
	switch {
	case pressed(k, keys.complete):
		c.complete(1)
		return c, nil
	case pressed(k, keys.completeBack):
		c.complete(-1)
		return c, nil
	case pressed(k, keys.escape) && c.tab != nil:
		c.unchoose()
		return c, nil
	}
	c.tab = nil
	switch {
	case pressed(k, keys.quit), pressed(k, keys.eof) && c.line.empty():
		return c.leave()
	case pressed(k, keys.enter):
		return c.enter()
	case pressed(k, keys.reveal):
		return c, c.start("", c.reveal)
	case pressed(k, keys.up):
		c.climb(-1)
	case pressed(k, keys.down):
		c.climb(1)
	case c.scroll(k):
	default:
		c.edit(k)
		return c, c.typed()
	}
	return c, nil
}

func (c *chat) leave() (screen, tea.Cmd) { return ended{wording.LeftRoom(c.state.Room)}, nil }

// reveal shows the burning messages that are hidden.
func (c *chat) reveal(ctx context.Context) (slash.Reply, error) {
	return slash.Reply{}, c.member.Reveal(ctx)
}

// enter says what was typed, or runs it as a command.
func (c *chat) enter() (screen, tea.Cmd) {
	c.log.follow()
	text := c.line.text()
	switch {
	case strings.TrimSpace(text) == "":
		c.line.set("")
		return c, nil
	case slash.IsCommand(text):
		c.said.add(text)
		return c.run(text)
	}
	if !c.out.add(outgoing{text, slash.Message(text)}) {
		c.warn("Still sending what you said before: wait a moment.")
		return c, nil
	}
	c.said.add(text)
	c.line.set("")
	if c.out.idle() {
		return c, c.post()
	}
	return c, nil
}

// post sends the first text of the outbox.
func (c *chat) post() tea.Cmd {
	text, flight := c.out.launch(), c.out.flight
	member, ctx := c.member, c.env.ctx
	return tea.Batch(
		func() tea.Msg { return postedMsg{member.Post(ctx, text)} },
		c.env.after(slowPost, slowMsg{flight}),
	)
}

// posted goes on with the next text. If one was refused, all texts that wait come
// back to the composer: they would be out of order.
func (c *chat) posted(err error) tea.Cmd {
	if err != nil {
		c.giveBack(c.out.recall(), err)
		return nil
	}
	if c.out.landed() {
		return c.post()
	}
	return nil
}

// giveBack puts texts that were not sent back into the composer, before the text
// that was typed meanwhile, as far as there is room. The rest stays in the history.
// It warns why, and where the rest is.
func (c *chat) giveBack(texts []outgoing, why error) {
	draft := ""
	typed := c.line.text()
	room := c.line.limit - len(c.line.runes)
	for len(texts) > 0 {
		text := texts[0].message
		if draft == "" {
			text = texts[0].typed
		}
		if draft != "" || typed != "" {
			room-- // for a line break
		}
		if room -= len(typable(text)); room < 0 {
			break
		}
		if draft != "" {
			draft += "\n"
		}
		draft += text
		texts = texts[1:]
	}
	if draft != "" {
		if typed != "" {
			draft += "\n" + typed
		}
		c.line.set(draft)
	}
	notice, n := wording.Sentence(why), 0
	for _, t := range texts {
		if utf8.RuneCountInString(t.typed) <= c.line.limit { // else no composer held it
			c.said.keep(t.typed)
			n++
		}
	}
	if n > 0 {
		notice += " There is no room here for " + wording.Count(uint64(n), "message") + ": ↑ brings back what was not sent."
	}
	c.warn(notice)
}

// knocked announces the people who came to the door.
func (c *chat) knocked() {
	for _, e := range c.knocks.New(c.state) {
		c.log.add(note{at: c.log.log.Next(), text: happened(e), when: e.Time})
	}
}
