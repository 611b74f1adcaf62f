package sshapp

import (
	"testing"

	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

func TestKickedGuestWithoutAKeyCanReturnUntilTheRoomIsLocked(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 2)
		key, _ := sshtest.NewKey(t)
		ann := join(t, addrs[0], "new", 80, 24, key)
		room := ann.room()
		eve := join(t, addrs[1], room, 80, 24)
		eve.takes("eve")
		ann.sees(" 2/")
		ann.shows("eve")
		shown := func(p *person) {
			t.Helper()
			ann.says("/kick eve")
			ann.sees("Type y to kick eve.")
			ann.types("y")
			if status := p.leaves(); status != wording.ExitFull {
				t.Errorf("who is shown out leaves with status %d", status)
			}
			ann.sees(" 1/")
		}
		shown(eve)
		ann.shows("eve has no key, and can come back as somebody new until you /lock")
		again := join(t, addrs[1], room, 80, 24)
		again.sees(" 2/") // as was said
		again.says("/nick eve")
		again.sees("eve! (you)")
		ann.says("/clear")
		ann.says("/lock")
		ann.shows("locked the room")
		ann.says("/who")
		ann.shows("eve! (no key)")
		shown(again)
		ann.seesNoMore("has no key, and can come back")
		join(t, addrs[1], room, 80, 24).sees("is locked.")
	})
}
