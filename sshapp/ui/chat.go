package ui

import (
	"errors"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/slash"
	"wick/sshapp/wording"
)

// slowPost is how long a message is under way before the screen says so.
const slowPost = 300 * time.Millisecond

// Messages of the chat.
type (
	newsMsg   struct{}
	postedMsg struct{ err error }
	slowMsg   struct{ flight uint64 }
	ranMsg    struct { // an action has ended
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
	composer  composer
	completer slash.Completer // finds candidates for Tab
	out       outbox
	asking    *pendingQuestion // nil: none
	leaving   bool             // the person was asked whether to leave
	busy      bool             // an action is running
	taking    bool             // what was dropped is being taken
	toldDrop  bool             // the person was told that something waits
	found     bool             // a hidden message was scrolled to, and the next key may reveal it
	feedTold  bool             // the person was told what a line feed does

	toPlain  bool              // the person leaves the screen for plain lines
	draining bool              // the person leaves as soon as what was entered is said
	refusal  error             // why texts came back, if composer.returned
	others   int               // that came back with the draft
	unsaid   string            // why not all was said, for the last line; empty: all was
	lost     bool              // the room was over before all was said
	taken    []chan<- struct{} // see lineEnd; one at most

	attention attention
	knocks    wording.Knocks
	hint      typingHint
	mouseless bool      // mouse reports are off
	quiet     bool      // the countdown moves by the minute
	burnt     bool      // see over
	bare      *bareView // nil: the chat is shown
	cached    viewCache
}

func newChat(e *env, m *rooms.Member, notice string) *chat {
	c := &chat{env: e, member: m, state: m.State(), composer: newComposer(e.Limits.Text), mouseless: e.Mouseless, quiet: e.Quiet}
	c.log = transcript{theme: e.Theme, loc: e.Location, me: c.state.You.Identity}
	c.log.use(roomRows(m))
	c.log.alias = c.state.You.Alias
	c.log.take(m.Since(0))
	c.knocked()
	c.attention = attention{bell: slash.BellMentions, newest: c.state.Messages}
	if c.state.Seen > 0 {
		c.log.markNew(c.state.Seen)
	}
	e.rejoin = c.share()
	c.tell(e.Storage.Greeting(e.rejoin))
	if e.Hostless {
		c.tell(wording.HostUnknown)
	}
	c.tellDrop()
	if n := c.state.Room.Files; n > 0 {
		c.tell(wording.FilesHere(n, "/files"))
	}
	if e.Words != "" {
		c.tell(wording.OperatorsWords + "\n" + rooms.CleanText(e.Words))
	}
	if notice != "" {
		c.log.tell(remark, rooms.CleanText(notice))
	}
	return c
}

func (c *chat) share() string { return c.env.Share(c.state.Room.Name) }

// tell and warn add lines that only this session sees.
func (c *chat) tell(text string) { c.log.tell(aside, text) }
func (c *chat) warn(text string) { c.log.tell(warning, text) }

// init has news of the room and the seconds of its countdown shown from now on, until
// unhook.
func (c *chat) init() tea.Cmd {
	c.member.OnTick(c.env.tick)
	c.member.OnNews(c.env.readNews)
	return nil
}

// unhook undoes what init did.
func unhook(m *rooms.Member) {
	m.OnTick(nil)
	m.OnNews(nil)
}

func (c *chat) update(msg tea.Msg) (screen, tea.Cmd) {
	if c.taking {
		if next, cmd, done := c.whileTaking(msg); done {
			return next, cmd
		}
	}
	if c.over() {
		return c.afterDeadline(msg)
	}
	switch msg := msg.(type) {
	case newsMsg:
		c.state = c.member.State()
		if end := c.state.End; end != nil || c.over() {
			return c.afterDeadline(msg)
		}
		c.log.use(roomRows(c.member)) // before the transcript: so no rows of an older one get into a newer cache
		log := c.member.Since(0)
		if c.env.received.IsZero() {
			c.env.received = log.Came
		}
		c.log.alias = c.state.You.Alias
		c.log.take(log)
		c.checkBare()
		c.knocked()
		c.tellDrop()
		c.onMessages()
		return c, nil
	case tea.FocusMsg, tea.BlurMsg:
		_, has := msg.(tea.FocusMsg)
		c.attention.focus(has)
	case typingMsg:
		c.env.patience = forever
		return c, c.typing()
	case noticeMsg:
		c.bare = nil
		c.warn(string(msg))
	case postedMsg:
		if msg.err == nil && !c.out.slow {
			c.env.patience = forever
		}
		cmd := c.posted(msg.err)
		c.lineTaken()
		return c.leavesWhenDone(), cmd
	case lineEndMsg:
		c.lineEnd(msg)
	case lineFeedMsg:
		if !c.feedTold {
			c.feedTold = true
			c.warn(wording.LineFeedTyped)
		}
	case inputEndMsg:
		return c.inputEnded(msg)
	case leaveLateMsg:
		return c.late(msg)
	case slowMsg:
		if msg.flight == c.out.flight && len(c.out.queue) > 0 {
			c.out.slow = true
		}
	case ranMsg:
		c.ran(msg)
		return c.leavesWhenDone(), nil
	case tea.MouseMsg:
		c.wheel(msg)
	case tea.KeyMsg:
		if c.bare != nil {
			c.bareKey(msg)
			return c, nil
		}
		if c.asking != nil && !pressed(msg, keys.quit) {
			if cmd, taken := c.answered(msg); taken {
				return c, cmd
			}
		}
		return c.key(msg)
	}
	return c, nil
}

// post sends the first text of the outbox.
func (c *chat) post() tea.Cmd {
	text, flight := c.out.launch(), c.out.flight
	post, ctx, sent, send := c.member.Post, c.env.posts, c.out.sent, c.env.send
	if c.unattended() {
		post = c.member.PostPaced
	}
	return func() tea.Msg {
		if !sent.claim() {
			return nil
		}
		slow := time.AfterFunc(slowPost, func() { send(slowMsg{flight}) })
		defer slow.Stop()
		err := post(ctx, text)
		sent.done <- err
		return postedMsg{err}
	}
}

// posted sends the next text. If the last one was refused, all texts that wait come
// back to the composer too, since they would be out of order; if nobody would see
// them there, they are sent all the same.
func (c *chat) posted(err error) tea.Cmd {
	switch {
	case err == nil:
	case !c.unattended():
		c.giveBack(c.out.recall(), err)
		return nil
	case errors.Is(err, rooms.ErrTooFast):
		return c.post()
	default:
		c.refused(err)
	}
	if c.out.landed() {
		return c.post()
	}
	return nil
}

// giveBack returns texts that were not sent. It warns why, and how to get them back.
func (c *chat) giveBack(texts []outgoing, why error) {
	notice := wording.Sentence(why)
	kept := c.composer.giveBack(texts)
	c.refusal, c.others = why, kept
	hopeless := errors.Is(why, rooms.ErrUnknown) || errors.Is(why, rooms.ErrTooLong) || errors.Is(why, rooms.ErrEmpty)
	if kept < len(texts) && !hopeless {
		notice += " Enter sends it again."
	}
	switch {
	case kept > 0 && kept < len(texts):
		notice += " ↑ brings back the others."
	case kept > 1:
		notice += " ↑ brings them back."
	case kept == 1:
		notice += " ↑ brings it back."
	}
	c.warn(notice)
}

// knocked announces the people who came to the door.
func (c *chat) knocked() {
	for _, e := range c.knocks.New(c.state) {
		c.log.add(note{at: c.log.log.Next(), text: happened(e), when: e.Time})
	}
}
