package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// usage is what a process has used so far, or several together.
type usage struct {
	cpu time.Duration
	rss int64 // resident, in bytes
}

// clockTick is the unit of CPU time in /proc/PID/stat. USER_HZ is 100 on every
// architecture that Go supports, see proc_pid_stat(5).
const clockTick = 10 * time.Millisecond

// Fields of /proc/PID/stat, counted from the one after the program's name.
const (
	statUser   = 11
	statSystem = 12
	statRSS    = 21
)

var errNoStat = errors.New("the memory and CPU time of a process can be read on Linux only")

// total returns the sum of what processes have used.
func total(each []usage) (sum usage) {
	for _, u := range each {
		sum.cpu += u.cpu
		sum.rss += u.rss
	}
	return sum
}

// usageOf returns what each of the processes has used, from Linux's /proc.
func usageOf(pids []int) ([]usage, error) {
	each := make([]usage, 0, len(pids))
	for _, pid := range pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if errors.Is(err, os.ErrNotExist) {
			if _, err := os.Stat("/proc/self/stat"); err != nil {
				return nil, errNoStat
			}
			return nil, fmt.Errorf("there is no process %d", pid)
		}
		if err != nil {
			return nil, err
		}
		u, err := parseStat(stat)
		if err != nil {
			return nil, err
		}
		if exact, ok := threadTime(pid); ok {
			u.cpu = exact
		}
		each = append(each, u)
	}
	return each, nil
}

// threadTime returns the CPU time of a process's threads, to the nanosecond. A
// thread that has ended is not counted; neither Go programs nor Redis end theirs.
// It reports false if this kernel does not tell.
func threadTime(pid int) (sum time.Duration, ok bool) {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, name := range threads {
		stat, err := os.ReadFile(name)
		if err != nil {
			return 0, false
		}
		t, ok := parseSchedstat(stat)
		if !ok {
			return 0, false
		}
		sum += t
	}
	return sum, sum > 0
}

// parseSchedstat returns the time that a thread has run, see
// https://docs.kernel.org/scheduler/sched-stats.html.
func parseSchedstat(stat []byte) (time.Duration, bool) {
	run, _, _ := strings.Cut(string(stat), " ")
	ns, err := strconv.ParseInt(run, 10, 64)
	return time.Duration(ns), err == nil
}

func parseStat(stat []byte) (usage, error) {
	// The name is in parentheses and may contain anything, even ')'.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) <= statRSS {
		return usage{}, errNoStat
	}
	var v [3]int64
	for i, f := range [...]int{statUser, statSystem, statRSS} {
		n, err := strconv.ParseInt(string(fields[f]), 10, 64)
		if err != nil {
			return usage{}, errNoStat
		}
		v[i] = n
	}
	return usage{cpu: time.Duration(v[0]+v[1]) * clockTick, rss: v[2] * int64(os.Getpagesize())}, nil
}
