package redistest

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// MasterName is what the Sentinels call the pair that they watch.
	MasterName = "rooms"

	// DownAfter is how long a primary is silent before Sentinels replace it.
	DownAfter = time.Second

	sentinels = 3
	quorum    = 2 // Sentinels that must agree that the primary is down
)

// Sentinel is a primary and its replica, watched by three Sentinels. Its
// methods are for one goroutine at a time and fail the test where they cannot
// do what they say.
type Sentinel struct {
	Servers   [2]*Server // whichever is the primary
	Sentinels []*Server
	t         testing.TB
	asks      []*redis.SentinelClient
}

// StartSentinel runs two servers and three Sentinels and waits until these know
// each other and the replica follows the primary. The arguments are added to
// the command lines of the two servers.
func StartSentinel(t testing.TB, args ...string) *Sentinel {
	t.Helper()
	p := &Sentinel{t: t}
	args = append([]string{"--repl-diskless-sync-delay", "0"}, args...)
	for i := range p.Servers {
		p.Servers[i] = Start(t, args...)
	}
	primary, replica := p.Servers[0], p.Servers[1]
	p.follow(replica, primary)
	for range sentinels {
		s := startSentinel(t, primary)
		p.Sentinels = append(p.Sentinels, s)
		ask := redis.NewSentinelClient(&redis.Options{Addr: s.Addr(), MaxRetries: -1, DisableIdentity: true})
		t.Cleanup(func() { ask.Close() })
		p.asks = append(p.asks, ask)
	}
	p.await("the Sentinels know each other and the replica", p.ready)
	return p
}

// startSentinel runs one that looks at everything every now and then, rather
// than every few seconds, so that tests need not wait.
func startSentinel(t testing.TB, primary *Server) *Server {
	t.Helper()
	dir := t.TempDir()
	s := start(t, nil, primary.tls != 0, func(s *Server) []string {
		file := filepath.Join(dir, strconv.Itoa(s.port)+".conf")
		if _, err := os.Stat(file); err != nil { // else it is what the Sentinel made of it
			text := fmt.Sprintf("bind 127.0.0.1\nport %d\ndir %s\n"+
				"sentinel monitor %[3]s 127.0.0.1 %d %d\n"+
				"sentinel down-after-milliseconds %[3]s %[6]d\n"+
				"sentinel failover-timeout %[3]s 2000\n",
				s.port, dir, MasterName, primary.peerPort(), quorum, DownAfter.Milliseconds())
			for _, option := range s.tlsOptions() {
				text += option[0] + " " + option[1] + "\n"
			}
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal("writing the Sentinel's configuration: ", err)
			}
		}
		return []string{file, "--sentinel"}
	})
	// INFO not too often: a replica that it knows older news of is not promoted.
	if err := s.client.Do(t.Context(), "SENTINEL", "DEBUG", "info-period", 700,
		"publish-period", 200, "ping-period", 200, "ask-period", 200).Err(); err != nil {
		t.Fatal("quickening the Sentinel: ", err)
	}
	return s
}

// Addrs are host:port of the Sentinels.
func (p *Sentinel) Addrs() []string {
	var addrs []string
	for _, s := range p.Sentinels {
		addrs = append(addrs, s.Addr())
	}
	return addrs
}

// URL is what a client connects to.
func (p *Sentinel) URL() string {
	return "redis+sentinel://" + strings.Join(p.Addrs(), ",") + "/" + MasterName
}

// TLSURL is URL with TLS.
func (p *Sentinel) TLSURL() string {
	var addrs []string
	for _, s := range p.Sentinels {
		addrs = append(addrs, s.TLSAddr())
	}
	return "rediss+sentinel://" + strings.Join(addrs, ",") + "/" + MasterName + skipVerify
}

// Primary is the server that most Sentinels name at this moment.
func (p *Sentinel) Primary() *Server {
	p.t.Helper()
	var found *Server
	p.await("the Sentinels agree on the primary", func(ctx context.Context) bool {
		found = p.named(ctx)
		return found != nil
	})
	return found
}

// Replica is the server that is not the primary, whether it runs or not.
func (p *Sentinel) Replica() *Server {
	p.t.Helper()
	return p.other(p.Primary())
}

// Failover has the Sentinels replace the primary, which is well, by the replica,
// and returns the new one.
func (p *Sentinel) Failover() *Server {
	p.t.Helper()
	was := p.Primary()
	ask := p.asks[0]
	p.await("the Sentinel carries out a failover", func(ctx context.Context) bool {
		m, err := ask.Master(ctx, MasterName).Result()
		if err != nil || m["port"] != strconv.Itoa(was.peerPort()) {
			return err == nil
		}
		// It gives up where it has not heard of the replica just now.
		if !strings.Contains(m["flags"], "failover_in_progress") {
			ask.Failover(ctx, MasterName)
		}
		return false
	})
	return p.AwaitFailover(was)
}

