package sshapp

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"wick/keys"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// Scripts that say one thing each make one line each, on screens, in plain lines and in
// JSON, whether they have keys or not.
func TestAPostMakesOneLine(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 1)
		addr := addrs[0]
		ann := join(t, addr, "new", 80, 24)
		room := ann.room()
		lines := must(t, addr, room+"+plain")
		lines.Shows(t, "Others join with")
		follow := sshtest.Exec(t, sshtest.Dial(t, addr, room), "follow --json")
		follow.Shows(t, `"joined"`)
		before := len(strings.Split(follow.Text(), "\n"))
		key, _ := sshtest.NewKey(t)
		guest, keyed := sshtest.Dial(t, addr, room), sshtest.Dial(t, addr, room, key)
		for n := range 6 {
			c, as := guest, ""
			if n%2 == 1 {
				c = keyed
			}
			if n >= 4 {
				as = "--as ci "
			}
			if status, _, stderr := run(t, c, "post "+as+message(n), ""); status != 0 {
				t.Errorf("post %d: status %d, %q", n, status, stderr)
			}
		}
		run(t, guest, "who", "")
		run(t, guest, "info", "")
		ann.sees(message(5))
		lines.Shows(t, message(5))
		follow.Shows(t, message(5))
		records := strings.Split(strings.TrimSpace(follow.Text()), "\n")[before-1:]
		if len(records) != 6 || slices.ContainsFunc(records, func(r string) bool { return !strings.Contains(r, `"type":"message"`) }) {
			t.Errorf("follow printed\n%s", strings.Join(records, "\n"))
		}
		if !strings.Contains(records[4], `"from":"ci"`) {
			t.Errorf("said under another name: %s", records[4])
		}
		for what, text := range map[string]string{"screens": ann.screen.Text(), "plain lines": lines.Text()} {
			if n := strings.Count(text, "came in") + strings.Count(text, " left\n"); n > 3 { // the readers
				t.Errorf("the %s tell of %d comings and goings:\n%s", what, n, text)
			}
		}
	})
}

func TestPostUnderAName(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	key, _ := sshtest.NewKey(t)
	ann := join(t, addr, "new", 80, 24, key)
	room := ann.room()
	ann.says("/nick bob")
	ann.sees("is now bob")
	script := sshtest.Dial(t, addr, room)
	post := func(options string) (int, string) {
		status, _, stderr := run(t, script, "post "+options+" -- hello", "")
		return status, stderr
	}
	for range 2 {
		if status, stderr := post("--as ci"); status != 0 {
			t.Errorf("status %d, %q", status, stderr)
		}
	}
	for options, want := range map[string]struct {
		status int
		text   string
	}{
		"--as Bob":  {wording.ExitFailed, "somebody here already has that name"},
		"--as wick": {wording.ExitUsage, "is reserved"},
		"--as ":     {wording.ExitUsage, ""},
		"--as=a/b":  {wording.ExitUsage, ""},
	} {
		if status, stderr := post(options); status != want.status || !strings.Contains(strings.ToLower(stderr), want.text) {
			t.Errorf("post %s: status %d, %q", options, status, stderr)
		}
	}
	// What somebody with a key went by stays theirs when they are gone.
	ann.says("m1")
	ann.sees("m1")
	ann.says("/leave")
	ann.leaves()
	if status, stderr := post("--as bob"); status != wording.ExitFailed || !strings.Contains(stderr, "had that name before") {
		t.Errorf("status %d, %q", status, stderr)
	}
	_, history, _ := run(t, script, "follow --for 1ms", "")
	if n := strings.Count(history, "ci: hello"); n != 2 {
		t.Errorf("said twice as ci: %s", fmt.Sprint(history))
	}
}

// must opens a shell without a terminal.
func must(t *testing.T, addr, user string) *sshtest.Session {
	t.Helper()
	s, err := sshtest.Start(sshtest.Dial(t, addr, user), sshtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
