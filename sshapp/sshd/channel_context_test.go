package sshd

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/ssh"

	"wick/sshapp/sshtest"
)

func TestValuesOfOneSessionAreItsOwn(t *testing.T) {
	type key struct{}
	addr, _ := startServer(t, func(sess ssh.Session, term *Terminal) {
		ctx := sess.Context()
		if ctx.Value(key{}) != nil {
			fmt.Fprintln(sess, "found another's value")
		}
		ctx.SetValue(key{}, 1)
		fmt.Fprintln(sess, "own", ctx.Value(key{}), "of", ctx.User(), term != nil,
			ctx.Value(ssh.ContextKeySession) == sess)
		io.Copy(io.Discard, sess)
	}, shortLimits())
	c := sshtest.Dial(t, addr, "new")
	for range 3 {
		w := sshtest.Open(t, c)
		w.Asks(t, "exec", sshtest.Command{Command: "x"})
		w.Shows(t, "own 1 of new true true")
		if strings.Contains(w.Text(), "another") {
			t.Error(w.Text())
		}
	}
}

func TestASessionsContextEndsWithItsChannel(t *testing.T) {
	causes := make(chan error, 2)
	addr, _ := startServer(t, func(sess ssh.Session, term *Terminal) {
		ctx, cancel := context.WithTimeout(sess.Context(), sshtest.Patience) // contexts of it end with it
		defer cancel()
		<-ctx.Done()
		causes <- context.Cause(ctx)
	}, shortLimits())
	c := sshtest.Dial(t, addr, "new")
	a, b := sshtest.Open(t, c), sshtest.Open(t, c)
	a.Asks(t, "shell", nil)
	b.Asks(t, "shell", nil)
	a.Close()
	if cause := <-causes; cause != errHungUp {
		t.Errorf("closing the channel: %v", cause)
	}
	c.Close()
	if cause := <-causes; cause != errHungUp && cause != context.Canceled {
		t.Errorf("closing the connection: %v", cause)
	}
}

func TestSessionsOfOneConnectionAreIndependent(t *testing.T) {
	addr, _ := startServer(t, echoScreen, shortLimits())
	c := sshtest.Dial(t, addr, "new")
	a, b := sshtest.Shell(t, c), sshtest.Shell(t, c)
	plain := sshtest.Open(t, c)
	plain.Asks(t, "shell", nil)
	a.Shows(t, "size 80 24")
	a.Close()
	a.Ends(t)
	b.Types("b\r")
	b.Shows(t, `said "b"`)
	plain.Types("line\n")
	plain.Shows(t, "line\n")
	if got := plain.Text(); strings.Contains(got, "\r") {
		t.Errorf("a session without a terminal got %q", got)
	}
}
