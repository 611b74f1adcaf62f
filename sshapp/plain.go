package sshapp

import (
	"context"
	"errors"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"wick/rooms"
	"wick/sshapp/ui"
	"wick/sshapp/wording"
)

// Bounds of what was typed and not said yet.
const (
	maxWaiting = 8        // lines
	maxPending = 16 << 10 // bytes of keys behind them
)

// commandRate and commandBurst pace commands, refused ones too, which cost as much
// as those that are done. Further ones wait, and so does what comes behind them.
const (
	commandRate  = 10 // a second
	commandBurst = 20
)

// echoLimit is how long who leaves waits to see what they said.
const echoLimit = time.Second

// plain is a room in lines of text, for screen readers, bad links and pipes:
// nothing that was written is ever changed. It belongs to one goroutine, which
// alone writes.
type plain struct {
	*visit
	out   page
	input <-chan typed // closed at its end; nil once that was seen

	draft    *draft   // what stands in the last line; nil where the client's own terminal edits
	pending  string   // keys that are not in the draft yet
	waiting  []string // lines, the first to be said next
	inputEnd bool     // no more lines will come

	aloud    *ui.Aloud
	door     wording.Knocks
	crowd    *fold
	member   *rooms.Member
	room     *reading
	commands *rate.Limiter
	paused   <-chan time.Time // until the next command may be done
	saying   bool             // a line is on its way
	said     chan error       // of that line
	unsaid   bool             // some line was refused
	unseen   int              // lines of this session that were said and did not come back yet
	leaving  <-chan time.Time // who leaves waits no longer for those
	told     time.Duration    // the last milestone that was told, or what was left at the beginning
	nearing  *time.Timer      // for the next milestone
}

