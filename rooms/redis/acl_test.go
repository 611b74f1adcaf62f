package redis

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"wick/rooms/redis/redistest"
)

// documented returns the user in the package comment: its name, its rules, and
// the additional rules for the Audit.
func documented(t *testing.T) (name string, rules, more []any) {
	t.Helper()
	text, err := os.ReadFile("store.go")
	ok(t, err)
	_, rest, found := strings.Cut(string(text), "ACL SETUSER ")
	block, rest, ended := strings.Cut(rest, "//\n// and for the Audit ")
	audit, _, comma := strings.Cut(rest, ",")
	if !found || !ended || !comma {
		t.Fatal("the package comment names no ACL user")
	}
	words := strings.Fields(strings.ReplaceAll(block, "//", ""))
	for _, w := range words[1:] {
		rules = append(rules, w)
	}
	for _, w := range strings.Fields(audit) {
		more = append(more, w)
	}
	return words[0], rules, more
}

// user creates the documented user, with more rules added, on the server. It
// returns the beginning of a URL with that user.
func user(t *testing.T, server *redistest.Server, added ...any) string {
	t.Helper()
	name, rules, _ := documented(t)
	args := append([]any{"ACL", "SETUSER", name}, rules...)
	ok(t, server.Client().Do(t.Context(), append(args, added...)...).Err())
	return "redis://" + name + ":password@"
}

func TestSelfcheckNamesMissingPermissions(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	for _, c := range []struct{ rule, want string }{
		{"-@scripting", "probe: the Redis user may not use the command EVALSHA, see ACL LOG in Redis"},
		{"-eval", "probe: the Redis user may not use the command EVAL, see ACL LOG in Redis"},
		{"-@pubsub", "the Redis user may not use the command SUBSCRIBE, see ACL LOG in Redis"},
		{"-publish", "it does not let scripts use PUBLISH, see ACL LOG in Redis"},
		{"resetchannels", "the Redis user may not use channels that begin with e4:, see ACL LOG in Redis"},
		{"resetkeys", "probe: the Redis user may not use keys that begin with e4:, see ACL LOG in Redis"},
		{"-time", "it does not let scripts use TIME, see ACL LOG in Redis"},
		{"-pexpireat", "it does not let scripts use PEXPIREAT, see ACL LOG in Redis"},
		{"-@hash", "it does not let scripts use HSET, HSETNX, HINCRBY, HGET, HMGET, HGETALL, HEXISTS, HLEN and HDEL, see ACL LOG in Redis"},
		{"-ping", "the Redis user may not use the command PING, see ACL LOG in Redis"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			added := []any{"reset"}
			_, rules, more := documented(t)
			added = append(append(append(added, rules...), more...), c.rule)
			url := user(t, server, added...) + server.Addr()
			before := len(server.Keys())
			if _, err := server.Client().ScriptFlush(t.Context()).Result(); err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), Config{URLs: url, Sealer: sealer})
			if err == nil {
				s.Close()
				t.Fatal("Open succeeded without the permission")
			}
			if want := "cannot use Redis at " + server.Addr() + ": " + c.want; err.Error() != want {
				t.Errorf("error is %q, want %q", err, want)
			}
			until(t, "the self-check leaves nothing", func() bool { return len(server.Keys()) <= before })
		})
	}
}

func TestAuditNeedsTwoCommandsMore(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, bare...)
	server.LogNoLargeCommands()
	_, _, more := documented(t)
	url := user(t, server, more...) + server.Addr()
	if got := open(t, url).Audit(); !got.Clean() {
		t.Errorf("summary %q", got.Summary())
	}
}

func TestDocumentedUserServesOnACluster(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	var urls []string
	for _, node := range cluster.Nodes {
		urls = append(urls, user(t, node, "+cluster|slots", "+asking")+node.Addr())
	}
	s := open(t, strings.Join(urls, ","))
	reach(t, s, open(t, strings.Join(urls, ",")))
	for range 8 { // on all nodes
		room, ann := lit(t, s, 60e9, 10)
		say(t, s, room.Ref, ann, "hi")
		cluster.MoveSlot(s.codec.keys(room.Name)[0])
		say(t, s, room.Ref, ann, "hi")
	}
}

// The self-check tries every command that scripts use, and the documented user
// may use it.
func TestScriptsUseOnlyCheckedCommands(t *testing.T) {
	name, rules, _ := documented(t)
	allowed := map[any]bool{}
	for _, r := range rules {
		allowed[r] = true
	}
	entries, err := luaFiles.ReadDir("lua")
	ok(t, err)
	probe, used := luaSource("probe"), regexp.MustCompile(`redis\.p?call\('([A-Z]+)'`)
	found := 0
	for _, e := range entries {
		for _, m := range used.FindAllStringSubmatch(luaSource(strings.TrimSuffix(e.Name(), ".lua")), -1) {
			found++
			if !strings.Contains(probe, "try('"+m[1]+"'") {
				t.Errorf("%s uses %s, which probe.lua does not try", e.Name(), m[1])
			}
			if !allowed["+"+strings.ToLower(m[1])] {
				t.Errorf("%s uses %s, which user %s in the package comment may not", e.Name(), m[1], name)
			}
		}
	}
	if found == 0 {
		t.Error("the scripts contain no commands")
	}
}
