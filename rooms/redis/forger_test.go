package redis

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"golang.org/x/time/rate"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

// In these tests a forger can read and write all of Redis and receives all that
// is published, but does not have the secret.

// counted is a store that counts the queries about each room.
type counted struct {
	*Store
	mu            sync.Mutex
	beats, sinces map[rooms.Name]int
}

func (c *counted) Beat(ctx context.Context, ref rooms.Ref, node string, lease time.Duration, known rooms.Known) (rooms.Pulse, error) {
	c.mu.Lock()
	c.beats[ref.Name]++
	c.mu.Unlock()
	return c.Store.Beat(ctx, ref, node, lease, known)
}

func (c *counted) Since(ctx context.Context, ref rooms.Ref, after uint64) ([]rooms.Event, error) {
	c.mu.Lock()
	c.sinces[ref.Name]++
	c.mu.Unlock()
	return c.Store.Since(ctx, ref, after)
}

func (c *counted) asked(name rooms.Name) (beats, sinces int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.beats[name], c.sinces[name]
}

// wickServer is one of two servers.
type wickServer struct {
	*counted
	hub *rooms.Hub
}

func startWick(t *testing.T, url string) wickServer {
	c := &counted{Store: open(t, url), beats: map[rooms.Name]int{}, sinces: map[rooms.Name]int{}}
	hub := rooms.NewHub(c, rooms.HubConfig{Beat: 100 * time.Millisecond, Rate: rate.Inf, LivesOn: true})
	t.Cleanup(hub.Close)
	return wickServer{c, hub}
}

// forgery is a room that ann lit, with ann and bob on server a. Nobody has been
// in it on server b.
type forgery struct {
	*testing.T
	a, b     wickServer
	redis    *goredis.Client
	room     rooms.Room
	ann, bob *rooms.Member
	said     []string // the genuine messages, with their senders
	before   []string // notices of genuine events, as ann sees them

	meta, history, places, leases, channel, door, fuses string

	mu    sync.Mutex
	heard []string // published on the channel, without tokens
}

// forgers runs the rows in parallel, each in a room of its own.
func forgers(t *testing.T, rows map[string]func(f *forgery)) {
	t.Parallel()
	server := redistest.Start(t)
	a, b := startWick(t, server.URL()), startWick(t, server.URL())
	t.Run("rows", func(t *testing.T) {
		for name, row := range rows {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				row(newForgery(t, server.Client(), a, b, rooms.NewName(), time.Hour))
			})
		}
	})
}

func newForgery(t *testing.T, client *goredis.Client, a, b wickServer, name rooms.Name, ttl time.Duration) *forgery {
	f := &forgery{T: t, a: a, b: b, redis: client}
	keys := a.codec.keys(name)
	f.meta, f.history, f.places, f.leases, f.channel, f.door, f.fuses = keys[0], keys[1], keys[2], keys[3], keys[4], keys[5], keys[6]
	subscriber := client.Subscribe(t.Context(), f.channel)
	t.Cleanup(func() { subscriber.Close() })
	_, err := subscriber.Receive(t.Context())
	ok(t, err)
	go func() { // ends with subscriber
		for m := range subscriber.Channel(goredis.WithChannelSize(1 << 14)) {
			if !strings.HasPrefix(m.Payload, tokenKind) {
				f.mu.Lock()
				f.heard = append(f.heard, m.Payload)
				f.mu.Unlock()
			}
		}
	}()
	f.room, err = a.Light(t.Context(), rooms.Lighting{Name: name, TTL: ttl, Seats: 8, History: 50, Owner: "owner"})
	ok(t, err)
	f.ann = f.enter(a, "ann", "owner")
	f.bob = f.enter(a, "bob", "bob")
	for i := range 3 {
		f.say(f.ann, "of ann "+strconv.Itoa(i))
		f.say(f.bob, "of bob "+strconv.Itoa(i))
	}
	f.settle()
	f.before = noticesOf(f.ann)
	return f
}

func (f *forgery) enter(s wickServer, alias, identity string) *rooms.Member {
	f.Helper()
	m, err := s.hub.Enter(f.Context(), f.name(), rooms.Guest{Alias: alias, Identity: identity, Returns: true})
	ok(f, err)
	f.Cleanup(m.Leave)
	return m
}

func (f *forgery) refused(s wickServer, alias, identity string, want error) {
	f.Helper()
	m, err := s.hub.Enter(f.Context(), f.name(), rooms.Guest{Alias: alias, Identity: identity, Returns: true})
	if err == nil {
		m.Leave()
	}
	is(f.T, err, want)
}

func (f *forgery) name() rooms.Name {
	if f.room.Name != (rooms.Name{}) {
		return f.room.Name
	}
	panic("no room is lit yet")
}

func (f *forgery) say(m *rooms.Member, text string) {
	f.Helper()
	f.said = append(f.said, m.State().You.Alias+": "+text)
	ok(f, m.Post(f.Context(), text))
}

