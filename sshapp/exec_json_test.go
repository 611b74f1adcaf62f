package sshapp

import (
	"strings"
	"testing"
	"time"

	"wick/rooms"
)

// A server's clock is five minutes ahead of the store's: what a script reads is
// the store's time, and nothing where that is not known.
func TestRecordsBearTheTimeOfTheStore(t *testing.T) {
	store := time.Date(2030, 1, 2, 3, 4, 5, int(678*time.Millisecond), time.UTC)
	const want = "2030-01-02T03:04:05.678Z"
	room := rooms.Room{Deadline: rooms.Now().Add(5 * time.Minute), Ends: store}
	for _, tt := range []struct{ name, field, value string }{
		{"the deadline of info", `"deadline":`, jsonLine(t, recordOfRoom(rooms.Preview{Room: room}))},
		{"the end", `"time":`, jsonLine(t, recordOfEnd(rooms.End{Reason: rooms.BurnedOut, Time: store}))},
		{"a message", `"time":`, jsonLine(t, eventRecord(t, rooms.Event{Kind: rooms.Message, Time: store}))},
		{"a shorter wick", `"deadline":`, jsonLine(t, eventRecord(t, rooms.Event{Kind: rooms.Shortened, Deadline: store}))},
	} {
		if !strings.Contains(tt.value, tt.field+`"`+want+`"`) {
			t.Errorf("%s: %s", tt.name, tt.value)
		}
	}
	for name, value := range map[string]string{
		"info": jsonLine(t, recordOfRoom(rooms.Preview{Room: rooms.Room{Deadline: room.Deadline}})),
		"end":  jsonLine(t, recordOfEnd(rooms.End{Reason: rooms.BurnedOut})),
	} {
		if strings.Contains(value, `"deadline"`) || strings.Contains(value, `"time"`) {
			t.Errorf("%s without a time of the store: %s", name, value)
		}
	}
}

func eventRecord(t *testing.T, e rooms.Event) record {
	t.Helper()
	r, ok := recordOf(e)
	if !ok {
		t.Fatalf("no record of kind %d", e.Kind)
	}
	return r
}

func jsonLine(t *testing.T, r record) string {
	t.Helper()
	var b strings.Builder
	if err := r.write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
