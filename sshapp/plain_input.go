package sshapp

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"wick/rooms"
	"wick/sshapp/slash"
	"wick/sshapp/sshd"
	"wick/sshapp/ui"
	"wick/sshapp/wording"
)

// listen begins to read the input. keys are what is typed at a terminal.
func (p *plain) listen(ctx context.Context, keys io.Reader) {
	if _, _, ok := p.ssh.Pty(); !ok {
		p.input = p.readLines(ctx)
		return
	}
	p.echo = &echoEditor{limit: p.app.cfg.Limits.Text}
	buf := make([]byte, sshd.MaxRead)
	p.input = p.receive(ctx, func() (typedText, error) {
		n, err := keys.Read(buf)
		return typedText{text: string(buf[:n])}, err
	})
}

// accept adds a line, or keys, to what waits, and reports whether the person leaves at once.
func (p *plain) accept(in typedText) (leaves bool) {
	if p.echo != nil {
		return p.acceptKeys(in.text)
	}
	if in.long {
		p.refuseLine()
		return false
	}
	if strings.TrimSpace(in.text) != "" {
		p.waiting = append(p.waiting, in.text)
	}
	return false
}

// acceptKeys handles Ctrl-C at once, and lets other keys wait for edit. Ctrl-C clears the
// line that is typed, with the keys that wait for it. Without a line the person leaves.
func (p *plain) acceptKeys(keys string) (leaves bool) {
	for {
		before, after, interrupted := strings.Cut(keys, string(rune(ctrlC)))
		p.pending += before
		if strings.Trim(before, string(rune(ctrlD))) != "" {
			p.asked = false
		}
		if !interrupted {
			return false
		}
		keys = after
		p.edit()
		if p.echo.text == "" && p.pending == "" {
			if p.mayLeave() {
				return true
			}
			continue
		}
		p.pending = ""
		p.out.WriteString(p.echo.drop(max(p.width(), 1)))
	}
}

// mayLeave reports whether the person leaves with this key. From a locked room somebody
// without a key is asked first, because there is no way back.
func (p *plain) mayLeave() bool {
	if p.member == nil { // at a door
		return true
	}
	if s := p.member.State(); p.asked || !s.Room.Locked || s.You.Keyed {
		return true
	}
	p.asked = true
	p.notice(wording.NoWayBack)
	return false
}

// typedBytes returns how many bytes wait to be posted.
func (p *plain) typedBytes() int {
	n := len(p.pending)
	for _, line := range p.waiting {
		n += len(line)
	}
	return n
}

// piped reports whether the input is a pipe: then each line is text, whatever it begins
// with.
func (p *plain) piped() bool { return p.echo == nil || p.term.SendsLines() }

// edit applies pending keys to the last line, unless too many finished lines wait.
func (p *plain) edit() {
	if p.echo == nil {
		p.inputEnd = p.closed
		return
	}
	for p.pending != "" && len(p.waiting) < maxWaiting && !p.inputEnd {
		rest, echo, what := p.echo.press(p.pending, max(p.width(), 1))
		p.pending = rest
		p.out.WriteString(echo)
		switch what {
		case keyEntered, keyPasted:
			p.enter(what == keyPasted)
		case keyTooLong:
			if !p.piped() {
				p.notice("That is longer than a message may be: the end was left out.")
			}
		case keyEOF:
			if p.mayLeave() || p.piped() {
				p.inputEnd, p.pending = true, ""
				p.unsaid = p.unsaid && p.piped() // a person was told
			}
		}
	}
	p.inputEnd = p.inputEnd || p.closed && p.pending == "" && !p.inDoubt()
}

// inDoubt reports whether the last line has line feeds that may have been meant for
// Enter, as they were if the client did not hang up: that is known after ui.EndPause.
func (p *plain) inDoubt() bool {
	if !p.piped() || !strings.Contains(p.echo.text, "\n") {
		return false
	}
	if p.leaving == nil {
		p.leaving = time.After(ui.EndPause)
	}
	return true
}

// enterLines enters what line feeds ended, at the end of the input.
func (p *plain) enterLines() {
	end := strings.LastIndexByte(p.echo.text, '\n')
	rest := p.echo.text[end+1:]
	p.echo.text = p.echo.text[:end]
	p.enter(false)
	p.echo.text, p.inputEnd = rest, true
}

// refuseLine tells that a line of a pipe was too long.
func (p *plain) refuseLine() {
	p.unsaid = true
	p.notice("A line was not said: " + wording.Sentence(rooms.ErrTooLong))
}