// AwaitFailover returns the new primary as soon as it takes writes, after the
// old one was killed or paused.
func (p *Sentinel) AwaitFailover(was *Server) *Server {
	p.t.Helper()
	next := p.other(was)
	p.await("the replica is promoted", func(ctx context.Context) bool {
		return p.named(ctx) == next && next.client.Publish(ctx, "probe", "").Err() == nil && role(ctx, next) == "master"
	})
	return next
}

// Rejoin makes the server that is not the primary its replica again: starts it
// if it was killed, resumes it if it was paused, and waits until it has
// everything that the primary has.
func (p *Sentinel) Rejoin() {
	p.t.Helper()
	primary := p.Primary()
	back := p.other(primary)
	switch {
	case !back.Runs():
		back.Restart()
		p.follow(back, primary)
	case back.paused:
		back.Resume() // it takes itself for the primary until a Sentinel tells it
	}
	p.await("the old primary follows the new one, and the Sentinels know", func(ctx context.Context) bool {
		return follows(ctx, back, primary) && p.ready(ctx)
	})
}

// Sync waits until the replica has all that was written to the primary so far.
func (p *Sentinel) Sync() {
	p.t.Helper()
	p.Primary().Sync()
}

// Sync waits until the server's replica has all that was written so far.
func (s *Server) Sync() {
	s.t.Helper()
	conn := s.client.Conn()
	defer conn.Close()
	// WAIT is about what the connection knows of, which is what was there at its
	// last command.
	err := conn.Ping(s.t.Context()).Err()
	if err == nil {
		err = conn.Wait(s.t.Context(), 1, agreeLimit).Err()
	}
	if err != nil {
		s.t.Fatal("waiting for the replica: ", err)
	}
}

// SetDownAfter changes how long a primary is silent before it is replaced.
func (p *Sentinel) SetDownAfter(d time.Duration) {
	p.t.Helper()
	for _, ask := range p.asks {
		if err := ask.Set(p.t.Context(), MasterName, "down-after-milliseconds", strconv.FormatInt(d.Milliseconds(), 10)).Err(); err != nil {
			p.t.Fatal("setting when a primary is down: ", err)
		}
	}
}

func (p *Sentinel) other(s *Server) *Server {
	if s == p.Servers[0] {
		return p.Servers[1]
	}
	return p.Servers[0]
}

func (p *Sentinel) follow(replica, primary *Server) {
	p.t.Helper()
	if err := replica.client.ReplicaOf(p.t.Context(), "127.0.0.1", strconv.Itoa(primary.peerPort())).Err(); err != nil {
		p.t.Fatal("making the replica follow: ", err)
	}
	p.await("the replica follows", func(ctx context.Context) bool { return follows(ctx, replica, primary) })
}

// named is the server that most Sentinels call the primary; nil: no majority.
func (p *Sentinel) named(ctx context.Context) *Server {
	votes := map[string]int{}
	for _, ask := range p.asks {
		if at, err := ask.GetMasterAddrByName(ctx, MasterName).Result(); err == nil {
			votes[net.JoinHostPort(at[0], at[1])]++
		}
	}
	for _, s := range p.Servers {
		if votes[net.JoinHostPort("127.0.0.1", strconv.Itoa(s.peerPort()))] >= quorum {
			return s
		}
	}
	return nil
}

// ready tells whether every Sentinel could carry out a failover at once.
func (p *Sentinel) ready(ctx context.Context) bool {
	for _, ask := range p.asks {
		if ask.CkQuorum(ctx, MasterName).Err() != nil {
			return false
		}
		m, err := ask.Master(ctx, MasterName).Result()
		if err != nil || m["flags"] != "master" || m["num-other-sentinels"] != strconv.Itoa(sentinels-1) {
			return false
		}
		replicas, err := ask.Replicas(ctx, MasterName).Result()
		if err != nil || len(replicas) != 1 || replicas[0]["flags"] != "slave" ||
			replicas[0]["master-link-status"] != "ok" || replicas[0]["master-port"] != m["port"] {
			return false
		}
	}
	return true
}

func (p *Sentinel) await(what string, met func(context.Context) bool) {
	p.t.Helper()
	if !poll(p.t.Context(), agreeLimit, met) {
		p.t.Fatal("still not: ", what)
	}
}

// role is what the server takes itself for.
func role(ctx context.Context, s *Server) string {
	info, _ := s.client.InfoMap(ctx, "replication").Result()
	return info["Replication"]["role"]
}

// follows tells whether the replica has all that the primary has, and gets what
// comes: a primary sends a new one nothing more before it was heard of.
func follows(ctx context.Context, replica, primary *Server) bool {
	info, err := replica.client.InfoMap(ctx, "replication").Result()
	r := info["Replication"]
	if err != nil || r["role"] != "slave" || r["master_port"] != strconv.Itoa(primary.peerPort()) || r["master_link_status"] != "up" {
		return false
	}
	info, err = primary.client.InfoMap(ctx, "replication").Result()
	return err == nil && strings.Contains(info["Replication"]["slave0"], ",port="+strconv.Itoa(replica.peerPort())+",state=online,")
}
