package sshapp

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net/netip"

	"github.com/charmbracelet/ssh"

	"wick/rooms"
	"wick/sshapp/sshd"
	"wick/sshapp/ui"
	"wick/sshapp/wording"
)

// visit is one session and what it needs of the app.
type visit struct {
	app     *App
	sess    ssh.Session
	term    *sshd.Terminal
	address Address
	source  netip.Prefix
	cfg     ui.Config
}

// failure is an error for people, with an exit status of its own.
type failure struct {
	status int
	text   string
}

func (f failure) Error() string { return f.text }

// errReserved is for an address that can be no room.
var errReserved = failure{wording.ExitUsage, "that is a login name, not a room: connect to ROOM@ or " + NewWord + "@ this host"}

// fails tells the person why the session ends, and returns the exit status.
func (v *visit) fails(ctx context.Context, err error) int {
	if out := cutShort(context.Cause(ctx)); out != (wording.Outcome{}) {
		return refuse(v.sess, v.term, out.Status, out.Line)
	}
	if f, ok := errors.AsType[failure](err); ok {
		return refuse(v.sess, v.term, f.status, f.text)
	}
	return refuse(v.sess, v.term, wording.Status(err), wording.Sentence(err))
}

// noted logs why a session got into no room, if that is the server's fault.
func (v *visit) noted(ctx context.Context, err error) error {
	if _, plain := errors.AsType[failure](err); err != nil && !plain && wording.Status(err) == wording.ExitFailed && ctx.Err() == nil {
		v.app.warnings.Warn("a session got into no room", wording.Sentence(err),
			slog.String("session", v.term.ID), slog.Any("err", err))
	}
	return err
}

// room returns an error unless the address is that of one room.
func (v *visit) room() error {
	if v.address.New || v.address.Reserved {
		return failure{wording.ExitUsage, "say which room: connect to ROOM@ this host"}
	}
	return nil
}

// sit takes a seat in the room of the address. There is no waiting at a door.
func (v *visit) sit(ctx context.Context) (*rooms.Member, error) {
	if err := v.room(); err != nil {
		return nil, err
	}
	entering, cancel := context.WithTimeout(ctx, enterLimit)
	defer cancel()
	member, err := v.app.enter(entering, v.address, v.source, &v.cfg)
	return member, v.noted(ctx, err)
}

// sitToWrite is sit for a session that reads no messages.
func (v *visit) sitToWrite(ctx context.Context) (*rooms.Member, error) {
	guest := v.cfg.Guest
	v.cfg.Guest = func(n rooms.Name) rooms.Guest {
		g := guest(n)
		g.WriteOnly = true
		return g
	}
	return v.sit(ctx)
}

// width returns the terminal's width, for breaking lines; 0 without a terminal.
func (v *visit) width() int {
	if _, _, ok := v.sess.Pty(); !ok {
		return 0
	}
	width, _ := v.term.Size()
	return width
}

// lines returns an item in plain lines.
func (v *visit) lines(t item) string {
	if t.presence != nil {
		return presenceLines(*t.presence, v.cfg.Location, v.width())
	}
	return eventLines(t.event, v.cfg.Location, v.width())
}

// maxLine returns how long a line of standard input may be, in bytes. Cleaning
// drops some of them before the characters of a text are counted.
func (v *visit) maxLine() int { return 16 * v.cfg.Limits.Text }

// typed is a line from a program or from a client that edits its own lines, or keys
// from a terminal that leaves editing to the server.
type typed struct {
	text string
	long bool // longer than maxLine: text is only the beginning
}

// readLines reads standard input line by line, no further than the lines are
// taken. The channel is closed at the end of the input. The goroutine ends with the
// session's channel, for Read fails then.
func (v *visit) readLines(ctx context.Context) <-chan typed {
	in := bufio.NewReaderSize(v.sess, 1<<10)
	return v.feed(ctx, func() (typed, error) {
		text, long, err := readLine(in, v.maxLine())
		return typed{text, long}, err
	})
}

func (v *visit) feed(ctx context.Context, read func() (typed, error)) <-chan typed {
	c := make(chan typed)
	go func() {
		defer sshd.Recover(v.app.cfg.Log, v.term.ID, v.term.Kill)
		defer close(c)
		for {
			in, err := read()
			if err == nil || in.text != "" {
				select {
				case c <- in:
				case <-ctx.Done():
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	return c
}

// readLine reads up to a line feed, which it leaves out, and keeps the first
// limit bytes. The end of the input ends a line, too.
func readLine(in *bufio.Reader, limit int) (text string, long bool, err error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if err == nil {
			part = part[:len(part)-1]
		}
		if long = long || len(line)+len(part) > limit; long {
			part = part[:min(len(part), limit-len(line))]
		}
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return string(line), long, err
		}
	}
}
