package memory

import (
	"fmt"
	"testing"
	"time"

	"wick/rooms"
)

func BenchmarkAppend(b *testing.B) {
	for _, watchers := range []int{0, 1, 100} {
		b.Run(fmt.Sprint("watchers=", watchers), func(b *testing.B) {
			s := open(b, Config{})
			name := rooms.NewName()
			room := light(b, s, rooms.Lighting{Name: name, TTL: time.Hour, Seats: 2, History: 200})
			feeds := make([]*rooms.Feed, watchers)
			for i := range feeds {
				feed, err := s.Watch(b.Context(), name)
				if err != nil {
					b.Fatal(err)
				}
				defer feed.Close()
				feeds[i] = feed
			}
			ctx := b.Context()
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				if _, err := s.Append(ctx, room.Ref, ann, rooms.Words{ID: "id", Text: "a message of an ordinary length, as people write them"}); err != nil {
					b.Fatal(err)
				}
				if n%64 == 0 { // like readers that keep up
					for _, f := range feeds {
						f.Take()
					}
				}
			}
		})
	}
}

// Rooms share no lock while they append.
func BenchmarkAppendManyRooms(b *testing.B) {
	s := open(b, Config{})
	ctx := b.Context()
	b.RunParallel(func(pb *testing.PB) {
		room := light(b, s, rooms.Lighting{Name: rooms.NewName(), TTL: time.Hour, Seats: 2, History: 200})
		for pb.Next() {
			if _, err := s.Append(ctx, room.Ref, ann, rooms.Words{ID: "id", Text: "hi"}); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
