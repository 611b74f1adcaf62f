package sshapp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// figures is what came of one or more conversations.
type figures struct{ sent, confirmed, refused, unsure, lost, doubled int }

func (f figures) String() string {
	return fmt.Sprintf("sent %d, confirmed %d, refused %d times, unknown to their senders %d, lost %d, doubled %d",
		f.sent, f.confirmed, f.refused, f.unsure, f.lost, f.doubled)
}

func (f *figures) add(o figures) {
	f.sent += o.sent
	f.confirmed += o.confirmed
	f.refused += o.refused
	f.unsure += o.unsure
	f.lost += o.lost
	f.doubled += o.doubled
}

// end lets the senders finish what they say and checks what everybody sees:
// one sequence, in which every message that was confirmed is there once, and
// none twice; and that nothing else was ever on a screen.
func (c *conversation) end() figures {
	c.t.Helper()
	c.hush()
	ctx, cancel := context.WithTimeout(context.Background(), settleLimit)
	defer cancel()
	final := c.agreed(ctx)
	newcomer := &sender{}
	if err := c.enter(newcomer); err != nil {
		c.t.Fatal(err)
	}
	if got, err := newcomer.all[0].recall(ctx); err != nil {
		c.t.Errorf("a newcomer: %v", err)
	} else if !slices.Equal(got, final) {
		c.t.Errorf("a newcomer sees another room: %s", difference(got, final))
	}
	return c.judge(final)
}

func (c *conversation) hush() {
	c.t.Helper()
	close(c.stop)
	ended := make(chan struct{})
	go func() { c.wg.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(settleLimit):
		c.t.Error("some senders still do not know what became of their last message")
		for _, s := range c.senders {
			k := s.now()
			c.t.Logf("a screen, once more:\n%s", k.text())
		}
		c.t.FailNow()
	}
	for i, s := range c.senders {
		if s.err != nil {
			c.t.Errorf("sender %d: %v", i, s.err)
		}
		for _, line := range s.lines {
			if !c.roams || !strings.Contains(unspaced(line), unspaced("reconnect.")) {
				c.t.Errorf("sender %d was thrown out: %q", i, line)
			}
		}
	}
}

// agreed waits until all who sit in the room recall the same, and returns it.
func (c *conversation) agreed(ctx context.Context) sequence {
	c.t.Helper()
	last := c.numbers.next()
	if out, err := c.senders[0].now().say(ctx, last); !out.confirmed {
		c.t.Fatalf("the closing message: %v, refused %d times", err, out.refused)
	}
	c.senders = append(c.senders, &sender{sent: []string{last}, sure: []string{last}})
	for {
		all := c.recalled(ctx, last)
		differs := ""
		for i, got := range all {
			if !slices.Equal(got, all[0]) {
				differs = fmt.Sprintf("senders 0 and %d: %s", i, difference(all[0], got))
			}
		}
		if differs == "" && (!c.forks || ctx.Err() != nil || !c.restoring(all[0])) {
			return all[0]
		}
		if !c.forks || ctx.Err() != nil {
			c.t.Errorf("two people see two rooms: %s", differs)
			return all[0]
		}
	}
}

// restoring reports whether a message that was confirmed is not there: whoever saw it
// restores it, some seconds after a failover.
func (c *conversation) restoring(seen sequence) bool {
	for _, s := range c.senders {
		for _, m := range s.sure {
			if !slices.Contains(seen, m) {
				return true
			}
		}
	}
	return false
}

// recalled is what each of those who sit in the room recalls, once it shows the
// closing message.
func (c *conversation) recalled(ctx context.Context, last string) []sequence {
	c.t.Helper()
	var people []*talker
	for _, s := range c.senders {
		if k := s.now(); k != nil {
			people = append(people, k)
		}
	}
	all, errs := make([]sequence, len(people)), make([]error, len(people))
	var wg sync.WaitGroup
	for i, k := range people {
		wg.Go(func() {
			if _, errs[i] = k.sees(ctx, func(g glance) bool { return c.forks || g.shows(last) }); errs[i] == nil {
				all[i], errs[i] = k.recall(ctx)
			}
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			c.t.Fatalf("sender %d does not recall everything until %s: %v; the screen:\n%s", i, last, err, people[i].text())
		}
	}
	return all
}

func (c *conversation) judge(final sequence) (f figures) {
	c.t.Helper()
	at, times := map[string]int{}, map[string]int{}
	for i, m := range final {
		at[m] = i
		times[m]++
	}
	for m, n := range times {
		if n > 1 {
			f.doubled++
			c.t.Errorf("%s was said %d times", m, n)
		}
	}
	for i, s := range c.senders {
		f.sent += len(s.sent)
		f.confirmed += len(s.sure)
		f.refused += s.refused
		f.unsure += len(s.unsure)
		for _, m := range s.sure {
			if times[m] == 0 {
				f.lost++
				c.t.Errorf("%s was confirmed to its sender, %d, and is lost", m, i)
			}
		}
		for n, k := range s.all {
			if err := k.check(final, at, c.forks); err != nil {
				c.t.Errorf("sender %d, session %d: %v", i, n, err)
			}
		}
	}
	return f
}

// check returns what a talker's screen showed that it should not have.
func (k *talker) check(final sequence, at map[string]int, forks bool) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.missed != "" {
		return fmt.Errorf("messages were missed: %q", k.missed)
	}
	for _, w := range k.windows {
		if forks {
			sorted := slices.Sorted(slices.Values(w))
			if len(slices.Compact(sorted)) != len(w) {
				return fmt.Errorf("the screen showed a message twice: %q", w)
			}
			continue
		}
		for i, m := range w {
			if p, ok := at[m]; !ok || p != at[w[0]]+i {
				return fmt.Errorf("the screen showed %q, which are not in one piece in the room: %s", w, difference(w, final[min(at[w[0]], len(final)):min(at[w[0]]+len(w), len(final))]))
			}
		}
	}
	return nil
}

// difference says where two sequences part.
func difference(a, b sequence) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	part := func(s sequence) sequence { return s[min(max(i-2, 0), len(s)):min(i+5, len(s))] }
	return fmt.Sprintf("%d and %d messages, which part after %d: … %q … and … %q …", len(a), len(b), i, part(a), part(b))
}
