package sshd

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/charmbracelet/ssh"

	"wick/sshapp/sshtest"
)

func TestPanicsEndTheirSessionOnly(t *testing.T) {
	const secret = "what somebody said"
	var log sshtest.Buffer
	cfg := shortLimits()
	cfg.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	addr, _ := startServer(t, func(sess ssh.Session, term *Terminal) {
		switch sess.RawCommand() {
		case "index":
			i := len(sess.Environ())
			_ = sess.Environ()[i]
		case "apart":
			Apart(failApart)
		}
		panic(secret)
	}, cfg)
	const room = "k7f3-q9xm-2tdw"
	c := sshtest.Dial(t, addr, room)
	for _, command := range []string{"", "index", "apart"} {
		w := sshtest.Open(t, c)
		w.Asks(t, "exec", sshtest.Command{Command: command})
		w.Ends(t)
		w.Shows(t, strings.TrimSpace(apology))
		if got := w.Status.Load(); got != 1 {
			t.Errorf("exit status %d", got)
		}
	}
	logged := log.String()
	for _, wanted := range []string{"type=string", "type=runtime.boundsError", "type=float64", "failApart", "TestPanicsEndTheirSessionOnly"} {
		if !strings.Contains(logged, wanted) {
			t.Errorf("the log lacks %s:\n%s", wanted, logged)
		}
	}
	for _, unwanted := range []string{secret, "127.0.0.1", room} {
		if strings.Contains(logged, unwanted) {
			t.Errorf("the log tells %q:\n%s", unwanted, logged)
		}
	}
}

func failApart() { panic(1.5) }
