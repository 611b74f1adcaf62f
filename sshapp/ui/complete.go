package ui

import (
	"strings"
	"unicode/utf8"

	"wick/rooms"
)

// maxChoices bounds what can be chosen from with Tab.
const maxChoices = 200

// minShortcode is how much of an emoji's name has to be typed, in bytes: there
// are thousands.
const minShortcode = 3

// tabbing is a choice that is being made with Tab: the text in [from, to) is
// the one chosen.
type tabbing struct {
	from, to int
	typed    string // before
	choices  []string
	at       int
}

// choice is what a command can be told, for Tab.
type choice struct {
	word string // of the command; with a space behind it where more is to come
	next func(*chat) []string
}

// choices of all commands, in the order that they are shown in.
var choices = []choice{
	{"/admit ", (*chat).knocking},
	{"/bell ", func(*chat) []string { return []string{"off", "mentions", "all"} }},
	{"/burn ", nil},
	{"/clear", nil},
	{"/deny ", (*chat).knocking},
	{"/destroy", nil},
	{"/help ", func(*chat) []string { return helpTopics }},
	{"/invite ", nil},
	{"/kick ", (*chat).others},
	{"/leave", nil},
	{"/lock", nil},
	{"/me ", nil},
	{"/msg ", (*chat).others},
	{"/mouse ", func(*chat) []string { return []string{"on", "off"} }},
	{"/nick ", nil},
	{"/privacy", nil},
	{"/reveal", nil},
	{"/share", nil},
	{"/theme ", func(*chat) []string { return lookNames() }},
	{"/ttl ", nil},
	{"/unlock", nil},
	{"/who", nil},
}

// complete chooses the next that fits what is typed before the cursor, or with
// by -1 the one before.
func (c *chat) complete(by int) {
	if t := c.tab; t != nil {
		t.at = (t.at + by + len(t.choices)) % len(t.choices)
		c.choose(t.choices[t.at])
		return
	}
	to := c.line.pos
	from := to
	for from > 0 && c.line.runes[from-1] > ' ' {
		from--
	}
	typed := string(c.line.runes[from:to])
	all := c.fitting(string(c.line.runes[:from]), typed)
	if len(all) == 0 {
		return
	}
	c.tab = &tabbing{from: from, to: to, typed: typed, choices: all[:min(len(all), maxChoices)]}
	if by < 0 {
		c.tab.at = len(c.tab.choices) - 1
	}
	c.choose(c.tab.choices[c.tab.at])
	if len(all) == 1 {
		c.tab = nil
	}
}

// choose puts a choice into the draft, if there is room for it.
func (c *chat) choose(text string) {
	t, l := c.tab, &c.line
	if len(l.runes)-(t.to-t.from)+utf8.RuneCountInString(text) > l.limit {
		return
	}
	l.replace(t.from, t.to, []rune(text))
	t.to = l.pos
}

// unchoose brings back what was typed.
func (c *chat) unchoose() {
	c.choose(c.tab.typed)
	c.tab = nil
}

// fitting are the choices for a word that is typed behind some text.
func (c *chat) fitting(before, typed string) []string {
	command := strings.HasPrefix(before+typed, "/") && !strings.HasPrefix(before+typed, "//")
	switch {
	case command && before == "":
		words := make([]string, len(choices))
		for i, ch := range choices {
			words[i] = ch.word
		}
		return starting(words, typed, "")
	case command:
		for _, ch := range choices {
			if strings.TrimSpace(ch.word) == strings.TrimSpace(before) && ch.next != nil {
				return starting(ch.next(c), typed, " ")
			}
		}
	case strings.HasPrefix(typed, ":"):
		if len(typed) < minShortcode {
			return nil
		}
		return shortcodes(typed)
	}
	behind := " "
	if before == "" {
		behind = ": "
	}
	at := ""
	if strings.HasPrefix(typed, "@") {
		at, typed = "@", typed[1:]
	}
	all := starting(c.others(), typed, behind)
	for i := range all {
		all[i] = at + all[i]
	}
	return all
}

// starting are those that start so, in either case, with what comes behind.
func starting(all []string, typed, behind string) []string {
	var some []string
	typed = strings.ToLower(typed)
	for _, s := range all {
		if strings.HasPrefix(strings.ToLower(s), typed) {
			some = append(some, s+behind)
		}
	}
	return some
}

// others are the names of who else is here, those who spoke last first.
func (c *chat) others() []string {
	here := c.here.of(c.state.Roster, c.state.You.ID)
	waiting := make(map[string]bool, len(here))
	for _, name := range here {
		waiting[name] = true
	}
	names := make([]string, 0, len(here))
	events := c.log.log.Events
	for i := len(events) - 1; i >= 0; i-- {
		if e := &events[i]; e.Kind == rooms.Message && waiting[e.From.Alias] {
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

// rosterNames are the names on a roster but one's own. A roster is replaced when
// it changes, never altered.
type rosterNames struct {
	roster []rooms.Seat
	names  []string
}

func (n *rosterNames) of(roster []rooms.Seat, you string) []string {
	same := len(n.roster) == len(roster) && len(roster) > 0 && &n.roster[0] == &roster[0]
	if !same {
		*n = rosterNames{roster, namesOf(roster, you)}
	}
	return n.names
}

// knocking are the names of who is at the door.
func (c *chat) knocking() []string { return namesOf(c.state.Knocks, "") }

// namesOf are the names that can be typed, but for that of the seat.
func namesOf(seats []rooms.Seat, but string) []string {
	var names []string
	seen := make(map[string]bool, len(seats))
	for i := range seats {
		s := &seats[i]
		if name := rooms.CleanLine(s.Alias); name != "" && !strings.Contains(name, " ") && s.ID != but && !seen[name] {
			names = append(names, name)
			seen[name] = true
		}
	}
	return names
}

// offer shows the choices in a row, the one chosen marked.
func (t *tabbing) offer(p *pen, theme *Theme) {
	text := func(i int) string { return strings.TrimRight(t.choices[i], ": ") }
	// From the first on, as long as the one chosen is in sight.
	from, cells := 0, 0
	for i := 0; i <= t.at; i++ {
		cells += len([]rune(text(i))) + 2
	}
	if cells > p.left-2 {
		from = t.at
		p.write(theme.dim, "… ")
	}
	for i := from; i < len(t.choices) && p.left > 1; i++ {
		if i == t.at {
			p.write(theme.accent, "‹"+text(i)+"›")
			p.skip(1)
			continue
		}
		p.write(theme.dim, text(i))
		p.skip(2)
	}
}
