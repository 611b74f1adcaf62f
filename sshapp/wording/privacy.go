package wording

import (
	"fmt"
	"strings"
)

// Storage is what people are told about where a server keeps its rooms. The zero value
// stands for a server that keeps them only in its own memory.
type Storage struct {
	Redis bool   // Redis holds the rooms, sealed
	Door  bool   // operators can list sessions over SSH
	Keeps string // a clause from redis.Audit: what in Redis may keep sealed remains; empty if nothing is known to
}

// Keeping returns what people read on entering: who can read what they say, and where
// it is kept.
func (st Storage) Keeping() string {
	if st.Redis {
		return "Until then this server keeps and can read it; Redis holds it sealed. /privacy"
	}
	return "Until then this server keeps and can read it, in memory only. /privacy"
}

// Privacy returns the same in full, for a room whose history keeps the given number of
// messages.
func (st Storage) Privacy(history int) string {
	kept := fmt.Sprintf("Kept until the end: who lit the room, who is or was here, and at least the newest %s, in this server's memory. Nothing is on disk.", Count(uint64(history), "message"))
	wiped, after := "this server's memory of the room", ""
	if st.Redis {
		kept = fmt.Sprintf("Kept until the end: who lit the room, who is or was here, and at least the newest %s, in the servers' memory, and in Redis, sealed with a secret that only the servers have. Redis sees the kind, time and size of each event, and the deadline, but no name, key or word.", Count(uint64(history), "message"))
		wiped, after = "what the servers and Redis hold of the room", " If somebody destroys the room, the servers remember that until its deadline, under a code derived from its name."
	}
	unreached := "Not reached: what a terminal logs, what members copy or film, the screen of a connection that broke, and memory that is free but not reused yet."
	if st.Keeps != "" {
		unreached += " " + capital(st.Keeps) + "."
	}
	logged := "Logged: failures, under a random number, with no room, name, address, key or word."
	if st.Door {
		logged += "\nThe operator can list sessions: when each began, its bytes and, if they ask for it, its address, but no room, name or key."
	}
	return strings.Join([]string{
		"Who can read this: " + whoReads,
		kept,
		"Who you are: a code derived from your SSH key, for this room alone. The four characters after a name, as in (k7f3), are the same each time that key comes back, until the room is gone; later and elsewhere they differ. Without a key you are somebody new each time.",
		"A " + Mark + " after a name: somebody else had that name before, as far as keys show.",
		"Wiped at the end: " + wiped + ", and every screen with its scrollback." + after,
		unreached,
		logged,
	}, "\n")
}

// receipt returns the end of the last line of a wiped room: what is known to remain of
// it. clean means that the store confirmed that nothing is left.
func (st Storage) receipt(clean bool) string {
	if !st.Redis {
		return ""
	}
	s := " No key is left in Redis."
	if !clean {
		s = " Redis did not confirm that no key is left."
	}
	if st.Keeps != "" {
		s += " " + capital(st.Keeps) + "."
	}
	return s
}
