package sshapp

import (
	"encoding/json"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/rooms"
	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
)

// records returns the JSON objects of an output, by type.
func records(t *testing.T, out string) map[string][]record {
	t.Helper()
	all := map[string][]record{}
	for line := range strings.Lines(out) {
		var r record
		if !strings.HasSuffix(line, "\n") {
			break // there is more to come
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all[r.Type] = append(all[r.Type], r)
	}
	return all
}

func startCommand(t *testing.T, addr, room, command string, key []gossh.Signer) *sshtest.Session {
	t.Helper()
	s, err := sshtest.Start(sshtest.Dial(t, addr, room, key...), sshtest.Options{Command: command})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A message is taken back on every screen, on both servers, and those who passed it on
// are told; later nobody gets it.
func TestTakingBackAcrossServers(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	f := newFleet(t, rooms.HubConfig{})
	one, two := f.start(server.URL()), f.start(server.URL())
	ann := join(t, one.addr, "new", 80, 24)
	room := ann.room()
	bob := join(t, two.addr, room, 80, 24)
	lines := readLines(t, two.addr, room, "dumb")
	follow := startCommand(t, two.addr, room, "follow --json", nil)
	ann.says("m1")
	ann.says("swordfish")
	for _, out := range []func() string{lines.Out.String, follow.Out.String} {
		sshtest.Eventually(t, "the message", func() bool { return strings.Contains(out(), "swordfish") })
	}
	bob.shows("swordfish")
	ann.says("/unsay")
	ann.shows("Others may have read it")
	for _, p := range []*person{ann, bob} {
		p.shows("▒▒▒ taken back")
		p.seesNoMore("swordfish")
		p.sees("m1")
	}
	sshtest.Eventually(t, "the line", func() bool {
		return strings.Contains(lines.Out.String(), "* "+ann.alias()+" took back a message from ")
	})
	sshtest.Eventually(t, "the record", func() bool { return len(records(t, follow.Out.String())["unsaid"]) > 0 })
	if got := records(t, follow.Out.String())["unsaid"][0]; got.Seq != 2 || got.From != ann.alias() || got.Time == "" || got.Text != "" {
		t.Errorf("the record is %+v", got)
	}
	for _, s := range []*wickServer{one, two, f.start(server.URL())} {
		status, out, errs := run(t, sshtest.Dial(t, s.addr, room), "follow --json --for 200ms", "")
		said := records(t, out)["message"]
		if status != 0 || strings.Contains(out, "swordfish") || len(said) != 2 || !said[1].Unsaid || said[1].Seq != 2 || said[0].Unsaid {
			t.Errorf("status %d: %q %q", status, out, errs)
		}
	}
	// From plain lines as well.
	lines.says("halibut")
	bob.shows("halibut")
	lines.says("/unsay")
	sshtest.Eventually(t, "the reply", func() bool { return strings.Contains(lines.Out.String(), "* Taken back here") })
	bob.seesNoMore("halibut")
	bob.sees("m1")
	dan := join(t, two.addr, room, 80, 24)
	dan.shows("▒▒▒ taken back")
	dan.shows("m1")
}

// A secret is for one person, from a screen and from a script. Its sender learns who
// looked: on the screen, in lines, in JSON, and when coming back later.
func TestASecretForOnePersonAndWhoLooked(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	key, _ := sshtest.NewKey(t)
	ann := join(t, addr, "new", 160, 24, key)
	room := ann.room()
	bob, eve := join(t, addr, room, 160, 24), join(t, addr, room, 160, 24)
	lines := readLines(t, addr, room, "dumb", key)
	follow := startCommand(t, addr, room, "follow --json", []gossh.Signer{key})
	ann.says("/burn 10s @nobody swordfish")
	ann.shows("Nobody has that name.")
	ann.says("/burn 30s @" + bob.alias() + " swordfish")
	ann.shows("(direct)  swordfish")
	bob.shows("▒▒▒ burns 30s after the first look")
	eve.types("\x12") // Ctrl-R
	eve.shows("There is nothing hidden here.")
	bob.types("\x12")
	bob.shows("swordfish (burns at")
	looked := bob.alias() + " looked at what you said at "
	ann.shows(looked)
	sshtest.Eventually(t, "the line", func() bool { return strings.Contains(lines.Out.String(), "* "+looked) })
	sshtest.Eventually(t, "the record", func() bool { return len(records(t, follow.Out.String())["revealed"]) > 0 })
	if got := records(t, follow.Out.String())["revealed"][0]; got.Seq != 1 || got.From != bob.alias() || got.Time == "" {
		t.Errorf("the record is %+v", got)
	}
	_, out, _ := run(t, sshtest.Dial(t, addr, room, key), "follow --json --for 200ms", "")
	if got := records(t, out)["revealed"]; len(got) != 1 {
		t.Errorf("coming back, ann is told %+v", got)
	}
	_, out, _ = run(t, sshtest.Dial(t, addr, room), "follow --json --for 200ms", "")
	if got := records(t, out); len(got["revealed"])+len(got["message"]) > 0 {
		t.Errorf("somebody else is told %q", out)
	}

	// From a script.
	for _, tt := range []struct {
		command string
		status  int
	}{
		{"post --burn 30s --to " + bob.alias() + " halibut", 0},
		{"post --to=@" + bob.alias() + " pike", 0},
		{"post --burn=1h carp", 0},
		{"post --to nobody trout", 1},
		{"post --to= trout", 1},
		{"post --to @ trout", 1},
		{"post --burn 1s trout", 2},
		{"post --burn 30s --to", 2},
	} {
		if status, _, errs := run(t, sshtest.Dial(t, addr, room), tt.command, ""); status != tt.status {
			t.Errorf("%s: status %d, %q", tt.command, status, errs)
		}
	}
	if status, _, errs := run(t, sshtest.Dial(t, addr, room), "post --burn 30s --to "+bob.alias(), "perch\nbass\n"); status != 0 {
		t.Errorf("status %d, %q", status, errs)
	}
	bob.shows("pike")
	eve.shows("▒▒▒ burns 1h after")
	for _, out := range []string{ann.Out.String(), eve.Out.String()} {
		for _, word := range []string{"halibut", "pike", "perch", "bass", "trout"} {
			if strings.Contains(out, word) {
				t.Errorf("%s was written to others: %q", word, out)
			}
		}
	}
	bob.types("\x12")
	bob.shows("halibut")
}
