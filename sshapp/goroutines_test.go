package sshapp

import (
	"regexp"
	"runtime"
	"strings"
	"testing"

	"wick/keys"
	"wick/sshapp/sshtest"
)

// Each goroutine that waits holds a stack for as long as the session lasts. Beside those of
// the SSH library and Bubble Tea there are four: the handler, one that replies to requests,
// and those that read the network and the keys.
func TestAnIdleScreenHasFourGoroutinesOfOurs(t *testing.T) {
	const people = 6 // beside the first
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	first := join(t, addr, "new", 80, 24)
	first.says("hello")
	first.sees("hello")
	before := ownGoroutines()
	all := []*person{first}
	for range people {
		p := join(t, addr, first.room(), 80, 24)
		p.sees(first.room())
		all = append(all, p)
	}
	first.says("welcome")
	for _, p := range all {
		p.sees("welcome")
		p.types("x") // what these start has to end, too
		p.sees("x")
		p.resize(90, 30)
	}
	sshtest.Eventually(t, "there are no more than four for each", func() bool { return ownGoroutines() <= before+4*people })
}

// testCode is in the stacks of the tests' own goroutines.
var testCode = regexp.MustCompile(`_test\.go|/sshtest\.|/uitest\.`)

// ownGoroutines returns how many goroutines run code of wick, other than of its tests.
func ownGoroutines() (n int) {
	stacks := make([]byte, 4<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for s := range strings.SplitSeq(string(stacks), "\n\n") {
		if strings.Contains(s, "\nwick/") && !testCode.MatchString(s) {
			n++
		}
	}
	return n
}
