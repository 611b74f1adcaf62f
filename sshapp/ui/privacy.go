package ui

import (
	"fmt"
	"strings"
)

// keeping is what people are told on entering: who can read what they say, and
// what is kept.
func (c Config) keeping() string {
	if c.Redis {
		return "Until then this server keeps and can read it; Redis holds it sealed. /privacy"
	}
	return "Until then this server keeps and can read it, in memory only. /privacy"
}

// privacy is the same in full.
func (c Config) privacy(history int) string {
	kept := fmt.Sprintf("Kept until the end: who is or was here and at least the newest %s, in this server's memory. Nothing is on disk.", count(uint64(history), "message"))
	wiped, after := "this server's memory of the room", ""
	if c.Redis {
		kept = fmt.Sprintf("Kept until the end: who is or was here and at least the newest %s, in the memory of the servers, and in Redis, sealed with a secret that only they have. Redis sees what kind of thing happens when, how much, and until when; no name, key or word.", count(uint64(history), "message"))
		wiped, after = "what the servers and Redis hold of the room", " If somebody destroys it, the servers remember that until its deadline, by a code made of its name."
	}
	missed := "Not reached: what a terminal logs, what members copy or film, the screen of a connection that broke, and memory that is free but not used again yet."
	if c.Keeps != "" {
		missed += " " + capital(c.Keeps) + "."
	}
	return strings.Join([]string{
		"Who can read this: everybody in the room (a /msg: that person alone), and whoever runs this server, for SSH ends there. Nobody in between.",
		kept,
		"Who you are: a code made of your SSH key for this room alone. Four characters stand after names, as in (k7f3): the same whenever that key comes back until the room is gone, others later and elsewhere. Without a key you are somebody new each time.",
		"A " + mark + " after a name: somebody else had that name before, as far as keys tell.",
		"Wiped at the end: " + wiped + ", and every screen with its scrollback." + after,
		missed,
		"Logged: that something failed, under a random number; no room, name, address, key or word.",
	}, "\n")
}

// receipt is what is known of a wiped room's remains, to stand after how many
// messages were wiped.
func (c Config) receipt(clean bool) string {
	if !c.Redis {
		return ""
	}
	s := " No key is left in Redis."
	if !clean {
		s = " Redis did not confirm that no key is left."
	}
	if c.Keeps != "" {
		s += " " + capital(c.Keeps) + "."
	}
	return s
}
