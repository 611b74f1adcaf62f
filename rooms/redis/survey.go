package redis

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	goredis "github.com/redis/go-redis/v9"
)

// Survey is what Redis said at Open of how it is set up, and what that means for
// rooms. On a Cluster it is about every master.
type Survey struct {
	Keeps   []Finding // what may keep sealed remains of a room after it was wiped
	Tears   []Finding // what may take away a part of a room that burns
	Unknown []Finding // what Redis would not tell of
}

// Finding is one thing that a Survey found.
type Finding struct {
	What  string   // "an append-only file"
	Where []string // host:port of the servers; none where it is so of all
}

// Clean tells whether there is nothing to say: a wiped room leaves nothing
// behind in Redis, not even sealed, and none is torn.
func (s Survey) Clean() bool { return !s.Found() && len(s.Unknown) == 0 }

// Found tells whether Redis is set up so that it keeps remains or tears rooms.
func (s Survey) Found() bool { return len(s.Keeps)+len(s.Tears) > 0 }

// Summary is all that there is to say, in one sentence for whoever runs the
// server; empty where the survey is clean.
func (s Survey) Summary() string {
	var parts []string
	if len(s.Keeps) > 0 {
		parts = append(parts, sentenceKeeps(located(s.Keeps)))
	}
	if len(s.Tears) > 0 {
		parts = append(parts, "Redis may tear rooms for want of memory, by "+list(located(s.Tears), "and"))
	}
	if len(s.Unknown) > 0 {
		parts = append(parts, "Redis does not tell of "+list(located(s.Unknown), "or"))
	}
	return strings.Join(parts, "; ")
}

// Remains says for people in rooms what may keep sealed remains, and names no
// servers; empty where nothing is known to.
func (s Survey) Remains() string {
	if len(s.Keeps) == 0 {
		return ""
	}
	var what []string
	for _, f := range s.Keeps {
		what = append(what, f.What)
	}
	return sentenceKeeps(what)
}

func sentenceKeeps(what []string) string {
	return list(what, "and") + " of Redis may keep sealed remains"
}

func located(findings []Finding) []string {
	var words []string
	for _, f := range findings {
		if len(f.Where) > 0 {
			f.What += " (" + strings.Join(f.Where, ", ") + ")"
		}
		words = append(words, f.What)
	}
	return words
}

// Survey is what Open found out. It is the same for as long as the store lives.
func (s *Store) Survey() Survey { return s.survey }

// report is what one server says of itself. Where it refuses to, the maps are
// empty.
type report struct {
	addr   string
	info   map[string]string // of INFO, all sections
	config map[string]string // of CONFIG GET
}

// configs are what CONFIG GET is asked for. Only Valkey 8.1 and later know the
// last four.
var configs = []string{
	"save", "slowlog-log-slower-than", "slowlog-max-len",
	"commandlog-request-larger-than", "commandlog-large-request-max-len",
	"commandlog-reply-larger-than", "commandlog-large-reply-max-len",
}

// look asks every server in charge of something how it is set up. That one does
// not answer is no error.
func look(ctx context.Context, client goredis.UniversalClient) []report {
	cluster, ok := client.(*goredis.ClusterClient)
	if !ok {
		return []report{ask(ctx, client)}
	}
	var mu sync.Mutex
	var reports []report
	cluster.ForEachMaster(ctx, func(ctx context.Context, master *goredis.Client) error {
		r := ask(ctx, master)
		r.addr = master.Options().Addr
		mu.Lock()
		defer mu.Unlock()
		reports = append(reports, r)
		return nil
	})
	slices.SortFunc(reports, func(a, b report) int { return strings.Compare(a.addr, b.addr) })
	return reports
}

func ask(ctx context.Context, client goredis.UniversalClient) report {
	r := report{info: map[string]string{}, config: map[string]string{}}
	if sections, err := client.InfoMap(ctx).Result(); err == nil {
		for _, fields := range sections {
			for k, v := range fields {
				r.info[k] = v
			}
		}
	}
	for _, name := range configs { // several in one go are not understood everywhere
		if values, err := client.ConfigGet(ctx, name).Result(); err == nil {
			for k, v := range values {
				r.config[k] = v
			}
		}
	}
	return r
}

