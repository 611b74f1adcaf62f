package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/ui/editor"
	"wick/sshapp/wording"
)

var (
	errSeats   = errors.New("places must be a number")
	errTooLong = errors.New("that is longer than a room burns here")
)

// offered are the countdowns to choose from, as far as the limit allows.
var offered = []time.Duration{
	10 * time.Second, time.Minute, 5 * time.Minute, 10 * time.Minute,
	30 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour,
}

// field is one of the lobby's inputs.
type field int

const (
	nameField field = iota
	ttlField
	seatsField
	fields
)

// lobby is the screen where a room is lit.
type lobby struct {
	env   *env
	focus field
	name  editor.Model
	ttl   stepper
	seats stepper

	lighting bool
	problem  string // a sentence that says why no room was lit
}

// enteredMsg is the result of an attempt to enter a room, perhaps lighting it first.
type enteredMsg struct {
	name   rooms.Name
	member *rooms.Member
	notice string
	err    error
}

func newLobby(e *env) *lobby {
	l := &lobby{env: e, name: editor.New(rooms.MaxName)}
	l.name.SetText(rooms.CleanLine(e.Lobby.Name))
	e.Lobby.Offer = rooms.CleanLine(e.Lobby.Offer)
	l.ttl = stepper{text: wording.Span(e.Lobby.TTL), step: l.stepTTL}
	l.seats = stepper{text: strconv.Itoa(e.Lobby.Seats), step: l.stepSeats}
	return l
}

func (l *lobby) init() tea.Cmd { return nil }

func (l *lobby) update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case enteredMsg:
		l.lighting = false
		if errors.Is(msg.err, rooms.ErrLocked) {
			d := newDoor(l.env, msg.name)
			return d, d.init()
		}
		if msg.err != nil {
			l.problem = wording.Sentence(msg.err)
			return l, nil
		}
		c := newChat(l.env, msg.member, msg.notice)
		return c, c.init()
	case noticeMsg:
		l.problem = string(msg)
	case inputEndMsg:
		return ended{wording.NothingLit(wording.ExitNoRoom)}, nil
	case tea.KeyMsg:
		return l.key(msg)
	}
	return l, nil
}

func (l *lobby) key(k tea.KeyMsg) (screen, tea.Cmd) {
	switch {
	case pressed(k, keys.quit), pressed(k, keys.escape), pressed(k, keys.eof):
		return ended{wording.NothingLit(0)}, nil
	case l.lighting:
		return l, nil
	case pressed(k, keys.light):
		return l, l.light()
	case pressed(k, keys.next):
		l.focus = (l.focus + 1) % fields
	case pressed(k, keys.previous):
		l.focus = (l.focus + fields - 1) % fields
	case l.offers() && pressed(k, keys.more):
		l.name.SetText(l.env.Lobby.Offer)
	case l.focus == nameField:
		l.name.Press(firstLine(k))
	case l.focus == ttlField:
		l.ttl.press(firstLine(k))
	case l.focus == seatsField:
		l.seats.press(firstLine(k))
	}
	l.problem = ""
	return l, nil
}

// offers reports whether a key takes the name on offer. Enter alone does not: it may be
// the login name of somebody who typed no name, and of others.
func (l *lobby) offers() bool {
	return l.focus == nameField && l.name.Empty() && l.env.Lobby.Offer != ""
}

// parse returns what the form asks for. With an error it returns the field that is
// wrong.
func (l *lobby) parse() (w rooms.Lighting, at field, err error) {
	w.History = l.env.Limits.History
	if l.name.Empty() {
		w.Name = rooms.NewName()
	} else if w.Name, err = rooms.ParseName(l.name.Text()); err != nil {
		return w, nameField, err
	}
	if w.TTL, err = rooms.ParseTTL(strings.ToLower(l.ttl.text)); err != nil {
		return w, ttlField, err
	}
	if w.TTL > l.env.Limits.MaxTTL {
		return w, ttlField, errTooLong
	}
	w.Seats, err = strconv.Atoi(l.seats.text)
	if err != nil || w.Seats < 1 || w.Seats > l.env.Limits.MaxSeats {
		return w, seatsField, errSeats
	}
	return w, 0, nil
}

// light returns a command that lights the room and enters it. If the room is burning
// already, it only enters.
func (l *lobby) light() tea.Cmd {
	w, at, err := l.parse()
	if err != nil {
		l.focus, l.problem = at, l.advice(err)
		return nil
	}
	l.lighting, l.problem = true, ""
	e, light := l.env, l.env.Light
	if l.name.Empty() {
		light = e.LightNew
	}
	return func() tea.Msg { return lightAndEnter(e.ctx, e, w, light) }
}

func lightAndEnter(ctx context.Context, e *env, w rooms.Lighting, light func(context.Context, rooms.Lighting) (rooms.Room, error)) enteredMsg {
	guest := e.Guest(w.Name)
	w.Owner, w.Key, w.Source = guest.Identity, guest.Key, guest.Source
	var notice string
	enter := e.Hub.Enter // the room lit here
	switch _, err := light(ctx, w); {
	case errors.Is(err, rooms.ErrBurning):
		enter = e.Enter
		notice = wording.AlreadyBurning
	case err != nil:
		return enteredMsg{err: err}
	}
	msg := e.entered(enter(ctx, w.Name, guest))
	msg.name, msg.notice = w.Name, notice
	return msg
}

// advice returns a sentence about an error in the form, with the bound of this server.
func (l *lobby) advice(err error) string {
	switch {
	case errors.Is(err, errTooLong):
		return fmt.Sprintf("A room burns for at most %s here.", wording.Span(l.env.Limits.MaxTTL))
	case errors.Is(err, errSeats):
		return fmt.Sprintf("A room has 1 to %d places here.", l.env.Limits.MaxSeats)
	default:
		return wording.Sentence(err)
	}
}

// stepTTL returns the next longer countdown on offer, or the next shorter one.
func (l *lobby) stepTTL(text string, by int) string {
	now, err := rooms.ParseTTL(text)
	if err != nil {
		return wording.Span(l.env.Limits.TTL)
	}
	choices := slices.DeleteFunc(slices.Clone(offered), func(d time.Duration) bool { return d > l.env.Limits.MaxTTL })
	if by < 0 {
		slices.Reverse(choices)
	}
	for _, d := range choices {
		if by < 0 && d < now || by > 0 && d > now {
			return wording.Span(d)
		}
	}
	return text
}

func (l *lobby) stepSeats(text string, by int) string {
	n, err := strconv.Atoi(text)
	if err != nil {
		n = l.env.Limits.Seats
		by = 0
	}
	return strconv.Itoa(min(max(n+by, 1), l.env.Limits.MaxSeats))
}
