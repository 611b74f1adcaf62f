package sshd

import (
	"io"
	"sync"
	"testing"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
)

// A client that reads nothing of one session costs that one alone, unless it is the last
// on the connection.
func TestASessionThatIsNotReadCostsNoOther(t *testing.T) {
	counts := &tally{}
	var stuck sync.Map // of a session that writes without end: its Terminal, and a channel closed when it has returned
	addr, _ := startServer(t, func(sess ssh.Session, term *Terminal) {
		if len(sess.Command()) == 0 {
			io.Copy(sess, sess)
			return
		}
		returned := make(chan struct{})
		defer close(returned)
		stuck.Store(term, returned)
		for {
			if _, err := sess.Write(make([]byte, 1<<20)); err != nil {
				sess.Exit(1)
				return
			}
		}
	}, Config{Meter: counts})
	c := sshtest.Dial(t, addr, "new")
	chat := sshtest.Shell(t, c)
	ch, requests, err := c.OpenChannel("session", nil)
	if err != nil {
		t.Fatal(err)
	}
	status := make(chan string, 1)
	go func() {
		for r := range requests { // nobody reads the channel
			status <- r.Type
		}
	}()
	if _, err := ch.SendRequest("exec", true, gossh.Marshal(sshtest.Command{Command: "follow"})); err != nil {
		t.Fatal(err)
	}
	killed := func() <-chan struct{} {
		var returned chan struct{}
		sshtest.Eventually(t, "it runs", func() bool {
			stuck.Range(func(term, r any) bool {
				returned = r.(chan struct{})
				term.(*Terminal).KillStalled()
				term.(*Terminal).KillStalled()
				stuck.Delete(term)
				return false
			})
			return returned != nil
		})
		return returned
	}
	<-killed()
	if got := <-status; got != "exit-status" {
		t.Errorf("it ended with %q", got)
	}
	chat.Types("still here")
	chat.Shows(t, "still here")
	if got := counts.reasons(); len(got) != 1 || got[0] != Stalled {
		t.Errorf("counted as %q", got)
	}

	chat.CloseWrite()
	chat.Ends(t)
	ch, requests, err = c.OpenChannel("session", nil)
	if err != nil {
		t.Fatal(err)
	}
	go gossh.DiscardRequests(requests)
	if _, err := ch.SendRequest("exec", true, gossh.Marshal(sshtest.Command{Command: "follow"})); err != nil {
		t.Fatal(err)
	}
	<-killed()
	if c.Wait() == nil {
		t.Error("the connection goes on without a session")
	}
}
