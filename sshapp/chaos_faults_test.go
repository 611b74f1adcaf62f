package sshapp

import (
	"time"

	"wick/rooms/redis/redistest"
)

// chaosStop is how long Redis or a link to it stands still, at most.
const chaosStop = 5 * time.Second

// onOne is a single Redis, to which every server has a link of its own.
func (x *chaos) onOne() {
	server := redistest.Start(x.t)
	var links []*redistest.Proxy
	x.urls = func() string {
		link := redistest.NewProxy(x.t, server.Addr())
		links = append(links, link)
		return link.URL()
	}
	// Of the servers that run, or of those that will: which, is drawn.
	link := func() *redistest.Proxy { return links[len(links)-1-x.rand.IntN(chaosServers)] }
	x.onServers(server)
	for _, stop := range []struct {
		name       string
		begin, end func(*redistest.Proxy)
	}{
		{"link held up", (*redistest.Proxy).Hold, (*redistest.Proxy).Release},
		{"link down", (*redistest.Proxy).Down, (*redistest.Proxy).Up},
	} {
		var hit *redistest.Proxy
		x.faults = append(x.faults, &fault{
			name: stop.name, lasts: chaosStop,
			begin: func() { hit = link(); stop.begin(hit) },
			end:   func() { stop.end(hit) },
		})
	}
	x.faults = append(x.faults,
		&fault{name: "link cut", begin: func() { link().Cut() }},
		&fault{name: "link silent", begin: func() { link().Freeze() }},
		&fault{name: "answer lost", begin: func() { link().CutNext(true) }},
		&fault{name: "subscribers too slow", talks: true, begin: func() {
			server.Config("client-output-buffer-limit", "pubsub 1 0 0")
			flood(x.t, server)
			server.Config("client-output-buffer-limit", "pubsub 32mb 8mb 60")
		}},
	)
}

// onServers adds what can happen to each Redis by itself.
func (x *chaos) onServers(servers ...*redistest.Server) {
	one := func() *redistest.Server { return servers[x.rand.IntN(len(servers))] }
	var hit *redistest.Server
	x.faults = append(x.faults,
		&fault{name: "pubsub killed", talks: true, begin: func() { one().KillClients("pubsub") }},
		&fault{name: "clients killed", talks: true, begin: func() { one().KillClients("normal") }},
		&fault{name: "scripts forgotten", talks: true, begin: func() {
			if err := one().Client().ScriptFlush(x.t.Context()).Err(); err != nil {
				x.t.Fatal(err)
			}
		}},
		&fault{
			name: "Redis stopped", lasts: chaosStop, deaf: true,
			begin: func() { hit = one(); hit.Pause() },
			end:   func() { hit.Resume() },
		},
	)
}

// onSentinel is a pair under Sentinels, whose primary changes.
func (x *chaos) onSentinel() {
	pair := redistest.StartSentinel(x.t)
	x.urls, x.forks = pair.URL, true
	replaced := func(lose func(*redistest.Server)) func() {
		return func() {
			was := pair.Primary()
			lose(was)
			pair.AwaitFailover(was)
			pair.Rejoin()
		}
	}
	x.faults = append(x.faults,
		&fault{name: "failover asked for", talks: true, begin: func() { pair.Failover(); pair.Rejoin() }},
		&fault{name: "primary killed", talks: true, begin: replaced((*redistest.Server).Kill)},
		&fault{name: "primary stopped", talks: true, begin: replaced((*redistest.Server).Pause)},
		&fault{name: "pubsub killed", talks: true, begin: func() { pair.Primary().KillClients("pubsub") }},
		&fault{name: "clients killed", talks: true, begin: func() { pair.Primary().KillClients("normal") }},
	)
}

// onCluster is a Cluster whose slots move.
func (x *chaos) onCluster() {
	cluster := redistest.StartCluster(x.t)
	x.urls = cluster.URLs
	x.onServers(cluster.Nodes...)
	x.faults = append(x.faults, &fault{name: "slot moved", talks: true, begin: func() {
		// That of a room, or of the index of rooms.
		if keys := cluster.Keys(); len(keys) > 0 {
			cluster.MoveSlot(keys[x.rand.IntN(len(keys))])
		}
	}})
}
