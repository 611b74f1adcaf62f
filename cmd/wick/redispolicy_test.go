package main

import (
	"strings"
	"syscall"
	"testing"

	"wick/rooms/redis/redistest"
)

func TestServerLogsOnceWhatRedisKeeps(t *testing.T) {
	t.Parallel()
	db := redistest.Start(t, "--appendonly", "yes")
	p := serve(t, t.TempDir(), "--redis", db.URL())
	const sentence = "an append-only file and a slow log of Redis may keep sealed remains"
	if log := p.stops(); strings.Count(log, sentence) != 1 || !strings.Contains(log, "WARN") {
		t.Errorf("the log is\n%s", log)
	}
}

// stops ends the server and returns its log.
func (p *process) stops() string {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	if status := p.ends(); status != 0 {
		p.t.Errorf("status %d", status)
	}
	return p.log.String()
}

func TestAStrictServerRefusesARedisThatKeepsRemains(t *testing.T) {
	t.Parallel()
	bare := []string{"--slowlog-max-len", "0"}
	keeps := redistest.Start(t, append([]string{"--appendonly", "yes"}, bare...)...)
	silent := redistest.Start(t, bare...)
	keeps.LogNoLargeCommands()
	silent.LogNoLargeCommands()
	err := silent.Client().Do(t.Context(), "ACL", "SETUSER", "wick", "on", ">s3cr3t", "~*", "&*", "+@all", "-config").Err()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ url, want string }{
		{keeps.URL(), "--ephemeral strict does not allow this Redis: an append-only file of Redis may keep sealed remains"},
		{"redis://wick:s3cr3t@" + silent.Addr(), "--ephemeral strict does not allow this Redis: Redis does not report snapshots or a slow log"},
	} {
		cmd := wick(t.Context(), t.TempDir(), "--listen", "127.0.0.1:0", "--ephemeral", "strict", "--redis", tt.url)
		out, err := cmd.CombinedOutput()
		if status := statusOf(t, err); status != 1 || !strings.Contains(string(out), tt.want) || strings.Count(string(out), "\n") != 1 {
			t.Errorf("status %d, and it prints\n%s", status, out)
		}
	}
	p := serve(t, t.TempDir(), "--ephemeral", "strict", "--redis", silent.URL())
	if log := p.stops(); strings.Contains(log, "Redis") {
		t.Errorf("the log is\n%s", log)
	}
}
