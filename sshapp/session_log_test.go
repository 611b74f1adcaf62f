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
	if n := strings.Count(out.String(), "got into no room"); n != 1 {
		t.Errorf("%d lines:\n%s", n, out.String())
	}
}
