package redis

import (
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

func BenchmarkAppend(b *testing.B) {
	s := open(b, redistest.Start(b).URL())
	room, ann := lit(b, s, time.Hour, 200)
	text := strings.Repeat("a", 200)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Append(b.Context(), room.Ref, ann, rooms.Words{ID: "id", Text: rooms.Text(text)}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendBy32(b *testing.B) {
	s := open(b, redistest.Start(b).URL())
	room, ann := lit(b, s, time.Hour, 200)
	text := strings.Repeat("a", 200)
	b.SetParallelism(max(1, 32/runtime.GOMAXPROCS(0)))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Append(b.Context(), room.Ref, ann, rooms.Words{ID: "id", Text: rooms.Text(text)}); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkDelivery measures from Append to the feed of another process.
func BenchmarkDelivery(b *testing.B) {
	server := redistest.Start(b)
	s, other := open(b, server.URL()), open(b, server.URL())
	room, ann := lit(b, s, time.Hour, 200)
	feed, err := other.Watch(b.Context(), room.Name)
	ok(b, err)
	defer feed.Close()
	text := strings.Repeat("a", 200)
	for b.Loop() {
		if _, err := s.Append(b.Context(), room.Ref, ann, rooms.Words{ID: "id", Text: rooms.Text(text)}); err != nil {
			b.Fatal(err)
		}
		<-feed.Ready()
		if events, gap := feed.Take(); gap || len(events) != 1 || events[0].Kind != rooms.Message {
			b.Fatalf("delivered %+v, gap %v", events, gap)
		}
	}
}

func BenchmarkHistory200(b *testing.B) {
	s := open(b, redistest.Start(b).URL())
	room, ann := lit(b, s, time.Hour, 200)
	for range 200 {
		say(b, s, room.Ref, ann, strings.Repeat("a", 200))
	}
	for b.Loop() {
		if events, err := s.Since(b.Context(), room.Ref, 0); err != nil || len(events) != 200 {
			b.Fatal(len(events), err)
		}
	}
}

func BenchmarkHistory200Burning(b *testing.B) {
	s := open(b, redistest.Start(b).URL())
	room, ann := lit(b, s, time.Hour, 200)
	for i := range 200 {
		said := rooms.Words{ID: strconv.Itoa(i), Text: rooms.Text(strings.Repeat("a", 200)), Burn: time.Hour}
		_, err := s.Append(b.Context(), room.Ref, ann, said)
		ok(b, err)
		_, err = s.Reveal(b.Context(), room.Ref, rooms.Seat{}, rooms.Event{From: ann}.Say(said), said.Burn)
		ok(b, err)
	}
	for b.Loop() {
		if events, err := s.Since(b.Context(), room.Ref, 0); err != nil || len(events) != 200 {
			b.Fatal(len(events), err)
		}
	}
}

func BenchmarkReveal(b *testing.B) {
	s := open(b, redistest.Start(b).URL())
	room, ann := lit(b, s, time.Hour, 200)
	said := rooms.Words{ID: "id", Text: rooms.Text(strings.Repeat("a", 200)), Burn: time.Hour}
	_, err := s.Append(b.Context(), room.Ref, ann, said)
	ok(b, err)
	b.ReportAllocs()
	for left := time.Hour; b.Loop(); left -= time.Millisecond { // only an earlier end is stored
		if _, err := s.Reveal(b.Context(), room.Ref, rooms.Seat{}, rooms.Event{From: ann}.Say(said), left); err != nil {
			b.Fatal(err)
		}
	}
}
