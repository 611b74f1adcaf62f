package sshapp

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/rooms"
	"wick/rooms/redis"
	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// Two servers of one Redis. Whoever gives a command to one of them gives it to both.
func TestAnOperatorReachesAllServersOfARedis(t *testing.T) {
	t.Parallel()
	server, secret := redistest.Start(t), keys.NewSecret()
	key, _ := sshtest.NewKey(t)
	isOperator := func(k gossh.PublicKey) bool { return bytes.Equal(k.Marshal(), key.PublicKey().Marshal()) }
	drained := make(chan string, 4)
	start := func(name string) (addr string, operator func(string) (int, string, string)) {
		t.Helper()
		store := openRedis(t, server, secret)
		end := sync.OnceFunc(func() { drained <- name })
		addr, _ = startApp(t, store, secret, Config{Operators: isOperator, End: end, Fleet: store.(rooms.Fleet)})
		c := sshtest.Dial(t, addr, "op", key)
		return addr, func(command string) (int, string, string) { return run(t, c, command, "") }
	}
	sub := server.Client().PSubscribe(t.Context(), "e4:*:a") // somebody who records
	_, err := sub.Receive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	recorded := sub.Channel()
	one, atOne := start("one")
	two, atTwo := start("two")
	ann := join(t, one, "plans+10m", 80, 24)
	ann.types("\r")
	ann.sees("1/8")
	bob := join(t, two, "plans", 80, 24)
	bob.sees("2/8")
	// want gives a command, and checks its status and its lines.
	want := func(operator func(string) (int, string, string), command string, status, lines int, pattern string) string {
		t.Helper()
		got, out, errs := operator(command)
		if text := out + errs; got != status || strings.Count(text, "\n") != lines || !regexp.MustCompile(pattern).MatchString(text) {
			t.Errorf("%s: status %d, %q, %q", command, got, out, errs)
		}
		return out
	}
	refused := func(addr string, refused bool) {
		t.Helper()
		status, _, errs := run(t, sshtest.Dial(t, addr, "new"), "light", "")
		if (status == wording.ExitRefused && strings.Contains(errs, "lights no new rooms")) != refused {
			t.Errorf("lighting: status %d, %q, and it is closed: %v", status, errs, refused)
		}
	}

	want(atOne, "status", 0, 8, `(?s)Server .*Server .*New rooms can be lit`)
	out := want(atTwo, "status --json", 0, 2, `"members":1`)
	var numbers []string
	for line := range strings.Lines(out) {
		var r struct{ Server string }
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, r.Server)
	}
	out = want(atTwo, "sessions --json", 0, 3, `"session":`) // two people, and this command
	for _, n := range numbers {
		if n == "" || !strings.Contains(out, `"server":"`+n+`"`) {
			t.Errorf("sessions of %q: %q", n, out)
		}
	}
	want(atOne, "announce we move", 0, 2, `(?m)^Announced in 1 room on server `+numbers[0]+`\.$`)
	ann.sees("we move")
	bob.sees("we move")

	want(atOne, "close", 0, 0, "")
	refused(one, true)
	refused(two, true)
	three, atThree := start("three") // it was started while they were closed
	refused(three, true)
	want(atThree, "open", 0, 0, "")
	refused(two, false)
	want(atThree, "close", 0, 0, "")

	// Everything once more, by somebody who may write to Redis. The closing and ann stay.
	again := map[string]string{}
	for len(recorded) > 0 {
		m := <-recorded
		again[m.Payload] = m.Channel
	}
	for payload, channel := range again {
		server.Client().Publish(t.Context(), channel, payload)
	}
	server.Client().Publish(t.Context(), again[""], "forged")
	if len(again) < 10 {
		t.Errorf("only %d messages were recorded", len(again))
	}
	want(atOne, "status --json", 0, 3, `"closed":true`) // comes after what was repeated
	if n := strings.Count(ann.screen.Text(), "we move"); n != 1 {
		t.Errorf("announced %d times", n)
	}

	// One that is listed, and silent.
	silent := openRedis(t, server, secret).(*redis.Store)
	if _, _, err := silent.Renew(t.Context(), "silent", time.Hour); err != nil {
		t.Fatal(err)
	}
	want(atOne, "status --json", wording.ExitFailed, 4, `1 of 4 servers did not reply: silent\.`)
	if err := silent.Retire(t.Context(), "silent"); err != nil {
		t.Fatal(err)
	}

	for line := range strings.Lines(want(atTwo, "sessions", 0, 3, numbers[1])) {
		if f := strings.Fields(line); f[4] != numbers[0] { // numbers[0] is two's own
			want(atTwo, "end "+f[0], 0, 0, "") // ann
			break
		}
	}
	want(atTwo, "end zzzzzz", wording.ExitFailed, 1, "no session has that number now")
	if status := ann.leaves(); status != wording.ExitRefused {
		t.Errorf("whose session was ended: status %d", status)
	}

	want(atTwo, "drain 0 --yes", wording.ExitFailed, 1, "no server has that number now")
	want(atThree, "drain "+numbers[0]+" --yes", 0, 0, "")
	if got := <-drained; got != "two" {
		t.Errorf("%s was ended", got)
	}
	want(atThree, "drain all --yes", 0, 0, "")
	if got := []string{<-drained, <-drained}; !slices.Contains(got, "one") || !slices.Contains(got, "three") {
		t.Errorf("ended: %q", got)
	}
}
