package sshapp

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

func TestMovingAClusterSlotLosesNothing(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	f := newFleet(t, rooms.HubConfig{})
	disturb(t, f.start(cluster.URLs()), f.start(cluster.URLs()), func(c *conversation) {
		for range 4 {
			for _, key := range cluster.Keys() {
				if strings.HasSuffix(key, ":m") {
					// In a slot that is on its way nothing can be said.
					cluster.MoveSlot(key, func() { <-time.After(rand.N(time.Second)) })
				}
			}
			c.goesOn(1)
		}
	})
}

func TestFailoverLosesNothing(t *testing.T) {
	for _, tt := range []struct {
		name string
		lose func(*redistest.Server) // nil: the Sentinels are asked
	}{
		{"asked for", nil},
		{"killed", (*redistest.Server).Kill},
		{"stopped", (*redistest.Server).Pause},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			pair := redistest.StartSentinel(t)
			f := newFleet(t, rooms.HubConfig{})
			c := openRoom(t, &numbers{}, alternate(f.start(pair.URL()), f.start(pair.URL())))
			c.forks = true
			c.write(4)
			for range 2 {
				c.goesOn(3)
				if tt.lose == nil {
					pair.Failover()
				} else {
					was := pair.Primary()
					tt.lose(was)
					pair.AwaitFailover(was)
				}
				c.goesOn(3)
				pair.Rejoin()
			}
			c.goesOn(3)
			t.Log(c.end())
		})
	}
}
