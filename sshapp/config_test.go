package sshapp

import (
	"context"
	"encoding/json"
	"net"
	"testing"
	"time"

	"wick/keys"
	"wick/rooms"
)

func TestAnAppWithoutAConfigLightsByTheDefaults(t *testing.T) {
	hub := rooms.NewHub(embedded(t), rooms.HubConfig{})
	t.Cleanup(hub.Close)
	signer, _ := newKey(t)
	app, err := New(Config{Hub: hub, Keys: keys.Ring{Host: signer, Secret: keys.NewSecret()}})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- app.Serve(ln) }() // ends with Drain
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		app.Drain(ctx)
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	for user, want := range map[string]rooms.Room{
		"new":         {Span: rooms.DefaultTTL, Seats: rooms.DefaultSeats},
		"new+30m":     {Span: 30 * time.Minute, Seats: rooms.DefaultSeats},
		"new+24h+99p": {Span: 24 * time.Hour, Seats: 99},
	} {
		status, out, errs := orders(t, dial(t, ln.Addr().String(), user), "light --json", "")
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
	if status, says := refusedWith(t, ln.Addr().String(), "new+25h"); status != 2 || says != "wick: on this server rooms burn for 24h at most.\r\n" {
		t.Errorf("too long: status %d, %q", status, says)
	}
}
