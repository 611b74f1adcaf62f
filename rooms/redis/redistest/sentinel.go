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
	// MasterName is the Sentinels' name for the primary.
	MasterName = "rooms"

	// DownAfter is how long a primary is silent before the Sentinels replace it.
	DownAfter = time.Second

	sentinels = 3
	quorum    = 2 // Sentinels that must agree that the primary is down
)

// Sentinel is a primary and its replica, monitored by three Sentinels. Its
// methods are not safe for concurrent use. If they fail, they end the test.
type Sentinel struct {
	Servers   [2]*Server // either may be the primary
	Sentinels []*Server
	t         testing.TB
	clients   []*redis.SentinelClient
}

// StartSentinel runs two servers and three Sentinels. It waits until the replica
// follows the primary and the Sentinels know each other and both servers. The
// arguments are added to the command lines of the two servers.
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
		client := redis.NewSentinelClient(&redis.Options{Addr: s.Addr(), MaxRetries: -1, DisableIdentity: true})
		t.Cleanup(func() { client.Close() })
		p.clients = append(p.clients, client)
	}
	p.await("the Sentinels know each other and the replica", p.ready)
	return p
}

// startSentinel runs a Sentinel that checks the servers much more often than
// Sentinels do by default, so that tests need not wait.
func startSentinel(t testing.TB, primary *Server) *Server {
	t.Helper()
	dir := t.TempDir()
	s := start(t, nil, primary.tls != 0, func(s *Server) []string {
		file := filepath.Join(dir, strconv.Itoa(s.port)+".conf")
		if _, err := os.Stat(file); err != nil { // keep a file that the Sentinel has updated
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
	// INFO not too often: a replica whose INFO is older than that is not promoted.
	if err := s.client.Do(t.Context(), "SENTINEL", "DEBUG", "info-period", 700,
		"publish-period", 200, "ping-period", 200, "ask-period", 200).Err(); err != nil {
		t.Fatal("setting the Sentinel's periods: ", err)
	}
	return s
}

// Addrs returns host:port of the Sentinels.
func (p *Sentinel) Addrs() []string {
	var addrs []string
	for _, s := range p.Sentinels {
		addrs = append(addrs, s.Addr())
	}
	return addrs
}

// URL returns the URL for clients.
func (p *Sentinel) URL() string {
	return "redis+sentinel://" + strings.Join(p.Addrs(), ",") + "/" + MasterName
}

// TLSURL returns the URL for TLS.
func (p *Sentinel) TLSURL() string {
	var addrs []string
	for _, s := range p.Sentinels {
		addrs = append(addrs, s.TLSAddr())
	}
	return "rediss+sentinel://" + strings.Join(addrs, ",") + "/" + MasterName
}

// Primary returns the server that most Sentinels name at this moment.
func (p *Sentinel) Primary() *Server {
	p.t.Helper()
	var found *Server
	p.await("the Sentinels agree on the primary", func(ctx context.Context) bool {
		found = p.named(ctx)
		return found != nil
	})
	return found
}

// Replica returns the server that is not the primary, whether it runs or not.
func (p *Sentinel) Replica() *Server {
	p.t.Helper()
	return p.other(p.Primary())
}

// Failover makes the Sentinels replace the primary, which works, by the replica.
// It returns the new primary.
func (p *Sentinel) Failover() *Server {
	p.t.Helper()
	was := p.Primary()
	client := p.clients[0]
	p.await("the Sentinel carries out a failover", func(ctx context.Context) bool {
		m, err := client.Master(ctx, MasterName).Result()
		if err != nil || m["port"] != strconv.Itoa(was.peerPort()) {
			return err == nil
		}
		// The Sentinel gives up if it has no recent INFO of the replica.
		if !strings.Contains(m["flags"], "failover_in_progress") {
			client.Failover(ctx, MasterName)
		}
		return false
	})
	return p.AwaitFailover(was)
}

// AwaitFailover waits for the new primary after the old one was killed or paused.
// It returns the new one as soon as it accepts writes.
func (p *Sentinel) AwaitFailover(was *Server) *Server {
	p.t.Helper()
	next := p.other(was)
	p.await("the replica is promoted", func(ctx context.Context) bool {
		return p.named(ctx) == next && next.client.Publish(ctx, "probe", "").Err() == nil && role(ctx, next) == "master"
	})
	return next
}

// Rejoin makes the other server a replica of the primary again: it restarts it if
// it was killed, resumes it if it was paused, and waits until it has the
// primary's data.
func (p *Sentinel) Rejoin() {
	p.t.Helper()
	primary := p.Primary()
	back := p.other(primary)
	switch {
	case !back.Runs():
		back.Restart()
		p.follow(back, primary)
	case back.paused:
		back.Resume() // until a Sentinel tells it, it still acts as the primary
	}
	p.await("the old primary follows the new one, and the Sentinels know it", func(ctx context.Context) bool {
		return follows(ctx, back, primary) && p.ready(ctx)
	})
}

// Sync waits until the replica has everything written to the primary so far.
func (p *Sentinel) Sync() {
	p.t.Helper()
	p.Primary().Sync()
}

// Sync waits until the server's replica has everything written so far.
func (s *Server) Sync() {
	s.t.Helper()
	conn := s.client.Conn()
	defer conn.Close()
	// WAIT covers what was written before the connection's previous command.
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
	for _, client := range p.clients {
		if err := client.Set(p.t.Context(), MasterName, "down-after-milliseconds", strconv.FormatInt(d.Milliseconds(), 10)).Err(); err != nil {
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
		p.t.Fatal("configuring the replica: ", err)
	}
	p.await("the replica follows", func(ctx context.Context) bool { return follows(ctx, replica, primary) })
}

// named returns the server that most Sentinels name as the primary, or nil if
// there is no majority.
func (p *Sentinel) named(ctx context.Context) *Server {
	votes := map[string]int{}
	for _, client := range p.clients {
		if addr, err := client.GetMasterAddrByName(ctx, MasterName).Result(); err == nil {
			votes[net.JoinHostPort(addr[0], addr[1])]++
		}
	}
	for _, s := range p.Servers {
		if votes[net.JoinHostPort("127.0.0.1", strconv.Itoa(s.peerPort()))] >= quorum {
			return s
		}
	}
	return nil
}

// ready reports whether every Sentinel could carry out a failover now.
func (p *Sentinel) ready(ctx context.Context) bool {
	for _, client := range p.clients {
		if client.CkQuorum(ctx, MasterName).Err() != nil {
			return false
		}
		m, err := client.Master(ctx, MasterName).Result()
		if err != nil || m["flags"] != "master" || m["num-other-sentinels"] != strconv.Itoa(sentinels-1) {
			return false
		}
		replicas, err := client.Replicas(ctx, MasterName).Result()
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
		p.t.Fatal("timed out waiting until ", what)
	}
}

// role returns the role that the server reports.
func role(ctx context.Context, s *Server) string {
	info, _ := s.client.InfoMap(ctx, "replication").Result()
	return info["Replication"]["role"]
}

// follows reports whether the replica has the primary's data and receives
// updates. A primary sends a new replica no updates before that has confirmed
// its data.
func follows(ctx context.Context, replica, primary *Server) bool {
	info, err := replica.client.InfoMap(ctx, "replication").Result()
	r := info["Replication"]
	if err != nil || r["role"] != "slave" || r["master_port"] != strconv.Itoa(primary.peerPort()) || r["master_link_status"] != "up" {
		return false
	}
	info, err = primary.client.InfoMap(ctx, "replication").Result()
	return err == nil && strings.Contains(info["Replication"]["slave0"], ",port="+strconv.Itoa(replica.peerPort())+",state=online,")
}
