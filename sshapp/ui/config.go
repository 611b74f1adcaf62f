package ui

import (
	"cmp"
	"context"
	"time"

	"github.com/muesli/termenv"

	"wick/rooms"
	"wick/sshapp/wording"
)

// Lobby is the form that the lobby starts with. Zero means what Limits offers.
type Lobby struct {
	Name   string        // as typed; empty: a fresh name
	Offer  string        // a name to take by one key, as long as there is none; empty: none
	TTL    time.Duration // countdown
	Seats  int           // places
	Join   string        // the command that joins a room, with a placeholder for its name
	Notice string        // why the lobby shows; each line begins a row
}

// Config is what Run needs to know. Hub, Guest, Share and Invite are required.
// Member, Door or the lobby decides where the session starts.
type Config struct {
	Hub       *rooms.Hub
	Guest     func(rooms.Name) rooms.Guest    // who this session is in a room of that name; safe for concurrent use
	Share     func(rooms.Name) string         // the exact command that lets others in
	Invite    func(rooms.Name, string) string // the same with the token of an invitation
	Link      func(rooms.Name) string         // what Share returns as a URL, or "" if Hostless; default: none
	Hostless  bool                            // those commands have a placeholder for the host
	Limits    rooms.Limits
	Theme     *Theme         // default: without colours
	Location  *time.Location // of the times shown; default UTC
	Member    *rooms.Member  // already in a room: Run leaves it
	Door      rooms.Name     // without a Member: start at the door of that room; none: in the lobby
	Lobby     Lobby
	Notice    string // a sentence, shown once in the chat
	Words     string // of the server's operator, shown in the lobby and on entering; may have several lines
	Storage   wording.Storage
	Clipboard Clipboard // how the terminal takes what is copied
	Mouseless bool      // the mouse is the terminal's from the start
	Quiet     bool      // the countdown moves by the minute from the start
	OSC777    bool      // the terminal shows notifications by OSC 777 rather than OSC 9
	Recorded  bool      // the terminal keeps what scrolls out, see painter.Config
	ASCII     bool      // the terminal shows nothing but ASCII, as long as Theme is the one of that name

	// Light lights a room for the lobby. Default: Hub.Light.
	Light func(context.Context, rooms.Lighting) (rooms.Room, error)
	// LightNew does so under a generated name. Default: Light.
	LightNew func(context.Context, rooms.Lighting) (rooms.Room, error)
	// Enter takes a seat in a room that the lobby did not light. Default: Hub.Enter.
	Enter func(context.Context, rooms.Name, rooms.Guest) (*rooms.Member, error)

	// Confirmed waits until the person's client has read all that was written.
	// Default: it does not wait.
	Confirmed func(context.Context) error

	Drawing *Budget // of all sessions of the address; nil: none

	// OutcomeOf returns the outcome of a session that its context ended, given the
	// cause, or that its input ended: then the cause is context.Canceled. Default:
	// the zero value.
	OutcomeOf func(cause error) wording.Outcome

	// Apart runs a function that needs much of the stack, before the screens wait, and
	// returns when that has. Default: on the caller's goroutine.
	Apart func(func())

	// Panicked is called for a panic, on the stack of whatever panicked; the
	// session ends. Default: nothing.
	Panicked func(value any)

	// Painted is called, for each frame that shows something new from the room,
	// with the time from receiving that to the terminal's connection taking the
	// frame. Default: nothing.
	Painted func(time.Duration)

	// Holds is called after each frame with the number of bytes that are kept of
	// what the terminal shows. Default: nothing.
	Holds func(bytes int64)
}

func (c *Config) apart(f func()) {
	if c.Apart == nil {
		f()
		return
	}
	c.Apart(f)
}

func (c Config) withDefaults() Config {
	if c.Theme == nil {
		c.Theme = NewTheme(termenv.Ascii)
	}
	if c.Location == nil {
		c.Location = time.UTC
	}
	if c.Link == nil {
		c.Link = func(rooms.Name) string { return "" }
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
	if c.Confirmed == nil {
		c.Confirmed = func(context.Context) error { return nil }
	}
	if c.OutcomeOf == nil {
		c.OutcomeOf = func(error) wording.Outcome { return wording.Outcome{} }
	}
	if c.Panicked == nil {
		c.Panicked = func(any) {}
	}
	c.Limits = c.Limits.WithDefaults()
	c.Lobby.TTL = cmp.Or(c.Lobby.TTL, c.Limits.TTL)
	c.Lobby.Seats = cmp.Or(c.Lobby.Seats, c.Limits.Seats)
	return c
}