// outdated says which version is older than rooms can live with, or nothing.
// Whoever does not tell, or in another way, is not judged by it.
func outdated(reports []report) string {
	for _, r := range reports {
		version := r.info["redis_version"]
		major, _, _ := strings.Cut(version, ".")
		if n, err := strconv.Atoi(major); err == nil && n < oldestMajor {
			return fmt.Sprintf("it is of version %s, and rooms need %d.0 or later", version, oldestMajor)
		}
	}
	return ""
}

// oldestMajor is of the oldest version of Redis that the scripts are tested on.
const oldestMajor = 7

// survey judges what servers said.
func survey(reports []report) Survey {
	var s Survey
	for _, r := range reports {
		r.persistence(&s)
		r.replicas(&s)
		r.commandLogs(&s)
		r.eviction(&s)
	}
	if len(reports) == 0 {
		add(&s.Unknown, "its settings", "")
	}
	for _, findings := range [][]Finding{s.Keeps, s.Tears, s.Unknown} {
		for i := range findings {
			if len(findings[i].Where) == len(reports) {
				findings[i].Where = nil
			}
		}
	}
	return s
}

func add(to *[]Finding, what, where string) {
	for i := range *to {
		if (*to)[i].What == what {
			(*to)[i].Where = append((*to)[i].Where, where)
			return
		}
	}
	*to = append(*to, Finding{What: what, Where: []string{where}})
}

func (r report) persistence(s *Survey) {
	const file, snapshots = "an append-only file", "snapshots"
	switch r.info["aof_enabled"] {
	case "0":
	case "":
		add(&s.Unknown, file, r.addr)
	default:
		add(&s.Keeps, file, r.addr)
	}
	save, told := r.config["save"]
	saved, counted := r.info["rdb_saves"]
	switch {
	case save != "", counted && saved != "0":
		add(&s.Keeps, snapshots, r.addr)
	case !told:
		add(&s.Unknown, snapshots, r.addr)
	}
}

// replicas finds those that follow now, or what was gathered for them: the
// newest megabyte of all that was written.
func (r report) replicas(s *Survey) {
	n, err := strconv.Atoi(r.info["connected_slaves"])
	switch {
	case err != nil:
		add(&s.Unknown, "replicas", r.addr)
	case n == 1:
		add(&s.Keeps, "1 replica", r.addr)
	case n > 1:
		add(&s.Keeps, fmt.Sprintf("%d replicas", n), r.addr)
	case r.info["repl_backlog_active"] == "1":
		add(&s.Keeps, "a backlog for replicas", r.addr)
	}
}

// commandLogs finds the logs that keep commands with the beginning of each
// argument. Those of large requests and large replies are not everywhere: a
// server that tells nothing of them has none, or tells nothing of its slow log
// either.
func (r report) commandLogs(s *Survey) {
	r.commandLog(s, "a slow log", "slowlog-log-slower-than", "slowlog-max-len")
	if _, told := r.config["commandlog-large-request-max-len"]; told {
		r.commandLog(s, "a log of large requests", "commandlog-request-larger-than", "commandlog-large-request-max-len")
		r.commandLog(s, "a log of large replies", "commandlog-reply-larger-than", "commandlog-large-reply-max-len")
	}
}

// commandLog finds one log. Either setting turns it off.
func (r report) commandLog(s *Survey, what, threshold, length string) {
	limit, err1 := strconv.Atoi(r.config[threshold])
	entries, err2 := strconv.Atoi(r.config[length])
	switch {
	case err1 == nil && limit < 0, err2 == nil && entries == 0:
	case err1 != nil || err2 != nil:
		add(&s.Unknown, what, r.addr)
	default:
		add(&s.Keeps, what, r.addr)
	}
}

func (r report) eviction(s *Survey) {
	switch policy := r.info["maxmemory_policy"]; policy {
	case "noeviction":
	case "":
		add(&s.Unknown, "an eviction policy", r.addr)
	default:
		add(&s.Tears, "the eviction policy "+policy, r.addr)
	}
}
