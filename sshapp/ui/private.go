package ui

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"wick/rooms"
	"wick/sshapp/wording"
)

// revealHint says how a hidden text is shown.
const revealHint = ": Ctrl-R shows it"

// addressed is who said something, and to whom if not to all.
func (t *transcript) addressed(e rooms.Event) string {
	who := anchored(wording.Alias(e.From))
	switch {
	case e.To == nil:
		return who
	case e.To.Identity == t.me:
		return who + " → you (direct)"
	default:
		return who + " → " + anchored(wording.Alias(*e.To)) + " (direct)"
	}
}

// own tells whether this session draws the event otherwise than others do.
func (t *transcript) own(e rooms.Event) bool {
	return e.From.Identity == t.me || e.To != nil || e.Burn > 0 || t.isMention(e)
}

// isMention reports whether the message calls for this session's person.
func (t *transcript) isMention(e rooms.Event) bool {
	return calls(e, rooms.Seat{Identity: t.me, Alias: t.alias})
}

// message is the errand of /msg: to one person alone.
func (c *chat) message(rest string) (do errand, problem string) {
	name, text := firstWord(rest)
	if text == "" {
		return nil, "Say whom, and what: /msg NAME text."
	}
	m := c.member
	return only(func(ctx context.Context) error { return m.Tell(ctx, name, text) }), ""
}

// burn is the errand of /burn: hidden until somebody looks, then gone.
func (c *chat) burn(rest string) (do errand, problem string) {
	after, text := firstWord(rest)
	d, err := rooms.ParseBurn(strings.ToLower(after))
	switch {
	case err != nil:
		return nil, fmt.Sprintf("%s As in /burn 10s text.", wording.Sentence(err))
	case text == "":
		return nil, "Say what: /burn 10s text."
	}
	m := c.member
	return only(func(ctx context.Context) error { return m.PostBurning(ctx, text, d) }), ""
}

// firstWord splits off the first word.
func firstWord(s string) (word, rest string) {
	at := strings.IndexFunc(s, unicode.IsSpace)
	if at < 0 {
		return s, ""
	}
	return s[:at], strings.TrimSpace(s[at:])
}
