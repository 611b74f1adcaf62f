package wording

import (
	"strings"
	"testing"

	"wick/rooms"
)

const remains = "an append-only file and 1 replica of Redis may keep sealed remains"

func TestPrivacySaysWhatIsSo(t *testing.T) {
	alone, shared, kept := Storage{}, Storage{Redis: true}, Storage{Redis: true, Keeps: remains}
	for _, text := range []string{alone.Keeping(), alone.Privacy(7), alone.receipt(false), alone.receipt(true)} {
		if strings.Contains(text, "Redis") {
			t.Errorf("without a Redis people read %q", text)
		}
	}
	if !strings.Contains(alone.Privacy(7), "newest 7 messages") {
		t.Errorf("people read %q", alone.Privacy(7))
	}
	if text := shared.Privacy(7); !strings.Contains(text, "sealed") || strings.Contains(text, "remains") {
		t.Errorf("with a Redis that keeps nothing people read %q", text)
	}
	const code = "If somebody destroys the room, the servers remember that until its deadline"
	if strings.Contains(alone.Privacy(7), code) || !strings.Contains(shared.Privacy(7), code) {
		t.Errorf("what is remembered of a destroyed room: people read %q and %q", alone.Privacy(7), shared.Privacy(7))
	}
	if text := kept.Privacy(7); !strings.Contains(text, "An append-only file and 1 replica of Redis may keep sealed remains.") {
		t.Errorf("with a Redis that keeps remains people read %q", text)
	}
}

func TestReceipts(t *testing.T) {
	n := plans(t)
	for _, tt := range []struct {
		st   Storage
		end  rooms.End
		want string
	}{
		{Storage{}, rooms.End{Reason: rooms.BurnedOut, Messages: 7}, "plans burned out: 7 messages wiped."},
		{Storage{Redis: true}, rooms.End{Reason: rooms.BurnedOut, Messages: 7, Clean: true}, "plans burned out: 7 messages wiped. No key is left in Redis."},
		{Storage{Redis: true}, rooms.End{Reason: rooms.BurnedOut, Messages: 7}, "plans burned out: 7 messages wiped. Redis did not confirm that no key is left."},
		{Storage{Redis: true, Keeps: remains}, rooms.End{Reason: rooms.Wiped, By: "ana", Messages: 1, Clean: true},
			"plans was destroyed by ana: 1 message wiped. No key is left in Redis. An append-only file and 1 replica of Redis may keep sealed remains."},
		{Storage{Redis: true, Keeps: remains}, rooms.End{Reason: rooms.ShownOut, By: "ana", Messages: 1}, "ana kicked you from plans."},
	} {
		if got := tt.st.Ending(n, tt.end); got.Line != tt.want {
			t.Errorf("%+v: %q, want %q", tt.end, got.Line, tt.want)
		}
	}
}
