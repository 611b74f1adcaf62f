package slash

import "slices"

// command is an entry of the table, and everything about a command.
type command struct {
	name     string
	alias    string   // another name, which no list shows
	argument string   // an example or a name, for the help; empty: the command takes none
	text     bool     // the argument ends with a text that is said as it was typed
	help     string   // at most helpWidth cells a line; empty only for /help itself
	group    group    // the list in the help
	faces    Face     // where it works
	complete complete // the choices for its argument; nil: none
	run      func(Room, string) Result
}

// complete returns the choices for a command's argument, the likeliest first.
type complete func(*Completer, Room) []string

// group is a list of commands in the help.
type group uint8

const (
	everyday group = iota
	looks          // how it is shown
	atDoor         // for everybody, at a locked room's door
	owners         // for the person who lit the room
)

// table holds the commands in the order of the help. It is filled by init, since /help,
// which is in it, reads it.
var table []command

func init() {
	table = []command{
		{name: "/share", argument: "qr", help: "how to join, also as QR", faces: both, complete: choices("qr"), run: share},
		{name: "/who", help: "who is here, with tags", faces: both, run: who},
		{name: "/nick", argument: "NAME", help: "change your name", faces: both, run: nick},
		{name: me, argument: "waves", help: "say what you do", faces: both, run: action},
		{name: "/msg", argument: "NAME hi", text: true, help: "write to one person", faces: both, complete: (*Completer).others, run: tell},
		{name: "/burn", argument: "10s hi", text: true, help: "gone soon after reading", faces: both, run: burn},
		{name: "/unsay", argument: "2", help: "take back the 2nd newest", faces: both, run: unsay},
		{name: "/reveal", help: "show what burns (Ctrl-R)", faces: Screen, run: reveal},
		{name: "/copy", argument: "2", help: "copy the 2nd newest text", faces: Screen, run: copyMessage},
		{name: "/files", help: "list the files here", faces: both, run: files},
		{name: "/ttl", argument: "5m", help: "shorten the countdown", faces: both, run: shorten},
		{name: "/plain", help: "lines for screen readers", faces: Screen, run: plain},
		{name: "/tz", argument: "ZONE", help: "show times in your zone", group: looks, faces: both, run: timezone},
		{name: "/bell", argument: "all", help: "or mentions, or off", group: looks, faces: Screen, complete: choices("off", "mentions", "all"), run: bell},
		{name: "/clear", help: "clear your own screen", group: looks, faces: Screen, run: clearView},
		{name: "/theme", argument: "dark", help: "light, contrast or ascii", group: looks, faces: Screen, complete: themes, run: theme},
		{name: "/mouse", argument: "off", help: "select text by mouse", group: looks, faces: Screen, complete: choices("on", "off"), run: mouse},
		{name: "/clock", argument: clockQuiet, help: "by minute; or seconds", group: looks, faces: Screen, complete: choices(clockQuiet, clockSeconds), run: clock},
		{name: "/privacy", help: "who can read this", faces: both, run: privacy},
		{name: "/destroy", help: "wipe the room now", faces: both, run: destroy},
		{name: "/leave", alias: "/quit", help: "leave; the room burns on", faces: both, run: leave},
		{name: "/help", argument: "TOPIC", faces: both, complete: topics, run: help},

		{name: "/admit", argument: "NAME", help: "let somebody in", group: atDoor, faces: both, complete: (*Completer).knocking, run: admit},
		{name: "/deny", argument: "NAME", help: "turn somebody away", group: atDoor, faces: both, complete: (*Completer).knocking, run: deny},

		{name: "/lock", help: "newcomers have to knock", group: owners, faces: both, run: lock},
		{name: "/unlock", help: "newcomers can come in", group: owners, faces: both, run: unlock},
		{name: "/invite", argument: "10m", help: "let one more person in", group: owners, faces: both, run: invite},
		{name: "/kick", argument: "NAME", help: "remove somebody; /lock\nto keep them out", group: owners, faces: both, complete: (*Completer).others, run: kick},
	}
}

func find(name string) *command {
	i := slices.IndexFunc(table, func(c command) bool {
		return c.name == name || c.alias != "" && c.alias == name
	})
	if i < 0 {
		return nil
	}
	return &table[i]
}

// Known reports whether a typed text is a command that there is.
func Known(typed string) bool {
	p := parse(typed)
	return !p.mistyped && find(p.command) != nil
}

// Names returns the commands that work on a face, in alphabetical order.
func Names(f Face) []string {
	var names []string
	for i := range table {
		if c := &table[i]; c.faces&f != 0 {
			names = append(names, c.name)
		}
	}
	slices.Sort(names)
	return names
}
