package ui

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/muesli/termenv"
	"golang.org/x/time/rate"

	"wick/rooms"
	"wick/rooms/memory"
)

// benchMembers returns n members of a room that burns for an hour.
func benchMembers(b *testing.B, n int) []*rooms.Member {
	b.Helper()
	store := memory.New(memory.Config{})
	hub := rooms.NewHub(store, rooms.HubConfig{Rate: rate.Inf})
	b.Cleanup(func() { hub.Close(); store.Close() })
	name := rooms.NewName()
	if _, err := hub.Light(b.Context(), rooms.Lighting{Name: name, TTL: time.Hour, Seats: max(n, 32), History: 200}); err != nil {
		b.Fatal(err)
	}
	members := make([]*rooms.Member, n)
	for i := range members {
		m, err := hub.Enter(b.Context(), name, rooms.Guest{Alias: fmt.Sprint("amber-otter-", i), Identity: fmt.Sprint("id", i)})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(m.Leave)
		members[i] = m
	}
	return members
}

// benchMember returns a member of a room that burns for an hour.
func benchMember(b *testing.B) *rooms.Member {
	b.Helper()
	return benchMembers(b, 1)[0]
}

// benchChat returns a chat of 24 people.
func benchChat(m *rooms.Member, theme *Theme) (*chat, []*rooms.Event) {
	e := &env{piped: func() bool { return false }, Config: Config{
		Theme: theme, Location: time.UTC,
		Share: func(rooms.Name) string { return "ssh plans@wick.example" },
	}}
	c := &chat{env: e, member: m, composer: newComposer(rooms.MaxText)}
	for i := range 24 {
		c.state.Roster = append(c.state.Roster, rooms.Seat{ID: fmt.Sprint(i), Alias: fmt.Sprint("amber-otter-", i), Identity: fmt.Sprint("id", i)})
	}
	c.state.You = c.state.Roster[0]
	c.state.Room.Deadline, c.state.Room.Span, c.state.Room.Seats = time.Now().Add(50*time.Minute), time.Hour, 32
	c.log = transcript{theme: e.Theme, loc: e.Location, me: "id0"}
	events := make([]*rooms.Event, 200)
	for i := range events {
		events[i] = &rooms.Event{Kind: rooms.Message, Seq: uint64(i + 1), Time: time.Now(), From: c.state.Roster[i%24],
			Text: rooms.Text(fmt.Sprintf("message %d, of the length that people tend to write in a chat", i))}
	}
	return c, events
}

func benchNewMessage(b *testing.B, width, height int) {
	c, events := benchChat(benchMember(b), NewTheme(termenv.ANSI256))
	b.ReportAllocs()
	for i := uint64(1); b.Loop(); i++ {
		c.log.take(rooms.Transcript{From: i, Events: events}) // every event moves on by one
		events[len(events)-1].Seq = i
		if f := c.frame(width, height); len(f.Rows) != height {
			b.Fatal("no frame")
		}
	}
}

func BenchmarkFrameOfOneNewMessage80x24(b *testing.B)  { benchNewMessage(b, 80, 24) }
func BenchmarkFrameOfOneNewMessage160x50(b *testing.B) { benchNewMessage(b, 160, 50) }

func BenchmarkFrameOfTheClock80x24(b *testing.B) {
	c, events := benchChat(benchMember(b), NewTheme(termenv.ANSI256))
	c.log.take(rooms.Transcript{From: 1, Events: events})
	b.ReportAllocs()
	for b.Loop() {
		c.frame(80, 24)
	}
}

// The memory of a session in a chat: the model, and the frame that the painter compares
// the next one with.
func BenchmarkMemoryOfAnIdleChat(b *testing.B) {
	const n = 500
	var before, after runtime.MemStats
	for b.Loop() {
		kept := make([]any, 0, 2*n)
		runtime.GC()
		runtime.ReadMemStats(&before)
		theme, m := NewTheme(termenv.ANSI256), benchMember(b)
		for range n {
			c, events := benchChat(m, theme)
			c.log.take(rooms.Transcript{From: 1, Events: events})
			kept = append(kept, c, c.frame(80, 24))
			c.log.take(rooms.Transcript{}) // the room's, not the session's
			c.state, c.cached.roster = rooms.State{}, nil
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(kept)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "B/session")
}

// The first frame of a session, of which nothing is cached.
func BenchmarkFirstFrameOf200Messages80x24(b *testing.B) {
	c, events := benchChat(benchMember(b), NewTheme(termenv.ANSI256))
	b.ReportAllocs()
	for b.Loop() {
		c.log = transcript{theme: c.env.Theme, loc: c.env.Location, me: "id0"}
		c.cached = viewCache{}
		c.log.take(rooms.Transcript{From: 1, Events: events})
		if f := c.frame(80, 24); len(f.Rows) != 24 {
			b.Fatal("no frame")
		}
	}
}

// What a message costs one of a hundred sessions in a room, from the news of it to the
// frame. All of them draw one after the other, so none finds its own state in the
// processor's nearest cache.
func BenchmarkCrowdDrawsAMessage(b *testing.B) {
	const crowd = 100
	cfg := Config{Theme: NewTheme(termenv.ANSI256), Share: func(rooms.Name) string { return "ssh plans@wick.example" }}
	var chats []*chat
	for _, m := range benchMembers(b, crowd) {
		chats = append(chats, newChat(&env{Config: cfg.withDefaults(), emit: func(string) {}}, m, ""))
	}
	said := 0
	say := func() {
		m := chats[said%crowd].member
		before := m.State().Messages
		said++
		if err := m.Post(b.Context(), fmt.Sprintf("message %d, of the length that people tend to write in a chat", said)); err != nil {
			b.Fatal(err)
		}
		for m.State().Messages == before {
			runtime.Gosched()
		}
	}
	draw := func(c *chat) {
		c.update(newsMsg{})
		if f := c.frame(80, 24); len(f.Rows) != 24 {
			b.Fatal("no frame")
		}
	}
	for range 30 { // until the greeting has scrolled away
		say()
		for _, c := range chats {
			draw(c)
		}
	}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if n%crowd == 0 {
			say()
		}
		draw(chats[n%crowd])
	}
}
