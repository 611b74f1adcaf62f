package wording

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"wick/rooms"
)

// Size returns a number of bytes, such as 112 KiB. It rounds up.
func Size(bytes int64) string {
	switch {
	case bytes < 1<<10:
		return Count(uint64(max(bytes, 0)), "byte")
	case bytes <= 1<<20-1<<10:
		return fmt.Sprintf("%d KiB", (bytes+1<<10-1)>>10)
	}
	tenths := (bytes*10 + 1<<20 - 1) >> 20
	return strings.TrimSuffix(fmt.Sprintf("%d.%d", tenths/10, tenths%10), ".0") + " MiB"
}

// Waiting says that something waits in a room to be taken. command is the one that takes
// it, and look says how else to see it, or is "".
func Waiting(d rooms.Drop, command, look string) string {
	who := Tagged(d.From)
	if d.For != "" {
		return fmt.Sprintf("%s left %s here for one key. Its holder can take it, once, with:\n%s%s", who, Size(d.Size), command, look)
	}
	return fmt.Sprintf("%s left %s here. The first to come can take it, once, with:\n%s%s", who, Size(d.Size), command, look)
}

// FilesHere says how many files a room has. command is the one that lists them.
func FilesHere(n int, command string) string {
	return Count(uint64(n), "file") + " in this room. To list:\n" + command
}

// Files lists the files of a room, and says how to get or put one. join is the command that
// joins the room.
func Files(all []rooms.File, join string) string {
	if len(all) == 0 {
		return "There are no files in this room. To put one here:\n" + join + " put NAME <NAME"
	}
	var text strings.Builder
	for _, f := range all {
		fmt.Fprintf(&text, "%s (%s) %s\n", rooms.CleanLine(f.Name), Size(f.Size), Tagged(f.From))
	}
	name := Quoted(rooms.CleanLine(all[0].Name))
	fmt.Fprintf(&text, "To get the first:\n%s get %s >%s", join, name, name)
	return text.String()
}

// Quoted returns a name as a shell takes it: a command that is suggested runs nothing else.
func Quoted(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r)
	}) {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// TakenBy says who took a drop, and when.
func TakenBy(t rooms.Taking, loc *time.Location) string {
	return "taken by " + Tagged(t.By) + " " + t.Time.In(loc).Format(time.TimeOnly)
}

// TakenAlready says when a drop was taken, and by nobody by name: whoever asks may be a
// stranger to the room.
func TakenAlready(t rooms.Taking, loc *time.Location) string {
	return "that was taken at " + t.Time.In(loc).Format(time.TimeOnly)
}
