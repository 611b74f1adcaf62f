package slash

import (
	"fmt"
	"strings"
)

// The help has two columns: the command with its argument, and what it does. Each text is
// narrow enough for a screen of 40×12 and short enough for one of 80×24.
const (
	commandWidth = 13 // cells
	helpWidth    = 24 // cells
)

// The topics of /help besides the commands.
const (
	keysTopic = "keys"
	textTopic = "text"
	lookTopic = "look"
	doorTopic = "door"
)

const textHelp = "`code`, **bold**, *italic*: the marks\n" +
	"stay, like everything you type.\n" +
	"A line of ``` before and after shows\n" +
	"a block of code as it is.\n" +
	"//text says text that starts with /.\n" +
	"Tab after :tada makes it an emoji.\n" +
	"To open a web address, click it, in\n" +
	"most terminals with Ctrl or Shift."

// What /help text says of messages that burn.
const (
	burnHelp = "Ctrl-R shows a burning message, or\n" +
		"scrolls to one. A text longer than\n" +
		"the screen burns once you see its\n" +
		"end, or after a minute.\n" +
		burnHelpInBoth
	burnHelpInLines = "Burning text is for screens only.\n" + burnHelpInBoth
	burnHelpInBoth  = "The sender learns who looked. For one\n" +
		"person only: /burn 10s @NAME hi"
)

func help(r Room, topic string) Result {
	switch {
	case topic == keysTopic && r.Face == Screen:
		return show(r.Keys)
	case topic == textTopic && r.Face == Screen:
		return show(textHelp + "\n" + burnHelp)
	case topic == textTopic:
		return show(textHelp + "\n" + burnHelpInLines)
	case topic == lookTopic && r.Face == Screen:
		return show(list(looks, r.Face))
	case topic == doorTopic:
		return show(doorHelp(r.Face))
	}
	text := list(everyday, r.Face)
	if r.Face == Lines { // where no screen bounds the text
		text += "\n" + list(looks, r.Face) + "\n" + doorHelp(r.Face)
	}
	return show(text + "\nMore: /help " + alternatives(topics(nil, r)))
}

func doorHelp(f Face) string {
	return list(atDoor, f) + "\nFor the person who lit the room:\n" + list(owners, f)
}

// list returns the help on the commands of a group that work on a face.
func list(g group, f Face) string {
	var rows []string
	add := func(typed, does string) {
		for line := range strings.SplitSeq(does, "\n") {
			rows = append(rows, fmt.Sprintf("%-*s%s", commandWidth, typed, line))
			typed = ""
		}
	}
	for i := range table {
		if c := &table[i]; c.group == g && c.faces&f != 0 && c.help != "" {
			add(strings.TrimSpace(c.name+" "+c.argument), c.help)
		}
	}
	return strings.Join(rows, "\n")
}

// topics returns the topics that /help offers on a face.
func topics(_ *Completer, r Room) []string {
	if r.Face == Lines {
		return []string{textTopic}
	}
	return []string{keysTopic, textTopic, lookTopic, doorTopic}
}

// alternatives joins words as in "this, that or the other".
func alternatives(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