// enter finishes the line that is typed. Nothing in lines that were pasted with their
// Enter is a command, and what looks like one is said to nobody.
func (p *plain) enter(byPaste bool) {
	switch text := p.echo.text; {
	case strings.TrimSpace(text) == "":
		p.echo.clear()
	case p.piped() && (p.echo.full || p.echo.tooLong()):
		p.echo.clear()
		p.refuseLine()
	case p.piped():
		p.waiting = append(p.waiting, p.echo.clear())
	case p.echo.tooLong():
		p.echo.last = p.echo.clear()
		p.notice("That was not said: " + wording.Sentence(rooms.ErrTooLong) + p.own(" ↑ brings it back, so that you can shorten it."))
	case byPaste && slash.IsCommand(text):
		p.echo.last = p.echo.clear()
		p.notice(p.own("What you pasted begins like a command, so it was not said. ↑ brings it back, and Enter runs it."))
	case p.echo.pasted && strings.Contains(text, "\n") && !slash.IsCommand(text):
		p.waiting = append(p.waiting, slash.Quote(p.echo.clear()))
	default:
		p.waiting = append(p.waiting, p.echo.clear())
	}
}

// refused keeps the line that was posted or run last for ↑.
func (p *plain) refused() {
	if p.echo != nil {
		p.echo.last = p.entered
	}
}

// postNext posts the next line, or runs it if it is a command, unless another is
// under way. It returns an outcome if there is no more to do.
func (p *plain) postNext() *wording.Outcome {
	p.edit()
	for !p.posting && !p.acting {
		if len(p.waiting) == 0 {
			return p.afterInput()
		}
		line := p.waiting[0]
		isCommand := p.question != nil || !p.piped() && slash.IsCommand(line)
		if isCommand && p.tooSoon() {
			return nil
		}
		p.waiting, p.entered = p.waiting[1:], line
		switch {
		case isCommand:
			if out := p.command(line); out != nil {
				return out
			}
		case p.piped():
			p.tellOfCommands(line)
			p.posting = true
			go p.post(line)
		default:
			p.posting = true
			go p.post(slash.Message(line))
		}
		p.edit()
	}
	if p.inputEnd && p.leaving == nil {
		p.leaving = time.After(ui.LeaveLimit)
	}
	return nil
}

// tellOfCommands says, once and on standard error, where commands are commands, if a
// line of a pipe is one.
func (p *plain) tellOfCommands(line string) {
	if p.told || !slash.Known(line) {
		return
	}
	p.told = true
	name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	p.warn(name + " was said as text: without a terminal, every line is. For commands, connect with " +
		p.plainAddress(p.member.State().Room.Name))
}

// plainAddress returns the command that enters a room in plain lines on a terminal.
func (s *session) plainAddress(name rooms.Name) string {
	return s.shareAddress(name.String() + "+" + plainWord)
}

// afterInput returns the outcome once the input has ended and its messages are in the
// transcript; nil until then.
func (p *plain) afterInput() *wording.Outcome {
	if !p.inputEnd {
		return nil
	}
	if p.unechoed > 0 {
		if p.leaving == nil {
			p.leaving = time.After(echoLimit)
		}
		return nil
	}
	out := p.leave()
	if p.unsaid {
		out.Status = wording.ExitFailed
	}
	if p.echo != nil && strings.TrimSpace(p.echo.text) != "" {
		out = out.Failed(wording.Unfinished)
	}
	return &out
}

// giveUp ends a wait at the end of the input. It returns an outcome if something that was
// entered is still under way.
func (p *plain) giveUp() *wording.Outcome {
	p.leaving = nil
	if p.closed && !p.inputEnd {
		p.enterLines()
		return nil
	}
	p.unechoed = 0
	if !p.posting && !p.acting {
		return nil
	}
	out := p.leave().Failed(wording.Sentence(rooms.ErrUnknown))
	return &out
}

// post posts a text. It ends with p.work at the latest; runRoom waits for it.
func (p *plain) post(text string) {
	err := context.Canceled
	defer func() { p.posted <- err }()
	defer p.term.Recover()
	err = p.member.PostPaced(p.work, text)
}

// afterPost handles the result of a post.
func (p *plain) afterPost(err error) {
	p.posting, p.leaving = false, nil
	switch {
	case err == nil:
		p.unechoed++
	case errors.Is(err, rooms.ErrEmpty), errors.Is(err, context.Canceled):
	case errors.Is(err, rooms.ErrUnknown):
		p.unsaid = true
		p.notice(wording.Sentence(err))
	default:
		p.unsaid = true
		p.refused()
		p.notice("That was not said: " + wording.Sentence(err))
	}
}
