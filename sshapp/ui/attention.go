package ui

import (
	"fmt"
	"time"

	"github.com/charmbracelet/x/ansi"

	"wick/rooms"
	"wick/sshapp/slash"
)

// The shortest time between two bells and between two notifications.
const (
	bellGap   = 2 * time.Second
	notifyGap = 10 * time.Second
)

// The text of desktop notifications. Other people can read a lock screen, so it
// names no room or person, and quotes no message.
const (
	notifyTitle     = "wick"
	notifyMentioned = "you were mentioned"
	notifyMessage   = "there is a new message"
)

// attention draws a person's attention to messages: with the bell, a desktop
// notification while the terminal has no focus, and the number of unread messages in
// its title.
type attention struct {
	bell     slash.Bell
	away     bool   // the terminal reported that it lost the focus
	unread   int    // messages since then
	left     uint64 // Seq of the newest message then
	newest   uint64 // Seq of the newest message looked at
	looked   uint64 // position after the newest event looked at
	rang     time.Time
	notified time.Time
}

// focus records whether the terminal has the focus.
func (a *attention) focus(has bool) { a.away, a.unread, a.left = !has, 0, a.newest }

// title returns the terminal's title.
func (a *attention) title(t *Theme, name string) string {
	if a.unread > 0 {
		return fmt.Sprintf("(%d) %s", a.unread, t.title(name))
	}
	return t.title(name)
}

// title returns the terminal's title in a room, or at its door.
func (t *Theme) title(name string) string { return name + t.own(" · wick") }

// onMessages looks at new messages, and alerts the person if one asks for it.
func (c *chat) onMessages() {
	a, you := &c.attention, c.state.You
	newest, news, mentioned := a.newest, 0, false
	log := c.log.log
	for i := len(log.Events) - 1; i >= 0 && log.Pos(i) >= a.looked; i-- {
		e := log.At(log.Pos(i))
		if e.Kind == rooms.Unsaid && a.away && e.From.Identity != you.Identity && e.Seq > a.left && e.Seq <= a.newest {
			a.unread = max(a.unread-1, 0) // it was counted
		}
		if e.Kind != rooms.Message && e.Kind != rooms.Withheld {
			continue
		}
		if e.Seq <= a.newest {
			break
		}
		newest = max(newest, e.Seq)
		if e.Kind == rooms.Message && !isGone(e) && e.From.Identity != you.Identity {
			news++
			mentioned = mentioned || isMention(e, you)
		}
	}
	a.newest, a.looked = newest, log.Next()
	if a.away {
		a.unread += news
	}
	if mentioned && a.bell != slash.BellOff || news > 0 && a.bell == slash.BellAll {
		c.alert(mentioned)
	}
}

// alert rings the bell, and notifies if the terminal has no focus.
func (c *chat) alert(mentioned bool) {
	a, now := &c.attention, time.Now()
	if now.Sub(a.rang) >= bellGap {
		a.rang = now
		c.env.emit("\a")
	}
	if a.away && now.Sub(a.notified) >= notifyGap {
		a.notified = now
		text := notifyMessage
		if mentioned {
			text = notifyMentioned
		}
		c.env.emit(c.env.notification(text))
	}
}

// notification returns the control sequence that shows the text on the desktop:
// OSC 9, or OSC 777 for rxvt.
func (c Config) notification(text string) string {
	if c.OSC777 {
		return "\x1b]777;notify;" + notifyTitle + ";" + text + "\a"
	}
	return ansi.Notify(notifyTitle + ": " + text)
}
