package sshapp

import (
	"slices"
	"testing"

	"wick/keys"
	"wick/sshapp/sshd"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

func TestEnteringFromOneAddressIsCounted(t *testing.T) {
	t.Parallel()
	counts := &tally{}
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{Meter: counts, Quotas: Quotas{Entries: 4}})
	key, _ := sshtest.NewKey(t)
	ann := join(t, addr, "new", 80, 24, key)
	room := ann.room()
	for _, tt := range []struct {
		user, command string
		status        int
	}{
		{room, "post hi", 0}, // one
		{room, "who", 0}, {room, "info", 0}, {room, "share", 0}, {"nothing-burns", "post hi", wording.ExitNoRoom},
	} {
		if status, _, errs := run(t, sshtest.Dial(t, addr, tt.user), tt.command, ""); status != tt.status {
			t.Errorf("%s: status %d, %q", tt.command, status, errs)
		}
	}
	lobby := join(t, addr, "root", 80, 24)
	lobby.sees("login name")
	lobby.types(room + "\r") // two
	lobby.sees("2/8")
	ann.says("/lock")
	ann.shows("locked the room")
	join(t, addr, room, 80, 24).sees("is locked") // three: who knocks shows a tag
	join(t, addr, room, 80, 24, key).sees("3/8")  // four
	const sorry = "Rooms were entered too often from your address: wait a minute."
	if status, says := refusedWith(t, addr, room); status != wording.ExitRefused || says != "wick: "+sorry+"\r\n" {
		t.Errorf("one more: status %d, %q", status, says)
	}
	if status, _, says := run(t, sshtest.Dial(t, addr, room), "post hi", ""); status != wording.ExitRefused || says != "wick: "+sorry+"\n" {
		t.Errorf("one more command: status %d, %q", status, says)
	}
	other := join(t, addr, "root", 80, 24)
	other.sees("login name")
	other.types(room + "\r")
	other.shows(sorry)
	sshtest.Eventually(t, "it is counted", func() bool {
		return slices.Equal(counts.reasons(), []sshd.Reason{TooManyEntries, TooManyEntries, TooManyEntries})
	})
	join(t, addr, "new", 80, 24).room() // one's own is not another's
}
