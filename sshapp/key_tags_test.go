package sshapp

import (
	"regexp"
	"strings"
	"testing"

	"wick/sshapp/sshtest"
)

// tagOf returns the key tag that the person sees behind an alias.
func (p *person) tagOf(alias string) string {
	p.t.Helper()
	tagged := regexp.MustCompile(regexp.QuoteMeta(alias) + ` \(([0-9a-z]{4})\)`)
	p.says("/who")
	return tagged.FindStringSubmatch(p.screen.WaitFor(p.t, sshtest.Patience, tagged.MatchString))[1]
}

func TestDirectMessageToAKeyTagReachesItsKey(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 2)
		key, _ := sshtest.NewKey(t)
		ann := join(t, addrs[0], "new", 80, 24)
		room := ann.room()
		ann.takes("ann")
		bob := join(t, addrs[1], room, 80, 24, key)
		bob.takes("bob")
		eve := join(t, addrs[0], room, 80, 24)
		eve.takes("eve")
		ann.sees(" 3/")
		tag := ann.tagOf("bob")
		for _, alias := range []string{tag, strings.ToUpper(tag), tag[:2] + "-" + tag[2:]} {
			eve.says("/nick " + alias)
			eve.shows("looks like a key tag")
			eve.types(keyUp)
			eve.shows("❯ /nick " + alias)
			eve.types("\x15/clear\r")
			eve.seesNoMore("looks like a key tag")
		}
		ann.says("/msg " + tag + " psst")
		bob.shows("ann → you (direct) psst")
		bob.says("m1")
		ann.sees("m1")
		eve.sees("m1")
		eve.never("psst")
	})
}
