package sshapp

import (
	"slices"
	"strings"
	"testing"
	"time"

	"wick/keys"
	"wick/rooms"
	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// pair is ann and bob on two servers, in one room in which something was said.
func pair(t *testing.T, server *redistest.Server) (ann, bob *person, room string) {
	t.Helper()
	secret := keys.NewSecret()
	one, _ := startApp(t, openRedis(t, server, secret), secret, Config{})
	two, _ := startApp(t, openRedis(t, server, secret), secret, Config{})
	ann = join(t, one, "new", 80, 24)
	room = ann.room()
	bob = join(t, two, room, 80, 24)
	bob.says("the secret is 42")
	ann.sees("the secret is 42")
	ann.sees("2/8")
	return ann, bob, room
}

func TestMembersOfARoomThatRedisLostAreTold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		lose func(t *testing.T, server *redistest.Server)
	}{
		{"restarted empty", func(t *testing.T, server *redistest.Server) {
			server.Kill()
			server.Restart()
		}},
		{"FLUSHALL", func(t *testing.T, server *redistest.Server) {
			if err := server.Client().FlushAll(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
		}},
		{"evicted", func(t *testing.T, server *redistest.Server) {
			server.Config("maxmemory-policy", "allkeys-random")
			server.Config("maxmemory", "1")
			sshtest.Eventually(t, "everything is evicted", func() bool { return len(server.Keys()) == 0 })
			server.Config("maxmemory", "0")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			ann, bob, room := pair(t, server)
			tt.lose(t, server)
			for _, p := range []*person{ann, bob} {
				if status := p.leaves(); status != wording.ExitFailed {
					t.Errorf("exit status %d", status)
				}
				if got, want := unspaced(p.screen.Text()), unspaced(room+" is gone: the server lost it. 1 message wiped."); got != want {
					t.Errorf("left on the screen:\n%s\nwant only %q", p.screen.Text(), want)
				}
				if lines := p.screen.Scrollback(); len(lines) != 0 || !strings.Contains(p.Out.String(), "\x1b[3J") {
					t.Errorf("left in the scrollback: %q", lines)
				}
			}
		})
	}
}

// Redis may be told to evict: then a room can lose one of its keys alone.
func TestRoomThatLostOneRedisKeyIsRestoredOrEnded(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, key string }{
		{"the room itself", ":m"}, {"the history", ":h"}, {"the places", ":p"}, {"the leases", ":n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			f := newFleet(t, rooms.HubConfig{Lease: 3 * time.Second})
			one, two := f.start(server.URL()), f.start(server.URL())
			ann := join(t, one.addr, "new", 80, 24)
			room := ann.room()
			bob := join(t, two.addr, room, 80, 24)
			bob.says("m1")
			ann.sees("m1")
			bob.says("m2")
			ann.sees("m2")
			seats := ""
			for _, key := range server.Keys() {
				if strings.HasSuffix(key, ":p") {
					seats = key
				}
				if strings.HasSuffix(key, tt.key) {
					if err := server.Client().Del(t.Context(), key).Err(); err != nil {
						t.Fatal(err)
					}
				}
			}
			gone := func(p *person) bool { return strings.Contains(unspaced(p.screen.Text()), unspaced(room+" is gone")) }
			ann.says("m3")
			sshtest.Eventually(t, "ann's message is in the room, or the room is gone for her", func() bool {
				return gone(ann) || strings.Contains(ann.screen.Text(), "  m3\n") // not in the composer
			})
			if gone(ann) {
				bob.screen.WaitFor(t, sshtest.Patience, func(string) bool { return gone(bob) })
				return
			}
			bob.sees("m3")
			sshtest.Eventually(t, "both have their seats in Redis, two fields each", func() bool {
				return server.Client().HLen(t.Context(), seats).Val() == 4
			})
			bob.sees(" 2/")
			ann.sees(" 2/")
			cat := join(t, one.addr, room, 80, 24)
			cat.sees("m3")
			ann.sees(" 3/")
			for _, p := range []*person{ann, bob} {
				if said := p.spoken(); !slices.Equal(said, []string{"m1", "m2", "m3"}) {
					t.Errorf("said was %q", said)
				}
			}
		})
	}
}

func TestMessageStaysInTheComposerWhileRedisIsFull(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	ann, bob, _ := pair(t, server)
	server.Config("maxmemory", "1")
	ann.types("m1")
	ann.says("")
	ann.sees("memory is full")
	ann.screen.WaitFor(t, sshtest.Patience, func(s string) bool { return strings.Contains(s, "❯ m1\n") })
	if said := bob.screen.Text(); strings.Contains(said, "m1") {
		t.Errorf("what was refused was said:\n%s", said)
	}
	server.Config("maxmemory", "0")
	// The server may have seen that there is no space, and looks again in a while.
	stands := func() bool { return strings.Contains(ann.screen.Text(), "❯ m1\n") }
	sshtest.Eventually(t, "m1 is said once there is space", func() bool {
		if stands() {
			ann.types("\r")
			ann.settles(func() bool { return !stands() })
		}
		return slices.Contains(bob.spoken(), "m1")
	})
	ann.says("m2")
	bob.sees("m2")
	for _, p := range []*person{ann, bob} {
		p.sees("m2")
		if said := strings.Join(p.spoken(), " "); said != "m1 m2" {
			t.Errorf("said was %q", said)
		}
	}
}
