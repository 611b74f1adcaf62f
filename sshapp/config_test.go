package sshapp

import (
	"encoding/json"
	"testing"
	"time"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/sshtest"
)

func TestZeroConfigLightsWithTheDefaults(t *testing.T) {
	t.Parallel()
	hub := rooms.NewHub(embedded(t), rooms.HubConfig{})
	t.Cleanup(hub.Close)
	signer, _ := sshtest.NewKey(t)
	app, err := New(Config{Hub: hub, Keys: keys.Ring{Host: signer, Secret: keys.NewSecret()}})
	if err != nil {
		t.Fatal(err)
	}
	addr, _ := serve(t, app)
	for user, want := range map[string]rooms.Room{
		"new":         {Span: rooms.DefaultTTL, Seats: rooms.DefaultSeats},
		"new+30m":     {Span: 30 * time.Minute, Seats: rooms.DefaultSeats},
		"new+24h+99p": {Span: 24 * time.Hour, Seats: 99},
	} {
		status, out, errs := run(t, sshtest.Dial(t, addr, user), "light --json", "")
		var lit struct{ Room string }
		if err := json.Unmarshal([]byte(out), &lit); status != 0 || err != nil {
			t.Errorf("%s: status %d, %q, %q", user, status, out, errs)
			continue
		}
		name, err := rooms.ParseName(lit.Room)
		if err != nil {
			t.Fatal(err)
		}
		room, err := hub.Find(t.Context(), name)
		if err != nil || room.Span != want.Span || room.Seats != want.Seats || room.History != rooms.DefaultHistory {
			t.Errorf("%s lit %+v, %v", user, room, err)
		}
	}
	if status, says := refusedWith(t, addr, "new+25h"); status != 2 || says != "wick: rooms on this server burn for at most 24h.\r\n" {
		t.Errorf("too long: status %d, %q", status, says)
	}
}
