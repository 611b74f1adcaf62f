package sshapp

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"wick/rooms"
	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// A failover loses that the servers were closed. They know, and tell the new primary.
func TestOperatorsReachAllServersThroughAFailover(t *testing.T) {
	t.Parallel()
	pair := redistest.StartSentinel(t)
	f := newFleet(t, rooms.HubConfig{})
	key, _ := sshtest.NewKey(t)
	isOperator := func(k gossh.PublicKey) bool { return bytes.Equal(k.Marshal(), key.PublicKey().Marshal()) }
	start := func() (addr string, operator func(string) (int, string, string)) {
		t.Helper()
		store := f.openStore(pair.URL())
		addr = f.serve(store, Config{Operators: isOperator, Fleet: store.(rooms.Fleet)}).addr
		c := sshtest.Dial(t, addr, "op", key)
		return addr, func(command string) (int, string, string) { return run(t, c, command, "") }
	}
	// replies waits until a command has status 0 and prints what matches.
	replies := func(operator func(string) (int, string, string), command, pattern string) {
		t.Helper()
		matches := regexp.MustCompile(pattern).MatchString
		sshtest.Eventually(t, command, func() bool {
			status, out, errs := operator(command)
			return status == 0 && matches(out+errs)
		})
	}
	closed := func(addr string) bool {
		t.Helper()
		status, _, errs := run(t, sshtest.Dial(t, addr, "new"), "light", "")
		return status == wording.ExitRefused && strings.Contains(errs, "lights no new rooms")
	}

	one, atOne := start()
	two, atTwo := start()
	replies(atOne, "status --json", `(?s)"closed":false.*"closed":false`)
	was := pair.Primary()
	was.HoldReplicas()
	replies(atOne, "close", "^$")
	was.Kill()
	pair.AwaitFailover(was)

	replies(atTwo, "status --json", `(?s)"closed":true.*"closed":true`)
	three, atThree := start()
	replies(atThree, "status --json", `(?s)("closed":true.*){3}`)
	if !closed(three) {
		t.Error("the third server is open")
	}
	replies(atThree, "open", "^$")
	for _, addr := range []string{one, two, three} {
		if closed(addr) {
			t.Errorf("%s is closed", addr)
		}
	}
	replies(atTwo, "status --json", `(?s)("closed":false.*){3}`)
}
