package wording

import (
	"testing"

	"wick/rooms"
)

func plans(t *testing.T) rooms.Name {
	t.Helper()
	n, err := rooms.ParseName("plans")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEndings(t *testing.T) {
	n := plans(t)
	for _, row := range []struct {
		end  rooms.End
		want Outcome
	}{
		{rooms.End{Reason: rooms.BurnedOut, Messages: 41}, Outcome{"plans burned out: 41 messages wiped.", true, 0, false}},
		{rooms.End{Reason: rooms.BurnedOut, Messages: 1}, Outcome{"plans burned out: 1 message wiped.", true, 0, false}},
		{rooms.End{Reason: rooms.Wiped, By: "bob", Messages: 0}, Outcome{"plans was destroyed by bob: 0 messages wiped.", true, 0, false}},
		{rooms.End{Reason: rooms.Lost, Messages: 2}, Outcome{"plans is gone: the server lost it. 2 messages wiped.", true, 1, false}},
		{rooms.End{Reason: rooms.Closing, LivesOn: true}, Outcome{"The server is going down. plans burns on: reconnect. With your key, your place is kept for a minute.", true, 1, true}},
		{rooms.End{Reason: rooms.Closing, Messages: 3}, Outcome{"The server is going down. plans went with it: 3 messages wiped.", true, 1, false}},
		{rooms.End{Reason: rooms.ShownOut, By: "ana"}, Outcome{"ana kicked you from plans.", true, 4, false}},
		{rooms.End{Reason: rooms.TakenOver}, Outcome{"You came back to plans from elsewhere, and this session did not respond, so it has ended.", true, 1, false}},
		{rooms.End{Reason: rooms.ShownOut}, Outcome{"You were kicked from plans.", true, 4, false}},
		{rooms.End{Reason: rooms.Unseated}, Outcome{"You lost your place in plans, and somebody else took it.", true, 1, false}},
	} {
		if got := (Storage{}).Ending(n, row.end); got != row.want {
			t.Errorf("%+v: %+v", row.end, got)
		}
	}
}
