package sshapp

import (
	"slices"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/rooms/memory"
	"wick/sshapp/sshd"
	"wick/sshapp/sshtest"
)

func TestTimeToTheScreenIsMeasured(t *testing.T) {
	t.Parallel()
	store, counts := memory.New(memory.Config{}), &tally{}
	t.Cleanup(func() { store.Close() })
	addr, app := startApp(t, store, keys.NewSecret(), Config{Meter: counts})
	began := time.Now()
	ann := join(t, addr, "new", 80, 24)
	bob := join(t, addr, ann.room(), 80, 24)
	ann.sees("2/8")
	if n := len(counts.paints()); n != 0 {
		t.Errorf("%d frames were measured before anything was said", n)
	}
	ann.says("hello")
	bob.sees("hello")
	ann.sees("hello")
	sshtest.Eventually(t, "the message is measured for both", func() bool { return len(counts.paints()) == 2 })
	for _, took := range counts.paints() {
		if took <= 0 || took > time.Since(began) {
			t.Errorf("it took %v", took)
		}
	}
	if conns, sessions := app.Load(); conns != 2 || sessions != 2 {
		t.Errorf("%d connections and %d sessions", conns, sessions)
	}
}

func TestRefusalsAreCountedByReason(t *testing.T) {
	for _, row := range []struct {
		name  string
		cfg   Config
		users []string
		want  sshd.Reason
	}{
		{"connections", Config{SSH: sshd.Limits{MaxConns: 1}}, []string{"new"}, sshd.TooManyConns},
		{"of an address", Config{SSH: sshd.Limits{MaxConnsPerSource: 1}}, []string{"new"}, sshd.TooManyConnsFromSource},
		{"rooms lit", Config{Quotas: Quotas{Lights: 1}}, []string{"new", "new"}, TooManyLights},
		{"names tried", Config{Quotas: Quotas{Tries: 1}}, []string{"nothing-burns", "nothing-there"}, TooManyTries},
		{"keys", Config{Admit: func(gossh.PublicKey) bool { return false }}, nil, sshd.KeyRefused},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			store, counts := memory.New(memory.Config{}), &tally{}
			t.Cleanup(func() { store.Close() })
			row.cfg.Meter = counts
			addr, _ := startApp(t, store, keys.NewSecret(), row.cfg)
			for _, user := range row.users {
				join(t, addr, user, 80, 24).sees("")
			}
			if len(row.users) < 2 { // one more connection is not let in
				signer, _ := sshtest.NewKey(t)
				_, err := gossh.Dial("tcp", addr, &gossh.ClientConfig{
					User: "new", Auth: []gossh.AuthMethod{gossh.PublicKeys(signer)}, HostKeyCallback: gossh.InsecureIgnoreHostKey(),
				})
				if err == nil {
					t.Fatal("one more got in")
				}
			}
			sshtest.Eventually(t, "it is counted", func() bool { return slices.Equal(counts.reasons(), []sshd.Reason{row.want}) })
		})
	}
}
