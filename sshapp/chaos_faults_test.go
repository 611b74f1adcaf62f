package sshapp

import (
	"time"

	"wick/keys"
	"wick/rooms"
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
	x.onServers(func() []*redistest.Server { return []*redistest.Server{server} })
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
func (x *chaos) onServers(servers func() []*redistest.Server) {
	one := func() *redistest.Server { all := servers(); return all[x.rand.IntN(len(all))] }
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
	for _, e := range []struct {
		name string
		lose func(*redistest.Server)
	}{
		{"failover asked for", func(*redistest.Server) { pair.Failover() }},
		{"primary killed", (*redistest.Server).Kill},
		{"primary stopped", (*redistest.Server).Pause},
	} {
		failover := func() {
			was := pair.Primary()
			e.lose(was)
			pair.AwaitFailover(was)
			pair.Rejoin()
		}
		lagging := &fault{name: e.name + ", replica behind", talks: true, alone: true, begin: func() {
			x.prepare()
			pair.Sync()
			was := pair.Primary()
			was.HoldReplicas()
			x.act()
			failover()
			was.ReleaseReplicas()
			x.stir()
			x.verify(e.name+" while the replica was behind", false)
		}}
		x.faults = append(x.faults, lagging, &fault{name: e.name, talks: true, begin: func() {
			failover()
			x.verify(e.name, false)
		}})
		if x.first == nil || x.rand.IntN(2) == 0 {
			x.first = lagging
		}
	}
	x.faults = append(x.faults,
		&fault{name: "pubsub killed", talks: true, begin: func() { pair.Primary().KillClients("pubsub") }},
		&fault{name: "clients killed", talks: true, begin: func() { pair.Primary().KillClients("normal") }},
	)
}

// onCluster is a Cluster whose slots move, and one of whose nodes has a replica.
// The owners' rooms are on that node.
func (x *chaos) onCluster() {
	cluster := redistest.StartCluster(x.t)
	node := cluster.Nodes[0]
	replica := cluster.AddReplica(node)
	x.urls, x.forks = cluster.URLs, true
	x.onServers(func() []*redistest.Server { return cluster.Nodes })
	sealer := keys.NewSealer(x.fleet.secret)
	x.names = make(chan string, 100)
	for len(x.names) < cap(x.names) {
		name := rooms.NewName().String()
		if cluster.Holder("{"+sealer.RoomKey(name)+"}") == node {
			x.names <- name
		}
	}
	x.first = &fault{name: "node killed, replica behind", talks: true, alone: true, begin: func() {
		x.prepare()
		node.Sync()
		node.HoldReplicas()
		x.act()
		node, replica = replica, cluster.Fail(node, replica)
		x.stir()
		x.verify("node killed while its replica was behind", false)
	}}
	x.faults = append(x.faults, x.first, &fault{name: "slot moved", talks: true, begin: func() {
		// That of a room, or of the index of rooms.
		if keys := cluster.Keys(); len(keys) > 0 {
			cluster.MoveSlot(keys[x.rand.IntN(len(keys))])
		}
	}})
}
