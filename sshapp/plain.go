package sshapp

import (
	"context"
	"errors"
	"time"

	"golang.org/x/time/rate"

	"wick/rooms"
	"wick/sshapp/sshd"
	"wick/sshapp/ui"
	"wick/sshapp/wording"
)

// Bounds of the input that is not posted yet.
const (
	maxWaiting = 8        // lines
	maxPending = 16 << 10 // bytes of keys after them
)

// commandRate and commandBurst limit commands. Those that are refused count as well,
// because they cost as much. Further commands wait, and so do the lines after them.
const (
	commandRate  = 10 // a second
	commandBurst = 20
)

// echoLimit is how long a person who leaves waits to see their own last messages.
const echoLimit = time.Second

// plain is a session that shows a room in lines of text, for screen readers, bad links
// and pipes: nothing that was written is ever changed. Commands are for terminals: what
// comes from a pipe is text. It belongs to one goroutine,
// which alone writes.
type plain struct {
	*session
	utf8  bool // the terminal shows it
	out   lineWriter
	input <-chan typedText // closed at the end of the input; nil once that was seen
	idle  chan string      // warnings, see warnOfIdle
	work  context.Context  // of posts and actions; may outlast the session's, see chat

	// What was typed.
	echo     *echoEditor // the last line; nil if the client's own terminal edits
	pending  string      // keys that are not in the last line yet
	waiting  []string    // lines, the first to be posted next
	entered  string      // the line that is being posted or run
	asked    bool        // the person was asked whether to leave
	told     bool        // the person was told that commands are text here
	toldDrop bool        // the person was told that something waits
	greeted  bool        // the person was told what the operator has to say
	closed   bool        // the input has ended; keys of it may be pending
	inputEnd bool        // no more lines will come

	// The room.
	member    *rooms.Member
	room      *cursor
	knocks    wording.Knocks
	fold      *fold
	announced time.Duration // the last milestone, or the time left on entering
	milestone *time.Timer   // for the next milestone

	// Messages on their way.
	posting  bool
	posted   chan error       // the result of the post under way
	unsaid   bool             // a line was refused
	unechoed int              // messages that were posted and are not in the transcript yet
	leaving  <-chan time.Time // ends the wait for what was entered, and for unechoed messages

	// Commands.
	commands *rate.Limiter
	paused   <-chan time.Time // ends the pause before the next command
	question *question        // nil: none
	acting   bool             // a command's action is under way
	done     chan actionDone  // its result
}

func newPlain(s *session) *plain {
	return &plain{
		session: s, utf8: s.showsUTF8() || !s.drawsASCII(), out: lineWriter{session: s}, fold: newFold(),
		commands: rate.NewLimiter(commandRate, commandBurst),
		posted:   make(chan error, 1), done: make(chan actionDone, 1), idle: make(chan string, 1),
	}
}

// warnOfIdle sends on idle some time before the session ends because nothing is typed, in
// the lobby and at a door as in a room, until stop.
func (p *plain) warnOfIdle() (stop func()) {
	p.term.OnIdle(func(left time.Duration) {
		select {
		case p.idle <- wording.Idle(left, "Enter"):
		default:
		}
	})
	return func() { p.term.OnIdle(nil) }
}

// goOnInPlainLines runs a session in plain lines that began on a screen, and returns the
// exit status.
func (s *session) goOnInPlainLines(ctx context.Context, from ui.Plain) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.location = from.Location
	p := newPlain(s)
	defer p.warnOfIdle()()
	p.listen(ctx, from.Input)
	return p.runRoom(ctx, destination{member: from.Member, notice: from.Notice, read: from.Read})
}

// runPlain runs the session in plain lines, and returns the exit status.
func (s *session) runPlain(ctx context.Context) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := newPlain(s)
	defer p.warnOfIdle()()
	p.listen(ctx, p.term.Input())
	dest, err := p.arrive(ctx)
	if out, left := errors.AsType[leftLobby](err); left {
		p.write(out.Line)
		p.out.flush(ctx) // the client has a bounded time for it
		return out.Status
	}
	if err != nil {
		return s.fail(ctx, s.logged(ctx, err))
	}
	if dest.member == nil {
		dest.member, err = p.knock(ctx, dest.door)
		if err != nil {
			return s.fail(ctx, err)
		}
		if dest.member == nil { // the person gave up
			return p.leaveDoor(ctx, dest.door)
		}
	}
	return p.runRoom(ctx, dest)
}

