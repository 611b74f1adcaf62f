package sshapp

import (
	"strings"
	"testing"

	"wick/keys"
	"wick/sshapp/sshtest"
)

// Whoever has no key owns a room only as long as the connection lasts.
func TestOwnersWithoutAKeyAreWarned(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	key, _ := sshtest.NewKey(t)
	if status, out, errs := run(t, sshtest.Dial(t, addr, "new"), "light", ""); status != 0 || !strings.HasPrefix(out, "ssh ") || !strings.Contains(errs, "nobody will be able to lock this room") {
		t.Errorf("light: status %d, %q, %q", status, out, errs)
	}
	if status, _, errs := run(t, sshtest.Dial(t, addr, "new", key), "light", ""); status != 0 || errs != "" {
		t.Errorf("light with a key: status %d, %q", status, errs)
	}

	ann := readLines(t, addr, "plans+10m", wide)
	ann.room()
	bob := readLines(t, addr, "plans", wide, key)
	bob.says("/lock")
	bob.line(`\* Only the person who lit the room may do that\.`)
	ann.says("/lock")
	ann.line(`\* You have no key: if your connection breaks, nobody can unlock the room, .*`)
	ann.says("n")
	ann.line(`\* The room stays open\.`)
	ann.says("/lock")
	sshtest.Eventually(t, "another question", func() bool { return strings.Count(ann.Out.String(), "* Type y to lock it anyway.") == 2 })
	ann.says("y")
	bob.line(`\d\d:\d\d \* \S+ locked the room.*`)

	cat := readLines(t, addr, "fresh+10m", wide, key)
	cat.says("/lock")
	cat.line(`\d\d:\d\d \* \S+ locked the room.*`)
}
