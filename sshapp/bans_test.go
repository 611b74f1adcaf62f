package sshapp

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"wick/keys"
	"wick/sshapp/sshd"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// Who stands in the file stays out, and is out a moment after the file changed.
func TestTheBannedAreOut(t *testing.T) {
	t.Parallel()
	const source = "127.0.0.13"
	file := filepath.Join(t.TempDir(), "banned")
	write := func(lines ...string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("192.0.2.0/24")
	bans, err := keys.OpenBans(file, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	counted := new(tally)
	addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{Bans: bans, Meter: counted})
	ctx, cancel := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { bans.Watch(ctx, app.EndBanned) })
	t.Cleanup(func() { cancel(); watching.Wait() })

	key, _ := sshtest.NewKey(t)
	ann := join(t, addr, "new", 80, 24)
	room := ann.room()
	bob := join(t, addr, room, 80, 24, key)
	cat := sit(t, sshtest.DialFrom(t, source, addr, room), sshtest.Pty(80, 24))
	idle := sshtest.DialFrom(t, source, addr, room) // no session yet
	ann.sees("3/8")

	write("192.0.2.0/24", keys.Fingerprint(key.PublicKey()), source+"/32")
	for name, p := range map[string]*person{"a key": bob, "an address": cat} {
		if status := p.leaves(); status != wording.ExitRefused || !strings.Contains(p.screen.Text(), sshd.ErrBanned.Error()) {
			t.Errorf("%s: status %d, screen:\n%s", name, status, p.screen.Text())
		}
	}
	sshtest.IsCut(t, idle)
	ann.sees("1/8")
	ann.says("still here")
	ann.sees("still here")

	if status, _, errs := run(t, sshtest.Dial(t, addr, room, key), "post hi", ""); status != wording.ExitRefused || !strings.Contains(errs, sshd.ErrBanned.Error()) {
		t.Errorf("a banned key: status %d, %q", status, errs)
	}
	if _, err := sshtest.Connect(t.Context(), source, addr, room); err == nil {
		t.Error("a banned address got in")
	}
	sshtest.Eventually(t, "the refusals are counted", func() bool { return slices.Contains(counted.reasons(), sshd.Banned) })

	write("192.0.2.0/24")
	sshtest.Eventually(t, "whoever is not banned any more gets in", func() bool {
		c, err := sshtest.Connect(t.Context(), source, addr, room)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}