// plain brings the session into its room, and answers the exit status.
func (v *visit) plain(ctx context.Context) int {
	if v.address.Reserved {
		return refuse(v.sess, v.term, wording.ExitUsage, "that is a login name, not a room: connect to ROOM@ or "+NewWord+"@ this host")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := &plain{visit: v, commands: rate.NewLimiter(commandRate, commandBurst), out: page{visit: v}, crowd: newFold(), said: make(chan error, 1)}
	err := v.app.resolve(ctx, v.address, v.source, &v.cfg)
	if err == nil && v.cfg.Member == nil && v.cfg.Door.IsZero() {
		err = p.light(ctx)
	}
	if err != nil {
		return v.fails(ctx, v.noted(ctx, err))
	}
	p.listen(ctx)
	if v.cfg.Member == nil {
		v.cfg.Member, err = p.knock(ctx)
		if err != nil {
			return v.fails(ctx, err)
		}
		if v.cfg.Member == nil { // nobody waits any more
			return p.unheard(ctx)
		}
	}
	p.member = v.cfg.Member
	p.out.member = p.member
	defer p.member.Leave()
	out := p.converse(ctx)
	p.unfold()
	cancel()
	if p.saying {
		<-p.said
	}
	p.out.leave()
	if p.draft != nil && p.draft.clear() != "" {
		p.out.WriteString("\n")
	}
	if out.Line != "" {
		p.say(textLines(out.Line, p.width()))
	}
	p.out.flush(ctx) // the client has a bounded time for it; if it is gone, nobody reads the status
	return out.Status
}

// listen begins to read what is typed.
func (p *plain) listen(ctx context.Context) {
	if _, _, ok := p.sess.Pty(); !ok {
		p.input = p.lines(ctx)
		return
	}
	limit := p.cfg.Limits.Text
	if limit == 0 {
		limit = rooms.MaxText
	}
	p.draft = &draft{limit: limit}
	keys, buf := p.term.Input(), make([]byte, maxChunk)
	p.input = p.feed(ctx, func() (typed, error) {
		n, err := keys.Read(buf)
		return typed{text: string(buf[:n])}, err
	})
}

// converse is the life in the room, and answers how it ended.
func (p *plain) converse(ctx context.Context) wording.Outcome {
	p.aloud = ui.NewAloud(ctx, p.cfg)
	defer p.aloud.Close()
	idle := make(chan string, 1)
	p.term.OnIdle(func(left time.Duration) {
		select {
		case idle <- wording.Idle(left, "Enter"):
		default:
		}
	})
	defer p.term.OnIdle(nil)
	p.notice(p.aloud.Greeting())
	p.told = p.member.Left()
	p.nearing = time.NewTimer(time.Hour)
	defer p.nearing.Stop()
	p.room = readRoom(p.member, 0)
	p.out.room = p.room
	for {
		p.hear(ctx)
		if out, over := p.cfg.Storage.Ended(p.member.State()); over {
			if out.Status == 0 && p.draft == nil && len(p.waiting) > 0 {
				out.Status = wording.ExitNoRoom // not all that a pipe had to say was said
			}
			return out
		}
		if !p.out.over() { // else only the room's end is awaited
			if out := p.next(ctx); out != nil {
				return *out
			}
		}
		p.out.typed = p.typedBytes()
		if p.out.flush(ctx) != nil {
			return wording.Outcome{} // the client is gone
		}
		if p.out.news && ctx.Err() == nil {
			p.out.news = false
			continue
		}
		input := p.input
		if len(p.waiting) >= maxWaiting && p.draft == nil || len(p.pending) > maxPending {
			input = nil
		}
		var out *wording.Outcome
		var text string
		select {
		case <-p.member.News():
		case <-p.nearing.C:
			p.near()
		case <-p.crowd.wait():
			p.unfold()
		case <-p.paused:
			p.paused = nil // and the command is tried again
		case <-p.leaving:
			p.unseen = 0
		case err := <-p.said:
			p.landed(err)
		case msg := <-p.aloud.Came():
			text, out = p.aloud.Take(msg)
			p.notice(text)
		case warning := <-idle:
			p.notice(warning)
		case in, more := <-input:
			if !more {
				p.input, p.inputEnd = nil, true
			} else if p.take(in) {
				left := p.aloud.Leave()
				return left
			}
		case <-ctx.Done():
			return cutShort(context.Cause(ctx))
		}
		if out != nil {
			return *out
		}
	}
}

// hear prints what came, and sees to the next milestone.
func (p *plain) hear(ctx context.Context) {
	shorter, me := false, p.member.State().You.ID
	for events := range p.room.unread() {
		var lines []string
		for _, e := range events {
			for _, t := range p.crowd.take(e) {
				lines = append(lines, p.spoken(t))
			}
			shorter = shorter || e.Kind == rooms.Shortened
			if e.Kind == rooms.Message && e.From.ID == me {
				p.unseen--
			}
		}
		p.say(strings.Join(lines, "\n"))
		if p.out.flush(ctx) != nil {
			return
		}
	}
	for _, e := range p.door.New(p.member.State()) {
		p.say(p.spoken(item{event: e}))
	}
	left := p.member.Left()
	if shorter && left > 0 {
		p.notice(wording.Spell(left) + " left.")
		p.told = left
	}
	p.await(left)
}

// unfold tells what was held back.
func (p *plain) unfold() {
	for _, t := range p.crowd.flush() {
		p.say(p.spoken(t))
	}
}

// take takes lines, or keys, and tells whether the person leaves at once.
func (p *plain) take(in typed) (leaves bool) {
	if p.draft != nil {
		if strings.ContainsRune(in.text, ctrlC) {
			p.pending = ""
			return true
		}
		p.pending += in.text
		return false
	}
	if in.long {
		p.unsaid = true
		p.notice("A line was not said: " + wording.Sentence(rooms.ErrTooLong))
		return false
	}
	if strings.TrimSpace(in.text) != "" {
		p.waiting = append(p.waiting, in.text)
	}
	return false
}

// typedBytes is how much waits to be said.
func (p *plain) typedBytes() int {
	n := len(p.pending)
	for _, line := range p.waiting {
		n += len(line)
	}
	return n
}

// edit puts keys into the draft, as long as there is room for its lines.
func (p *plain) edit() {
	for p.pending != "" && len(p.waiting) < maxWaiting && !p.inputEnd {
		rest, echo, what := p.draft.press(p.pending, max(p.width(), 1))
		p.pending = rest
		p.out.WriteString(echo)
		switch what {
		case entered:
			if line := p.draft.clear(); strings.TrimSpace(line) != "" {
				p.waiting = append(p.waiting, line)
			}
		case tooLong:
			p.notice("That is longer than a message may be: the end was left out.")
		case inputOver:
			p.inputEnd, p.pending = true, ""
		}
	}
}

// next says the next line, or does what it asks for, unless another is under
// way. It answers an outcome when there is no more to do.
func (p *plain) next(ctx context.Context) *wording.Outcome {
	if p.draft != nil {
		p.edit()
	}
	for !p.saying && !p.aloud.Busy() {
		if len(p.waiting) == 0 {
			if !p.inputEnd {
				return nil
			}
			if p.unseen > 0 {
				if p.leaving == nil {
					p.leaving = time.After(echoLimit)
				}
				return nil
			}
			out := p.aloud.Leave()
			if p.unsaid && p.draft == nil {
				out.Status = wording.ExitFailed
			}
			return &out
		}
		line := p.waiting[0]
		command := p.aloud.Reads(line)
		if command && p.tooSoon() {
			return nil
		}
		p.waiting = p.waiting[1:]
		if command {
			text, out := p.aloud.Command(line)
			p.notice(text)
			if out != nil {
				return out
			}
		} else {
			p.saying = true
			go p.post(ctx, p.aloud.Said(line))
		}
		if p.draft != nil {
			p.edit()
		}
	}
	return nil
}

// tooSoon reports whether a command has to wait, and has it tried again then.
func (p *plain) tooSoon() bool {
	r := p.commands.Reserve()
	wait := r.Delay()
	if wait > 0 {
		r.Cancel()
		p.paused = time.After(wait)
	}
	return wait > 0
}

// post ends with ctx at the latest; plain waits for it.
func (p *plain) post(ctx context.Context, text string) {
	err := context.Canceled
	defer func() { p.said <- err }()
	defer rescue(p.app.cfg.Log, p.term.ID, p.term.Kill)
	err = say(ctx, p.member, text)
}

// landed is what became of a line.
func (p *plain) landed(err error) {
	p.saying = false
	switch {
	case err == nil:
		p.unseen++
	case errors.Is(err, rooms.ErrEmpty), errors.Is(err, context.Canceled):
	case errors.Is(err, rooms.ErrUnknown):
		p.unsaid = true
		p.notice(wording.Sentence(err))
	default:
		p.unsaid = true
		p.notice("That was not said: " + wording.Sentence(err))
	}
}

// notice says something to this session alone.
func (p *plain) notice(text string) {
	if text != "" {
		p.say(noticeLines(text, p.width()))
	}
}

// say writes lines, above the one that is being typed.
func (p *plain) say(text string) {
	if text == "" {
		return
	}
	var draft string
	if p.draft != nil {
		draft = p.draft.text
	}
	if draft != "" {
		p.out.WriteString("\n")
	}
	p.out.WriteString(text + "\n" + draft)
}
