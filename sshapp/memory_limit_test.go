package sshapp

import (
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/ssh"

	"wick/keys"
	"wick/sshapp/sshd"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// Of the people in one room, the one whose connection holds too much is cut and told
// why. The others go on.
func TestConnectionThatHoldsTooMuchMemoryIsCut(t *testing.T) {
	t.Parallel()
	const budget = int64(1) << 30
	count, log := &tally{}, &sshtest.Buffer{}
	held := make(chan struct{})
	addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{
		Meter: count, Log: slog.New(slog.NewTextHandler(log, nil)), Budget: budget,
	}, func(a *App) {
		// The session with a key holds much, once it may.
		err := a.setServer(func(sess ssh.Session, term *sshd.Terminal) {
			if sess.PublicKey() != nil {
				go func() {
					<-held
					term.Holds(sshd.MemoryInput, budget/10*9)
				}()
			}
			a.handle(sess, term)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	ann := readLines(t, addr, "new", "dumb")
	room := ann.room()
	bob := readLines(t, addr, room, "dumb")
	ann.says("hello")
	bob.hears("hello")
	key, _ := sshtest.NewKey(t)
	heavy := readLines(t, addr, room, "dumb", key)
	heavy.hears("hello")
	if use := app.Memory(); use.Connections == 0 || use.Output == 0 || use.Budget != budget {
		t.Errorf("it is counted as %+v", use)
	}
	close(held)
	if status, says := heavy.leaves(), strings.Join(strings.Fields(heavy.Out.String()), " "); status != wording.ExitFailed || !strings.Contains(says, sshd.ErrMemory.Error()+". ssh ") || !strings.HasSuffix(says, room+"@localhost") {
		t.Errorf("status %d, and the end is %q", status, says[max(len(says)-120, 0):])
	}
	sshtest.Eventually(t, "the connection is gone", func() bool { conns, _ := app.Load(); return conns == 2 })
	if why := count.reasons(); !slices.Equal(why, []sshd.Reason{sshd.HeldTooMuch}) || app.Memory().Cuts != 1 {
		t.Errorf("it is counted as %v, and as %d cuts", why, app.Memory().Cuts)
	}
	if lines := strings.Count(log.String(), "\n"); lines != 1 || strings.Contains(log.String(), room) || strings.Contains(log.String(), "127.0.0.1") {
		t.Errorf("the log has %d lines: %s", lines, log)
	}
	bob.says("still here")
	ann.hears("still here")
}
