package ui

import (
	"fmt"
	"time"

	"github.com/charmbracelet/x/ansi"

	"wick/rooms"
	"wick/sshapp/slash"
)

// However much is said, a person is not called more often than this.
const (
	bellGap   = 2 * time.Second
	notifyGap = 10 * time.Second
)

// What a desktop is shown. Lock screens are read by others: no name of a room or a
// person, and nothing that was said.
const (
	notifyTitle     = "wick"
	notifyMentioned = "you were mentioned"
	notifyMessage   = "there is a new message"
)

// attention is how a session calls for its person: the bell, a notification of
// the desktop while the terminal's focus is elsewhere, and a number in its title.
type attention struct {
	bell     slash.Bell
	away     bool   // the terminal reported that it has not the focus
	unread   int    // messages since then
	heard    uint64 // the newest message looked at
	looked   uint64 // position after the newest event looked at
	rang     time.Time
	notified time.Time
}

// focus notes whether the terminal has the focus.
func (a *attention) focus(has bool) { a.away, a.unread = !has, 0 }

// title is that of the terminal.
func (a *attention) title(name string) string {
	if a.unread > 0 {
		return fmt.Sprintf("(%d) %s · wick", a.unread, name)
	}
	return name + " · wick"
}

// onMessages looks at the messages that came, and calls for the person if they do.
func (c *chat) onMessages() {
	a, you := &c.attention, c.state.You
	newest, news, called := a.heard, 0, false
	log := c.log.log
	for i := len(log.Events) - 1; i >= 0 && log.Pos(i) >= a.looked; i-- {
		e := log.At(log.Pos(i))
		if e.Kind != rooms.Message && e.Kind != rooms.Withheld {
			continue
		}
		if e.Seq <= a.heard {
			break
		}
		newest = max(newest, e.Seq)
		if e.Kind == rooms.Message && !e.Burnt && e.From.Identity != you.Identity {
			news++
			called = called || calls(e, you)
		}
	}
	a.heard, a.looked = newest, log.Next()
	if a.away {
		a.unread += news
	}
	if called && a.bell != slash.BellOff || news > 0 && a.bell == slash.BellAll {
		c.call(called)
	}
}

// call rings, and notifies where the person looks elsewhere.
func (c *chat) call(mentioned bool) {
	a, now := &c.attention, time.Now()
	if now.Sub(a.rang) >= bellGap {
		a.rang = now
		c.env.Emit("\a")
	}
	if a.away && now.Sub(a.notified) >= notifyGap {
		a.notified = now
		text := notifyMessage
		if mentioned {
			text = notifyMentioned
		}
		c.env.Emit(c.env.notification(text))
	}
}

// notification is the control that shows the text on the desktop: OSC 9, or, of
// rxvt, OSC 777.
func (c Config) notification(text string) string {
	if c.OSC777 {
		return "\x1b]777;notify;" + notifyTitle + ";" + text + "\a"
	}
	return ansi.Notify(notifyTitle + ": " + text)
}
