//go:build linux

package sshapp_test

// siegeRows are all rows of the siege.
func siegeRows() []row {
	long := *siegeFor > 0
	rows := []row{
		screens(),
		refusals(),
		fillStore(long),
		fullRedis(),
		invites(),
		changes(),
		knocks(),
		names(),
		claims(),
		guesses(),
		unreadFollowers(),
		unreadInput(),
		handshakes(),
		channels(),
		blanks(),
		seats(),
		clears(),
		everything(long),
	}
	if long {
		rows = append(rows, fullStore())
	}
	return rows
}
