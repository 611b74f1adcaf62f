package redis

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	goredis "github.com/redis/go-redis/v9"
)

// Audit is how Redis was configured when the store was opened, as far as it
// matters to rooms. On a Cluster it covers all masters.
type Audit struct {
	Retains []Finding // what may keep sealed remains of a room after it was wiped
	Evicts  []Finding // what may delete parts of a room that burns
	Unknown []Finding // what Redis did not report
}

// Finding is one finding of an Audit.
type Finding struct {
	What  string   // "an append-only file"
	Where []string // host:port of the servers; nil if it applies to all
}

// Clean reports whether there is nothing to report: a wiped room leaves nothing
// in Redis, not even sealed, and no room loses a part.
func (a Audit) Clean() bool { return !a.Found() && len(a.Unknown) == 0 }

// Found reports whether Redis may keep remains or evict parts of rooms.
func (a Audit) Found() bool { return len(a.Retains)+len(a.Evicts) > 0 }

// Summary returns all findings in one sentence for the operator, or "" if the
// audit is clean.
func (a Audit) Summary() string {
	var parts []string
	if len(a.Retains) > 0 {
		parts = append(parts, retainsSentence(withServers(a.Retains)))
	}
	if len(a.Evicts) > 0 {
		parts = append(parts, "Redis may evict parts of rooms by "+joinWords(withServers(a.Evicts), "and"))
	}
	if len(a.Unknown) > 0 {
		parts = append(parts, "Redis does not report "+joinWords(withServers(a.Unknown), "or"))
	}
	return strings.Join(parts, "; ")
}

// Remains returns a sentence for people in rooms about what may keep sealed
// remains, or "" if nothing is known to. It names no servers.
func (a Audit) Remains() string {
	if len(a.Retains) == 0 {
		return ""
	}
	var what []string
	for _, f := range a.Retains {
		what = append(what, f.What)
	}
	return retainsSentence(what)
}

func retainsSentence(what []string) string {
	return joinWords(what, "and") + " of Redis may keep sealed remains"
}

// withServers returns the findings, with the servers that they apply to.
func withServers(findings []Finding) []string {
	var words []string
	for _, f := range findings {
		if len(f.Where) > 0 {
			f.What += " (" + strings.Join(f.Where, ", ") + ")"
		}
		words = append(words, f.What)
	}
	return words
}

// Audit returns what Open found out. It does not change later.
func (s *Store) Audit() Audit { return s.audit }

// report is what one server reports about itself. A map is empty if the server
// refuses the command.
type report struct {
	addr   string
	info   map[string]string // from INFO, all sections
	config map[string]string // from CONFIG GET
}

// configs are the parameters that CONFIG GET asks for. Only Valkey 8.1 and later
// know the last four.
var configs = []string{
	"save", "slowlog-log-slower-than", "slowlog-max-len",
	"commandlog-request-larger-than", "commandlog-large-request-max-len",
	"commandlog-reply-larger-than", "commandlog-large-reply-max-len",
}

// inspectServers returns the reports of all masters, ordered by address. A
// server that does not reply is left out or has an empty report.
func inspectServers(ctx context.Context, client goredis.UniversalClient) []report {
	cluster, ok := client.(*goredis.ClusterClient)
	if !ok {
		return []report{inspectServer(ctx, client)}
	}
	var mu sync.Mutex
	var reports []report
	cluster.ForEachMaster(ctx, func(ctx context.Context, master *goredis.Client) error {
		r := inspectServer(ctx, master)
		r.addr = master.Options().Addr
		mu.Lock()
		defer mu.Unlock()
		reports = append(reports, r)
		return nil
	})
	slices.SortFunc(reports, func(a, b report) int { return strings.Compare(a.addr, b.addr) })
	return reports
}

func inspectServer(ctx context.Context, client goredis.UniversalClient) report {
	info, _ := infoOf(ctx, client)
	r := report{info: info, config: map[string]string{}}
	for _, name := range configs { // not every server accepts several names at once
		if values, err := client.ConfigGet(ctx, name).Result(); err == nil {
			maps.Copy(r.config, values)
		}
	}
	return r
}

