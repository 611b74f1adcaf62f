package redis

import (
	"maps"
	"slices"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms/redis/redistest"
)

// bare are the arguments of a server with a clean audit, once its
// logs of large commands are off.
var bare = []string{"--slowlog-max-len", "0"}

func TestAuditReportsWhatMayRemain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, want, remains string
		args                []string
	}{
		{"nothing", "", "", bare},
		{"no slow log either way", "", "", []string{"--slowlog-log-slower-than", "-1"}},
		{"default", "a slow log of Redis may keep sealed remains", "a slow log of Redis may keep sealed remains", nil},
		{
			"append-only", "an append-only file of Redis may keep sealed remains", "an append-only file of Redis may keep sealed remains",
			append([]string{"--appendonly", "yes"}, bare...),
		},
		{
			"snapshots", "snapshots of Redis may keep sealed remains", "snapshots of Redis may keep sealed remains",
			append([]string{"--save", "3600 1"}, bare...),
		},
		{
			"all of it",
			"an append-only file, snapshots and a slow log of Redis may keep sealed remains; " +
				"Redis may evict parts of rooms by the eviction policy allkeys-lru",
			"an append-only file, snapshots and a slow log of Redis may keep sealed remains",
			[]string{"--appendonly", "yes", "--save", "3600 1", "--maxmemory-policy", "allkeys-lru"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t, c.args...)
			server.LogNoLargeCommands()
			got := open(t, server.URL()).Audit()
			if got.Summary() != c.want || got.Remains() != c.remains {
				t.Errorf("summary %q, remains %q", got.Summary(), got.Remains())
			}
			if clean := c.want == ""; got.Clean() != clean || got.Found() == clean {
				t.Errorf("clean %v, found %v", got.Clean(), got.Found())
			}
		})
	}
}

func TestAuditSeesEarlierSnapshots(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, bare...)
	server.LogNoLargeCommands()
	ok(t, server.Client().WithTimeout(patience).Save(t.Context()).Err()) // it may wait for the disk
	if got := open(t, server.URL()).Audit().Remains(); got != "snapshots of Redis may keep sealed remains" {
		t.Errorf("remains are %q", got)
	}
}

func TestAuditReportsWhatIsUnknown(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	server.LogNoLargeCommands()
	for _, c := range []struct {
		user  string
		rules []any
		want  string
	}{
		{"neither", []any{"-info", "-config"}, "Redis does not report an append-only file, snapshots, replicas, a slow log or an eviction policy"},
		{"info", []any{"-config"}, "Redis does not report snapshots or a slow log"},
		{"config", []any{"-info"}, "a slow log of Redis may keep sealed remains; Redis does not report an append-only file, replicas or an eviction policy"},
	} {
		args := append([]any{"ACL", "SETUSER", c.user, "on", ">s3cr3t", "~*", "&*", "+@all"}, c.rules...)
		ok(t, server.Client().Do(t.Context(), args...).Err())
		got := open(t, "redis://"+c.user+":s3cr3t@"+server.Addr()).Audit()
		if got.Summary() != c.want || got.Clean() {
			t.Errorf("%s: %q", c.user, got.Summary())
		}
	}
}

func TestAuditOfACluster(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t, bare...)
	for _, node := range cluster.Nodes {
		node.LogNoLargeCommands()
	}
	if got := open(t, cluster.URLs()).Audit(); !got.Clean() {
		t.Errorf("summary %q", got.Summary())
	}
	one := cluster.Nodes[1]
	one.Config("appendonly", "yes")
	for _, node := range cluster.Nodes {
		node.Config("maxmemory-policy", "volatile-ttl")
	}
	got := open(t, cluster.URLs()).Audit()
	want := "an append-only file (" + one.Addr() + ") of Redis may keep sealed remains; " +
		"Redis may evict parts of rooms by the eviction policy volatile-ttl"
	if got.Summary() != want {
		t.Errorf("summary %q", got.Summary())
	}
	if got := got.Remains(); got != "an append-only file of Redis may keep sealed remains" {
		t.Errorf("remains %q", got)
	}
}

