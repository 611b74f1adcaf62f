package slash

import (
	"context"
	"strconv"
	"strings"
	"unicode"

	"wick/rooms"
	"wick/sshapp/wording"
)

// This file has the commands that change something in the room.

func nick(r Room, name string) Result {
	return act(func(ctx context.Context) error { return r.Member.Rename(ctx, person(name)) })
}

// action runs only if no text follows: otherwise the line is a message.
func action(Room, string) Result { return problem("Say what you do: /me waves.") }

// tell is /msg: a message to one person alone.
func tell(r Room, argument string) Result {
	name, text := firstWord(argument)
	if strings.TrimSpace(text) == "" {
		return problem("Say who and what: /msg NAME text.")
	}
	return act(func(ctx context.Context) error { return r.Member.Tell(ctx, person(name), text) })
}

// burn posts a text that is hidden until somebody looks at it, and then burns. It is for
// one person alone if a name with @ stands before it; a text that begins with @ has one
// more.
func burn(r Room, argument string) Result {
	after, text := firstWord(argument)
	d, err := rooms.ParseBurn(strings.ToLower(after))
	if err != nil {
		return problem(wording.Sentence(err) + " For example: /burn 10s text.")
	}
	saying := rooms.Saying{Burn: d}
	switch name, rest := firstWord(text); {
	case person(person(name)) != person(name):
		text = person(text)
	case person(name) != name:
		saying.To, text = person(name), rest
		if _, err := r.Member.Named(saying.To); err != nil {
			return problem(wording.Sentence(err) + " To say a text that begins with @, type two: /burn " + after + " @@text.")
		}
	}
	if strings.TrimSpace(text) == "" {
		return problem("Say what burns: /burn 10s text, or /burn 10s @NAME text.")
	}
	return act(func(ctx context.Context) error { return r.Member.Say(ctx, text, saying) })
}

func reveal(Room, string) Result { return Result{Reveal: true} }

// unsay takes back one of the person's own messages.
func unsay(r Room, argument string) Result {
	n := 1
	if argument != "" {
		var err error
		if n, err = strconv.Atoi(argument); err != nil || n < 1 {
			return problem("Say which of yours: /unsay for the newest message, /unsay 2 for the one before.")
		}
	}
	switch have := r.Member.Own(n); {
	case r.Sending:
		return problem("Your last message is still being sent: wait a moment.")
	case have > 0 && have < n:
		return problem(wording.FewerYours(have))
	}
	return Result{Action: func(ctx context.Context) (Reply, error) {
		said, err := r.Member.Unsay(ctx, n)
		if err != nil {
			return Reply{}, err
		}
		return Reply{Text: wording.TakenBack, Forget: said.Text}, nil
	}}
}

// shorten is /ttl.
func shorten(r Room, argument string) Result {
	left, err := rooms.ParseTTL(strings.ToLower(argument))
	if err != nil {
		return problem(wording.Sentence(err))
	}
	return act(func(ctx context.Context) error { return r.Member.Shorten(ctx, left) })
}

func destroy(r Room, _ string) Result {
	result := act(r.Member.Destroy)
	result.Question = &Question{Text: "Type y to wipe it for everybody.", Declined: "Kept: the room burns on."}
	return result
}

func leave(Room, string) Result { return Result{Leave: true} }

// firstWord splits off the first word and the blanks after it. If the rest begins on a
// line of its own, it keeps its indent.
func firstWord(s string) (word, rest string) {
	at := strings.IndexFunc(s, unicode.IsSpace)
	if at < 0 {
		return s, ""
	}
	rest = strings.TrimLeftFunc(s[at:], unicode.IsSpace)
	gap := s[at : len(s)-len(rest)]
	if end := strings.LastIndexByte(gap, '\n'); end >= 0 {
		rest = gap[end+1:] + rest
	}
	return s[:at], rest
}
