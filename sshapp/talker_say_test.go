package sshapp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unique"
)

// outcome is what became of a message as its sender knows it.
type outcome struct {
	confirmed bool // the sender's own screen showed it
	refused   int  // times that it came back into the composer
}

// again is how long a person looks at a message that came back before
// pressing Enter once more.
const again = 250 * time.Millisecond

// scrolledOff is when a sender who has seen nothing of a message looks further up.
const scrolledOff = 3 * time.Second

// say types a message and presses Enter as long as it stands in the composer.
// On an error, or if the server says that it may still appear, nobody knows
// whether it was said.
func (k *talker) say(ctx context.Context, text string) (out outcome, err error) {
	if err := k.types(text); err != nil {
		return out, err
	}
	standing := func(g glance) bool { return g.composer == text }
	if _, err := k.sees(ctx, standing); err != nil {
		return out, err
	}
	for {
		if err := k.types("\r"); err != nil {
			return out, err
		}
		// One that is refused at once may stand there as if nothing had happened.
		wait, cancel := context.WithTimeout(ctx, again)
		_, stood := k.sees(wait, func(g glance) bool { return !standing(g) || g.shows(text) })
		cancel()
		if errors.Is(stood, errSessionOver) || ctx.Err() != nil {
			return out, stood
		}
		g, err := k.learns(ctx, text)
		switch {
		case err != nil:
			return out, err
		case g.composer != text:
			out.confirmed = true
			return out, nil
		}
		if stood == nil || g.notes() { // else Enter was not even read yet
			out.refused++
		}
		if strings.Contains(strings.Join(g.rows, "\n"), "may still appear") {
			return out, k.types("\x15") // Ctrl-U
		}
		wait, cancel = context.WithTimeout(ctx, again)
		k.sees(wait, func(g glance) bool { return !standing(g) })
		cancel()
	}
}

// learns waits until the message is in the transcript, or back in the composer.
func (k *talker) learns(ctx context.Context, text string) (glance, error) {
	for {
		wait, cancel := context.WithTimeout(ctx, scrolledOff)
		g, err := k.sees(wait, func(g glance) bool { return g.shows(text) || g.composer == text })
		cancel()
		if err == nil || err == errSessionOver || ctx.Err() != nil {
			return g, err
		}
		// It may have come back just now, and recall would clear it.
		if g = k.glance(); g.sending || g.composer != "" {
			continue
		}
		// It may have come with so much else that it was never on the screen.
		all, err := k.recall(ctx)
		if err != nil || slices.Contains(all, text) {
			return k.glance(), err
		}
	}
}

// errApart says that what is on one page does not follow on what is on the one before.
var errApart = errors.New("two pages of the transcript do not meet")

// recall scrolls through all that the room remembers, from the newest to the
// oldest, and returns its messages in their order. It begins again if so much came
// meanwhile that two pages do not meet.
func (k *talker) recall(ctx context.Context) (sequence, error) {
	var before []string
	for {
		newest, all, err := k.pages(ctx)
		again := errors.Is(err, errApart) && !slices.Equal(newest, before)
		if err != nil && !again {
			return nil, err
		}
		err = k.types("\x15\r") // Enter follows what is new
		if err != nil || !again {
			return messagesOf(all), err
		}
		before = newest
	}
}

// pages scrolls through the transcript. It returns the rows of the newest page, and
// those of all pages.
func (k *talker) pages(ctx context.Context) (newest, all []string, err error) {
	for page := 0; ; page++ {
		// A character that is seen in the composer says that what was pressed
		// before it is done.
		mark := string(rune('a' + page%26))
		if err := k.types("\x15" + mark); err != nil {
			return nil, nil, err
		}
		g, err := k.sees(ctx, func(g glance) bool { return g.composer == mark })
		if err != nil {
			return nil, nil, err
		}
		if page == 0 {
			newest = g.rows
		}
		over := min(len(g.rows), len(all))
		for over > 0 && !slices.Equal(g.rows[len(g.rows)-over:], all[:over]) {
			over--
		}
		if page > 0 && over == 0 {
			return newest, nil, fmt.Errorf("%w:\n%s\n---\n%s", errApart, strings.Join(g.rows, "\n"), strings.Join(all[:min(len(all), 5)], "\n"))
		}
		if over == len(g.rows) {
			return newest, all, nil // the top
		}
		all = append(slices.Clone(g.rows[:len(g.rows)-over]), all...)
		if err := k.types(pageUp); err != nil {
			return nil, nil, err
		}
	}
}

// messagesOf returns the messages in rows of the transcript.
func messagesOf(rows []string) (said sequence) {
	for _, row := range rows {
		if m := spokenRow.FindStringSubmatch(row); m != nil {
			said = append(said, unique.Make(m[1]).Value()) // without the row, of which windows keep many
		}
	}
	return said
}
