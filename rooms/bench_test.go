package rooms_test

import (
	"fmt"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"wick/rooms"
	"wick/rooms/memory"
)

// Entering a room that is not live here: watch, enter, history.
func BenchmarkEnterARoomOf200Messages(b *testing.B) {
	store := memory.New(memory.Config{})
	defer store.Close()
	there, here := rooms.NewHub(store, rooms.HubConfig{Rate: rate.Inf}), rooms.NewHub(store, rooms.HubConfig{})
	defer there.Close()
	defer here.Close()
	name := rooms.NewName()
	if _, err := there.Light(b.Context(), rooms.Lighting{Name: name, TTL: time.Hour, Seats: 2, History: 200}); err != nil {
		b.Fatal(err)
	}
	ann, err := there.Enter(b.Context(), name, rooms.Guest{Alias: "ann"})
	if err != nil {
		b.Fatal(err)
	}
	defer ann.Leave()
	for i := range 200 {
		if err := ann.Post(b.Context(), fmt.Sprintf("message %d, of about the length that people write", i)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		bob, err := here.Enter(b.Context(), name, rooms.Guest{Alias: "bob"})
		if err != nil {
			b.Fatal(err)
		}
		if n := bob.State().Messages; n != 200 {
			b.Fatalf("%d messages", n)
		}
		bob.Leave()
	}
}

func BenchmarkNow(b *testing.B) {
	for b.Loop() {
		rooms.Now()
	}
}