// captured waits until an entry of that kind has been published, and returns the
// newest.
func (f *forgery) captured(kind string) string {
	f.Helper()
	var entry string
	until(f.T, "captured "+kind, func() bool {
		for _, e := range f.everything() {
			if strings.HasPrefix(e, kind) {
				entry = e
			}
		}
		return entry != ""
	})
	return entry
}

func (f *forgery) everything() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.heard)
}

func (f *forgery) do(args ...any) {
	f.Helper()
	if err := f.redis.Do(f.Context(), args...).Err(); err != nil && err != goredis.Nil {
		f.Fatalf("%v: %v", args[0], err)
	}
}

func (f *forgery) entries() []string {
	return f.redis.LRange(f.Context(), f.history, 0, -1).Val()
}

// publish publishes the entries, and returns when all servers have received
// them.
func (f *forgery) publish(entries ...string) {
	f.Helper()
	for _, e := range entries {
		f.do("publish", f.channel, e)
	}
	for _, s := range []wickServer{f.a, f.b} { // a token published later on the same connection arrives later
		feed, err := s.Watch(f.Context(), f.name())
		ok(f, err)
		feed.Close()
	}
}

// settle waits until server a has sent some more heartbeats, or the room has
// ended.
func (f *forgery) settle() {
	f.Helper()
	from, _ := f.a.asked(f.name())
	until(f.T, "beats", func() bool {
		n, _ := f.a.asked(f.name())
		return n >= from+4 || f.ann.State().End != nil
	})
}

// holds checks that the members see all genuine messages in order and no others,
// and that nothing changed except the notices in more.
func (f *forgery) holds(more ...string) {
	f.Helper()
	f.settle()
	f.say(f.bob, "still here")
	f.say(f.ann, "and I")
	for _, m := range []*rooms.Member{f.ann, f.bob} {
		who := m.State().You.Alias
		until(f.T, who+" sees the newest message", func() bool {
			lines, _ := transcript(m)
			return len(lines) > 0 && lines[len(lines)-1] == "ann: and I"
		})
		if lines, missed := transcript(m); !slices.Equal(lines, f.said) || missed > 0 {
			f.Errorf("%s sees %q and %d missed, want %q", who, lines, missed, f.said)
		}
	}
	f.unmoved(more...)
}

// unmoved checks that nothing changed except the notices in more.
func (f *forgery) unmoved(more ...string) {
	f.Helper()
	if got, want := noticesOf(f.ann), slices.Concat(f.before, more); !slices.Equal(got, want) {
		f.Errorf("ann is told %q, want %q", got, want)
	}
	for _, m := range []*rooms.Member{f.ann, f.bob} {
		st := m.State()
		if st.End != nil || !st.Room.Ends.Equal(f.room.Ends) || st.Room.Locked != f.room.Locked || len(st.Knocks) > 0 {
			f.Errorf("%s sees room %+v, knocks %v, end %+v", st.You.Alias, st.Room, st.Knocks, st.End)
		}
		if got := aliases(st); got != "ann bob" {
			f.Errorf("%s sees %q in the room", st.You.Alias, got)
		}
	}
}

func aliases(st rooms.State) string {
	var all []string
	for _, s := range st.Roster {
		all = append(all, s.Alias)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// transcript returns the messages and their senders as a member sees them, and
// how many are reported missing.
func transcript(m *rooms.Member) (lines []string, missed uint64) {
	for _, e := range m.Since(0).All() {
		switch e.Kind {
		case rooms.Message:
			lines = append(lines, e.From.Alias+": "+string(e.Text))
		case rooms.Missed:
			missed += e.Seq
		}
	}
	return lines, missed
}

// noticesOf returns the other events that a member sees.
func noticesOf(m *rooms.Member) (notices []string) {
	for _, e := range m.Since(0).All() {
		if e.Kind != rooms.Message && e.Kind != rooms.Missed {
			notices = append(notices, fmt.Sprint(e.Kind, " ", e.From.Alias))
		}
	}
	return notices
}

// newcomer enters on server b and checks what the package promises there: every
// message shown is genuine, none is shown twice, and missing ones are reported.
func (f *forgery) newcomer(missed uint64) []string {
	f.Helper()
	m := f.enter(f.b, "dora", "dora")
	defer m.Leave()
	lines, reported := transcript(m)
	seen := map[string]bool{}
	for _, line := range lines {
		if !slices.Contains(f.said, line) || seen[line] {
			f.Errorf("a newcomer sees %q, want some of %q", lines, f.said)
		}
		seen[line] = true
	}
	if reported != missed || len(lines)+int(reported) != len(f.said) {
		f.Errorf("a newcomer sees %d of %d messages and %d reported missing, want %d missing", len(lines), len(f.said), reported, missed)
	}
	return lines
}

// renumbered returns the entry with another number.
func renumbered(entry string, n int) string {
	_, rest, _ := strings.Cut(entry, ":")
	return entry[:1] + strconv.Itoa(n) + ":" + rest
}
