package ui

import (
	"slices"
	"strings"
)

// help and its topics fit a screen of 80×24 each, and their lines the width of
// one of 40×12.
const help = `/share       copy the command to join
/who         who is here, with tags
/nick NAME   change your name
/me waves    say what you do
/msg NAME …  say it to one alone
/burn 10s …  gone soon after a look
/reveal      look: as Ctrl-R
/ttl 5m      shorten the countdown
/bell all    or mentions, or off
/clear       clear your own screen
/theme LOOK  dark, light or contrast
/mouse off   text can be selected
/privacy     who can read this
/destroy     wipe the room, now
/leave       leave; the room burns on
//text       say what starts with /
More: /help keys, text or door`

var helpOn = map[string]string{
	"keys": `Alt-Enter    a new line, as Ctrl-J
Tab          complete, then the next
↑ ↓          what you said before
PgUp PgDn    scroll, as the wheel
Home End     to the top, the newest
Ctrl-A E     start, end of the line
Ctrl-W U K   cut; Ctrl-Y puts back
Alt-B F D    by words, as Ctrl-← →
Ctrl-\       blank it all, and back
Ctrl-C       leave; the room burns on
Select text with Shift held, or after
/mouse off.`,
	"text": "`code`, **bold**, *italic*\n" +
		"``` on a line of its own, before and\n" +
		"after, keeps a block of code as is.\n" +
		":tada: and its like become emoji; Tab\n" +
		"completes their names. Addresses can\n" +
		"be opened: mostly with Ctrl, Shift\n" +
		"and a click.",
	"door": `/admit NAME  let in who knocks
/deny NAME   do not let in
For whoever lit the room:
/lock        newcomers knock; /unlock
/invite 10m  one more gets in, once
/kick NAME   show out; /lock keeps
             out who comes as another`,
}

// helpTopics are what there is more help on.
var helpTopics = []string{"keys", "text", "door"}

// helps is the help on a topic; none is that on commands.
func helps(topic string) string {
	if slices.Contains(helpTopics, topic) {
		return helpOn[topic]
	}
	return help
}

// onScreens begin the lines of help that are of no use in plain lines.
var onScreens = []string{"/reveal", "/bell", "/clear", "/theme", "/mouse", "More:"}

// helpAloud is the help for who has no screen.
func helpAloud() string {
	lines := slices.DeleteFunc(strings.Split(help, "\n"), func(l string) bool {
		return slices.ContainsFunc(onScreens, func(word string) bool { return strings.HasPrefix(l, word) })
	})
	return strings.Join(append(lines, helpOn["door"]), "\n")
}