// unsupportedVersion returns a sentence about the first server that is too old,
// or "". A server that does not report its version as expected passes.
func unsupportedVersion(reports []report) string {
	for _, r := range reports {
		version := r.info["redis_version"]
		major, _, _ := strings.Cut(version, ".")
		if n, err := strconv.Atoi(major); err == nil && n < oldestMajor {
			return fmt.Sprintf("its version is %s, and rooms need %d.0 or later", version, oldestMajor)
		}
	}
	return ""
}

// oldestMajor is the oldest major version of Redis that the scripts are tested
// with.
const oldestMajor = 7

// newAudit evaluates the servers' reports.
func newAudit(reports []report) Audit {
	var a Audit
	for _, r := range reports {
		r.persistence(&a)
		r.replicas(&a)
		r.commandLogs(&a)
		r.eviction(&a)
	}
	if len(reports) == 0 {
		addFinding(&a.Unknown, "its settings", "")
	}
	for _, findings := range [][]Finding{a.Retains, a.Evicts, a.Unknown} {
		for i := range findings {
			if len(findings[i].Where) == len(reports) {
				findings[i].Where = nil
			}
		}
	}
	return a
}

// addFinding adds a server to a finding.
func addFinding(to *[]Finding, what, where string) {
	for i := range *to {
		if (*to)[i].What == what {
			(*to)[i].Where = append((*to)[i].Where, where)
			return
		}
	}
	*to = append(*to, Finding{What: what, Where: []string{where}})
}

func (r report) persistence(a *Audit) {
	const file, snapshots = "an append-only file", "snapshots"
	switch r.info["aof_enabled"] {
	case "0":
	case "":
		addFinding(&a.Unknown, file, r.addr)
	default:
		addFinding(&a.Retains, file, r.addr)
	}
	save, reported := r.config["save"]
	saves, counted := r.info["rdb_saves"]
	switch {
	case save != "", counted && saves != "0":
		addFinding(&a.Retains, snapshots, r.addr)
	case !reported:
		addFinding(&a.Unknown, snapshots, r.addr)
	}
}

// replicas finds replicas, or else the backlog for them, which holds the newest
// megabyte of all writes.
func (r report) replicas(a *Audit) {
	n, err := strconv.Atoi(r.info["connected_slaves"])
	switch {
	case err != nil:
		addFinding(&a.Unknown, "replicas", r.addr)
	case n == 1:
		addFinding(&a.Retains, "1 replica", r.addr)
	case n > 1:
		addFinding(&a.Retains, fmt.Sprintf("%d replicas", n), r.addr)
	case r.info["repl_backlog_active"] == "1":
		addFinding(&a.Retains, "a backlog for replicas", r.addr)
	}
}

// commandLogs finds the logs that keep commands with the beginning of each
// argument. Not every server has logs of large requests and large replies: one
// that does not report them has none, or does not report its slow log either.
func (r report) commandLogs(a *Audit) {
	r.commandLog(a, "a slow log", "slowlog-log-slower-than", "slowlog-max-len")
	if _, reported := r.config["commandlog-large-request-max-len"]; reported {
		r.commandLog(a, "a log of large requests", "commandlog-request-larger-than", "commandlog-large-request-max-len")
		r.commandLog(a, "a log of large replies", "commandlog-reply-larger-than", "commandlog-large-reply-max-len")
	}
}

// commandLog finds one log. Each of the two parameters can turn it off.
func (r report) commandLog(a *Audit, what, threshold, length string) {
	limit, err1 := strconv.Atoi(r.config[threshold])
	entries, err2 := strconv.Atoi(r.config[length])
	switch {
	case err1 == nil && limit < 0, err2 == nil && entries == 0:
	case err1 != nil || err2 != nil:
		addFinding(&a.Unknown, what, r.addr)
	default:
		addFinding(&a.Retains, what, r.addr)
	}
}

func (r report) eviction(a *Audit) {
	switch policy := r.info["maxmemory_policy"]; policy {
	case "noeviction":
	case "":
		addFinding(&a.Unknown, "an eviction policy", r.addr)
	default:
		addFinding(&a.Evicts, "the eviction policy "+policy, r.addr)
	}
}
