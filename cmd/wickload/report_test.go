package main

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestPercentileIsTheNearestRank(t *testing.T) {
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i+1))
	}
	for _, c := range []struct {
		times []time.Duration
		p     float64
		want  time.Duration
	}{
		{nil, 50, 0},
		{hundred[:1], 50, 1},
		{hundred[:1], 100, 1},
		{hundred[:2], 50, 1},
		{hundred[:3], 50, 2},
		{hundred[:10], 90, 9},
		{hundred[:10], 99, 10},
		{hundred, 50, 50},
		{hundred, 99, 99},
		{hundred, 100, 100},
	} {
		if got := percentile(c.times, c.p); got != c.want {
			t.Errorf("p%v of %d: %d, want %d", c.p, len(c.times), got, c.want)
		}
	}
}

func TestCleanMeansThatNothingWasLost(t *testing.T) {
	base := report{Sessions: 2, Connected: 2}
	for _, c := range []struct {
		name   string
		change func(*report)
		clean  bool
	}{
		{"idle", func(r *report) {}, true},
		{"all delivered", func(r *report) { r.Load = &load{Expected: 9, Delivered: 9} }, true},
		{"one missing", func(r *report) { r.Load = &load{Expected: 9, Delivered: 8} }, false},
		{"one misdelivered", func(r *report) { r.Load = &load{Expected: 9, Delivered: 9, Strays: 1} }, false},
		{"one failed", func(r *report) { r.Failed = 1 }, false},
		{"one lost", func(r *report) { r.Lost = 1 }, false},
		{"one never connected", func(r *report) { r.Connected = 1 }, false},
	} {
		r := base
		c.change(&r)
		if r.clean() != c.clean {
			t.Errorf("%s: clean is %v", c.name, r.clean())
		}
	}
}

func TestParseStatAcceptsAnyProgramName(t *testing.T) {
	const stat = "42 (a b) R 1) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 9 0 77 123456 1000 18446744073709551615 1"
	u, err := parseStat([]byte(stat))
	want := usage{cpu: 3 * time.Second, rss: 1000 * int64(os.Getpagesize())}
	if err != nil || u != want {
		t.Errorf("%+v, %v", u, err)
	}
	for _, broken := range []string{"", "42 (a) S 1 2", strings.Replace(stat, "250", "x", 1)} {
		if u, err := parseStat([]byte(broken)); err == nil {
			t.Errorf("%q: %+v", broken, u)
		}
	}
}

func TestParseSchedstatReadsTheTimeRun(t *testing.T) {
	if got, ok := parseSchedstat([]byte("5023450 25461284 3\n")); !ok || got != 5023450*time.Nanosecond {
		t.Errorf("%v, %v", got, ok)
	}
	for _, broken := range []string{"", "x 1 2\n"} {
		if got, ok := parseSchedstat([]byte(broken)); ok {
			t.Errorf("%q: %v", broken, got)
		}
	}
}

func TestUsageOfThisProcessIsKnownOnLinuxOnly(t *testing.T) {
	u, err := usageOf([]int{os.Getpid()})
	if linux := runtime.GOOS == "linux"; (err == nil) != linux || linux && total(u).rss < 1<<20 {
		t.Errorf("%+v, %v", u, err)
	}
	if _, err := usageOf([]int{1 << 30}); err == nil {
		t.Error("a process that does not exist was measured")
	}
}

func TestBarHasAConstantLength(t *testing.T) {
	for _, c := range []struct {
		done int
		want string
	}{
		{0, "sending    " + strings.Repeat("╌", barCells) + " 0/60"},
		{30, "sending    " + strings.Repeat("━", barCells/2) + strings.Repeat("╌", barCells/2) + " 30/60"},
		{90, "sending    " + strings.Repeat("━", barCells) + " 90/60"},
	} {
		if got := formatBar("sending", c.done, 60); got != c.want {
			t.Errorf("%d: %q, want %q", c.done, got, c.want)
		}
	}
}
