package sshapp

import (
	"log/slog"
	"strings"
	"testing"

	"wick/keys"
	"wick/rooms/memory"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

func TestAFullStoreDoesNotFillTheLog(t *testing.T) {
	store := memory.New(memory.Config{Limit: 1 << 12})
	t.Cleanup(func() { store.Close() })
	var out sshtest.Buffer
	addr, _ := startApp(t, store, keys.NewSecret(), Config{Log: slog.New(slog.NewTextHandler(&out, nil))})
	failed := 0
	for range 20 {
		if status, _, _ := run(t, sshtest.Dial(t, addr, "new"), "light", ""); status == wording.ExitFailed {
			failed++
		}
	}
	if failed < 10 {
		t.Errorf("%d of 20 rooms did not fit", failed)
	}
	if n := strings.Count(out.String(), "could not enter a room"); n != 1 {
		t.Errorf("%d lines:\n%s", n, out.String())
	}
}

// What people do wrong is told to them, and is nothing for the operator to read.
func TestMistakesOfPeopleAreNotLogged(t *testing.T) {
	t.Parallel()
	var out sshtest.Buffer
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{Log: slog.New(slog.NewTextHandler(&out, nil))})
	readLines(t, addr, "plans+10m", wide).room()
	for _, tt := range []struct{ user, command string }{
		{"new", "drop"}, {"plans", "drop"}, {"plans", "take"}, {"plans", "get x"}, {"plans", "rm x"}, {"plans", "put a/b"},
		{"plans", "post --to nobody hi"}, {"plans", "post --as root hi"}, {"plans", "light"}, {"other", "post hi"}, {"other", "take"},
	} {
		if status, _, errs := run(t, sshtest.Dial(t, addr, tt.user), tt.command, ""); status == 0 || errs == "" {
			t.Errorf("%s@ %s: status %d, %q", tt.user, tt.command, status, errs)
		}
	}
	if log := out.String(); strings.Contains(log, "WARN") || strings.Contains(log, "ERROR") {
		t.Errorf("the log is %s", log)
	}
}