// runRoom runs the session in a room, and returns the exit status. A post or an action
// that is still under way at the end is cancelled and waited for.
func (p *plain) runRoom(ctx context.Context, dest destination) int {
	var cancel context.CancelFunc
	p.work, cancel = context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	p.member, p.out.member = dest.member, dest.member
	defer p.member.Leave()
	out := p.chat(ctx, dest)
	p.unfold()
	cancel()
	lost := len(p.waiting) > 0
	if p.posting {
		lost = <-p.posted != nil || lost
	}
	if p.acting {
		<-p.done
	}
	if lost && out.Status == 0 && p.piped() {
		out.Status = wording.ExitNoRoom // the room ended before all lines were said
	}
	p.out.leave()
	if p.echo != nil && p.echo.clear() != "" {
		p.out.WriteString("\n")
	}
	if out.Line != "" {
		p.write(textLines(out.Line, p.width()))
	}
	if out.Rejoin && p.member.LivesOn() {
		p.write(p.share(p.member.State().Room.Name))
	}
	p.out.flush(ctx) // the client has a bounded time for it; if it is gone, nobody reads the status
	return out.Status
}

// chat exchanges messages until the person leaves or the room or the session ends,
// and returns the outcome.
func (p *plain) chat(ctx context.Context, dest destination) wording.Outcome {
	hungUp := ctx.Done()
	p.greet(dest.notice)
	p.milestone = time.NewTimer(time.Hour)
	defer p.milestone.Stop()
	p.room = newCursor(p.member, 0)
	if dest.read > 0 {
		p.room.skip(dest.read)
	}
	p.out.room = p.room
	for {
		p.printNews(ctx)
		if out, over := p.app.storage.Ended(p.member.State()); over {
			return out
		}
		if !p.out.over() { // if it is over, only its end is awaited
			if out := p.postNext(); out != nil {
				return *out
			}
		}
		p.out.typed = p.typedBytes()
		if p.out.flush(ctx) != nil { // the client is gone
			if !p.inputEnd {
				return wording.Outcome{}
			}
			p.out.gone = true
		}
		if p.out.news && ctx.Err() == nil {
			p.out.news = false
			continue
		}
		input := p.input
		if len(p.waiting) >= maxWaiting && p.echo == nil || len(p.pending) > maxPending {
			input = nil
		}
		select {
		case <-p.member.News():
		case <-p.milestone.C:
			p.announceMilestone()
		case <-p.fold.wait():
			p.unfold()
		case <-p.paused:
			p.paused = nil // the loop tries the command again
		case <-p.leaving:
			if out := p.giveUp(); out != nil {
				return *out
			}
		case err := <-p.posted:
			p.afterPost(err)
		case d := <-p.done:
			if d.crashed {
				return wording.Crashed()
			}
			p.afterAction(d)
		case warning := <-p.idle:
			p.notice(warning)
		case in, more := <-input:
			if !more {
				p.input, p.closed = nil, true
			} else if p.accept(in) {
				return p.leave()
			}
		case <-hungUp:
			// Lines entered before the end of the input are still said.
			if cause := context.Cause(ctx); outcomeOf(cause) != (wording.Outcome{}) || !p.inputEnd {
				return p.outcomeOf(cause)
			}
			hungUp, p.out.gone = nil, true
		}
	}
}

// outcomeOf is the outcome of a session that ended because of cause.
func (p *plain) outcomeOf(cause error) wording.Outcome {
	out := outcomeOf(cause)
	if errors.Is(cause, sshd.ErrOutputClosed) && p.echo == nil && (len(p.waiting) > 0 || !p.inputEnd) {
		out.Status = wording.ExitFailed // not all lines of a pipe were posted
	}
	return out
}

// leave returns the outcome for the person's leaving.
func (p *plain) leave() wording.Outcome {
	state := p.member.State()
	if state.Over || p.out.over() {
		return p.app.storage.BurnedOut(state)
	}
	return wording.LeftRoom(state.Room)
}
