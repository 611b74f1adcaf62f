package sshapp

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/sshtest"
)

// Hundreds who come and go erase nothing that a newcomer can read.
func TestFollowPrintsEveryMessageDespiteManyArrivals(t *testing.T) {
	t.Parallel()
	addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := join(t, addr, "new", 80, 24)
	var want []string
	for i := range 5 {
		want = append(want, message(i))
		ann.says(message(i))
		ann.sees(message(i))
	}
	name, err := rooms.ParseName(ann.room())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		guest, err := app.cfg.Hub.Enter(t.Context(), name, rooms.Guest{Alias: fmt.Sprint("guest-", i)})
		if err != nil {
			t.Fatal(err)
		}
		guest.Leave()
	}
	status, out, errs := run(t, sshtest.Dial(t, addr, ann.room()), "follow --json --for 1s", "")
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	var got []string
	for line := range strings.Lines(out) {
		var r record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		switch r.Type {
		case "message":
			got = append(got, r.Text)
		case "missed":
			t.Errorf("missed %d messages", r.Count)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("follow tells %q, want %q", got, want)
	}
}
