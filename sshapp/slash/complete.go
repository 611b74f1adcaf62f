package slash

import (
	"strings"

	"wick/rooms"
)

// minShortcode is how much of an emoji's name must be typed before Tab finds it, in
// bytes. There are thousands of names.
const minShortcode = 3

// Completer finds the candidates that Tab offers. It caches the names on the roster. The
// zero value is ready. It is not safe for concurrent use.
type Completer struct {
	roster []rooms.Seat
	names  []string
}

// Candidates returns the completions of a word of which the beginning is typed, each
// with the blank or colon that follows it, the likeliest first. before is the text
// before the word.
func (c *Completer) Candidates(r Room, before, typed string) []string {
	lead, line := cutInvisible(before)
	switch p := parse(before + typed); {
	case strings.HasPrefix(typed, ":"):
		if len(typed) < minShortcode {
			return nil
		}
		return emojiNamed(typed)
	case p.command != "" && !p.mistyped && line == "":
		return commandsWithPrefix(r.Face, p.command)
	case p.command != "" && !p.mistyped:
		given := parse(lead + strings.TrimSpace(line))
		if cmd := find(given.command); given.argument == "" && cmd != nil && cmd.complete != nil {
			return atPrefix(typed, func(prefix string) []string { return withPrefix(cmd.complete(c, r), prefix, " ") })
		}
	}
	suffix := " "
	if before == "" {
		suffix = ": "
	}
	return atPrefix(typed, func(prefix string) []string { return withPrefix(c.others(r), prefix, suffix) })
}

// atPrefix returns the candidates for a word, each with the @ that it begins with, if it
// does.
func atPrefix(typed string, find func(prefix string) []string) []string {
	prefix := person(typed)
	all := find(prefix)
	for i := range all {
		all[i] = typed[:len(typed)-len(prefix)] + all[i]
	}
	return all
}

func commandsWithPrefix(f Face, typed string) []string {
	names := withPrefix(Names(f), typed, "")
	for i, name := range names {
		if find(name).argument != "" {
			names[i] += " "
		}
	}
	return names
}

// withPrefix returns the texts that begin with prefix in either case, each with
// the suffix.
func withPrefix(all []string, prefix, suffix string) []string {
	var some []string
	prefix = strings.ToLower(prefix)
	for _, s := range all {
		if strings.HasPrefix(strings.ToLower(s), prefix) {
			some = append(some, s+suffix)
		}
	}
	return some
}

// choices completes an argument that is one of a few words.
func choices(words ...string) complete {
	return func(*Completer, Room) []string { return words }
}

func themes(_ *Completer, r Room) []string { return r.Settings.Themes }

// knocking returns the names of the people at the door.
func (c *Completer) knocking(r Room) []string { return namesOf(r.State.Knocks, "") }

// others returns the names of the other people in the room, recent speakers first.
func (c *Completer) others(r Room) []string {
	here := c.rosterNames(r.State.Roster, r.State.You.ID)
	waiting := make(map[string]bool, len(here))
	for _, name := range here {
		waiting[name] = true
	}
	names := make([]string, 0, len(here))
	for i := len(r.Events) - 1; i >= 0; i-- {
		if e := r.Events[i]; e.Kind == rooms.Message && waiting[e.From.Alias] {
			names = append(names, e.From.Alias)
			delete(waiting, e.From.Alias)
		}
	}
	for _, name := range here {
		if waiting[name] {
			names = append(names, name)
		}
	}
	return names
}

// rosterNames returns the names on a roster except for your own. A roster is replaced
// when it changes, never modified, so the names of the last one can be cached.
func (c *Completer) rosterNames(roster []rooms.Seat, you string) []string {
	same := len(c.roster) == len(roster) && len(roster) > 0 && &c.roster[0] == &roster[0]
	if !same {
		c.roster, c.names = roster, namesOf(roster, you)
	}
	return c.names
}

// namesOf returns the names that can be typed as one word, without that of the
// seat with the ID except.
func namesOf(seats []rooms.Seat, except string) []string {
	var names []string
	seen := make(map[string]bool, len(seats))
	for i := range seats {
		s := &seats[i]
		if name := rooms.CleanLine(s.Alias); name != "" && !strings.Contains(name, " ") && s.ID != except && !seen[name] {
			names = append(names, name)
			seen[name] = true
		}
	}
	return names
}