func TestAuditSeesReplicasAndTheirBacklog(t *testing.T) {
	t.Parallel()
	pair := redistest.StartSentinel(t, bare...)
	for _, server := range pair.Servers {
		server.LogNoLargeCommands()
	}
	if got := open(t, pair.URL()).Audit().Remains(); got != "1 replica of Redis may keep sealed remains" {
		t.Errorf("remains %q", got)
	}
	primary := pair.Primary()
	pair.Replica().Kill()
	until(t, "the primary has lost its replica", func() bool {
		info, err := primary.Client().InfoMap(t.Context(), "replication").Result()
		return err == nil && info["Replication"]["connected_slaves"] == "0"
	})
	if got := open(t, pair.URL()).Audit().Remains(); got != "a backlog for replicas of Redis may keep sealed remains" {
		t.Errorf("remains %q", got)
	}
}

// Valkey 8.1 and later log large commands in addition to slow ones.
func TestAuditSeesLogsOfLargeCommands(t *testing.T) {
	config := func(requests, kept, replies, repliesKept string) map[string]string {
		return map[string]string{
			"save": "", "slowlog-log-slower-than": "-1", "slowlog-max-len": "128",
			"commandlog-request-larger-than": requests, "commandlog-large-request-max-len": kept,
			"commandlog-reply-larger-than": replies, "commandlog-large-reply-max-len": repliesKept,
		}
	}
	for _, c := range []struct {
		name, want string
		config     map[string]string
	}{
		{
			"default", "a log of large requests and a log of large replies of Redis may keep sealed remains",
			config("1048576", "128", "1048576", "128"),
		},
		{"requests alone", "a log of large requests of Redis may keep sealed remains", config("0", "1", "-1", "128")},
		{"replies alone", "a log of large replies of Redis may keep sealed remains", config("1048576", "0", "1048576", "128")},
		{"off by size", "", config("-1", "128", "-1", "128")},
		{"off by length", "", config("1048576", "0", "1048576", "0")},
		{"a server without", "", map[string]string{"save": "", "slowlog-log-slower-than": "-1", "slowlog-max-len": "128"}},
		{
			"half reported", "Redis does not report a log of large requests",
			map[string]string{
				"save": "", "slowlog-max-len": "0", "commandlog-large-request-max-len": "128",
				"commandlog-reply-larger-than": "-1", "commandlog-large-reply-max-len": "128",
			},
		},
	} {
		got := newAudit([]report{{config: c.config, info: map[string]string{
			"aof_enabled": "0", "connected_slaves": "0", "maxmemory_policy": "noeviction",
		}}})
		if got.Summary() != c.want {
			t.Errorf("%s: summary %q, want %q", c.name, got.Summary(), c.want)
		}
		for _, name := range slices.Sorted(maps.Keys(c.config)) {
			if !slices.Contains(configs, name) {
				t.Errorf("configs lacks %s", name)
			}
		}
	}
}

func TestUnsupportedVersionNamesOldServers(t *testing.T) {
	for _, c := range []struct {
		version string
		old     bool
	}{{"6.2.14", true}, {"5", true}, {"7.0.0", false}, {"8.2.1", false}, {"", false}, {"unstable", false}} {
		got := unsupportedVersion([]report{{info: map[string]string{"redis_version": "7.2.4"}}, {info: map[string]string{"redis_version": c.version}}})
		if (got != "") != c.old || c.old && !strings.Contains(got, c.version) {
			t.Errorf("%q: %q", c.version, got)
		}
	}
	var live goredis.UniversalClient = redistest.Start(t).Client()
	if got := unsupportedVersion(inspectServers(t.Context(), live)); got != "" {
		t.Errorf("the server of these tests: %s", got)
	}
}
