package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestLoopbackOnlyRefusesOtherMachines(t *testing.T) {
	for _, c := range []struct {
		addr     string
		loopback bool
	}{
		{"127.0.0.1:2222", true},
		{"127.9.9.9:22", true},
		{"[::1]:2222", true},
		{"192.0.2.1:22", false},
		{"[2001:db8::1]:22", false},
		{"0.0.0.0:22", false},
		{"[::ffff:8.8.8.8]:1", false},
		{"127.0.0.1", false}, // no port
	} {
		if err := loopbackOnly(t.Context(), []string{"127.0.0.1:1", c.addr}); (err == nil) != c.loopback {
			t.Errorf("%s: %v", c.addr, err)
		}
	}
}

func TestAnotherMachineIsWrongUsageAndNotDialled(t *testing.T) {
	var out, errs bytes.Buffer
	begin := time.Now()
	status := runMain(t.Context(), []string{"192.0.2.1:22", "--timeout", "1h"}, &out, &errs)
	if status != exitUsage || !strings.Contains(errs.String(), "--i-own-this-server") || out.Len() > 0 {
		t.Errorf("status %d, %q, %q", status, errs.String(), out.String())
	}
	if took := time.Since(begin); took > time.Minute {
		t.Errorf("it took %v", took)
	}
}

func TestAnInvalidPlanIsWrongUsage(t *testing.T) {
	for _, args := range []string{
		"--sessions 0", "--rooms 0", "--sessions 3 --rooms 4", "--size 5", "--size 5000", "--rate -1", "--rate NaN",
		"--parallel 0", "--idle -1s", "--spread -1s", "--enter hello", "--ready hello", "--login a --ready (", "--timeout 0s", "--sessions 10000 --rate 1000 --duration 1h", "--no-such-flag",
	} {
		var out, errs bytes.Buffer
		if status := runMain(t.Context(), strings.Fields(args), &out, &errs); status != exitUsage || errs.Len() == 0 {
			t.Errorf("%s: status %d, %q", args, status, errs.String())
		}
	}
}

func TestSessionsAreDividedEvenly(t *testing.T) {
	p := plan{Sessions: 10, Rooms: 4, Addrs: []string{"a", "b"}}
	all, at := 0, map[string]int{}
	for room := range p.Rooms {
		n := p.seats(room)
		if n < 2 || n > 3 {
			t.Errorf("room %d has %d members", room, n)
		}
		all += n
		for m := range n {
			at[p.addr(room, m)]++
			if m > 0 && p.addr(room, m) == p.addr(room, m-1) {
				t.Errorf("room %d: neighbours on one server", room)
			}
		}
	}
	if all != p.Sessions || at["a"] != 5 || at["b"] != 5 {
		t.Errorf("%d sessions, by server %v", all, at)
	}
}

func TestLeadIsShorterThanTheTimeBetweenMessages(t *testing.T) {
	for _, c := range []struct {
		p    plan
		want time.Duration
	}{
		{plan{Sessions: 2, Rooms: 1, Rate: 20}, 25 * time.Millisecond},
		{plan{Sessions: 1000, Rooms: 500, Rate: 200}, maxLead},
		{plan{Sessions: 1, Rooms: 1, Rate: 1000}, 250 * time.Microsecond},
	} {
		got := c.p.lead()
		// The least time between two messages of one session, see due.
		apart := time.Duration((float64(c.p.Sessions) - 0.5) / c.p.Rate * float64(time.Second))
		if got != c.want || got >= apart {
			t.Errorf("%+v: lead is %v, want %v; time between messages is %v", c.p, got, c.want, apart)
		}
	}
}

func TestMessagesAreDueAtTheRate(t *testing.T) {
	p := plan{Rate: 20, Warmup: time.Second, Duration: 2 * time.Second, Rooms: 7}
	if p.messages() != 60 || p.warm() != 20 || p.perRoom() != 9 {
		t.Errorf("%d messages, %d of them in the warm-up, %d per room", p.messages(), p.warm(), p.perRoom())
	}
	if early, late := p.due(20, 0), p.due(20, 1); early != time.Second || late.Round(time.Microsecond) != 1025*time.Millisecond {
		t.Errorf("due between %v and %v", early, late)
	}
}
