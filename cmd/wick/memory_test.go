package main

import (
	"errors"
	"strings"
	"testing"
)

func TestTheMemoryBudgetIsThatOfTheFlagTheContainerOrTheMachine(t *testing.T) {
	says := func(n uint64) func() (uint64, error) { return func() (uint64, error) { return n, nil } }
	none := func() (uint64, error) { return 0, errors.New("there is none") }
	for _, tt := range []struct {
		flag            string
		cgroup, machine func() (uint64, error)
		want            int64
	}{
		{"auto", says(1 << 30), says(16 << 30), 1 << 30},
		{"auto", says(1 << 30), none, 1 << 30},
		{"auto", none, says(16 << 30), percentOf(16<<30, machineShare)},
		{"auto", says(32 << 30), says(16 << 30), percentOf(16<<30, machineShare)}, // no limit to speak of
		{"auto", says(1 << 20), says(16 << 30), leastMemory},
		{"auto", none, none, 0},
		{"512MiB", says(1 << 30), says(16 << 30), 512 << 20},
		{"1g", none, none, 1e9},
		{"2 GiB", none, none, 2 << 30},
		{"0", says(1 << 30), says(16 << 30), 0},
	} {
		var m memorySize
		if err := m.UnmarshalText([]byte(tt.flag)); err != nil {
			t.Errorf("%s: %v", tt.flag, err)
		}
		if got := m.budget(tt.cgroup, tt.machine); got != tt.want {
			t.Errorf("%s: %d bytes, want %d", tt.flag, got, tt.want)
		}
	}
}

func TestAMemorySizeThatIsNoneIsWrongUsage(t *testing.T) {
	t.Parallel()
	for _, size := range []string{"", "much", "-1", "63MiB", "1e30", "99999999EiB", "512 megs"} {
		status, _, stderr := once(t, t.TempDir(), "serve", "--listen", "127.0.0.1:0", "--memory="+size)
		if status != exitUsage || !strings.Contains(stderr, "--memory") || strings.Count(stderr, "\n") > 1 {
			t.Errorf("%q: status %d, %s", size, status, stderr)
		}
	}
}

func TestAFileSizeIsNumberOfBytesOrNone(t *testing.T) {
	t.Parallel()
	for size, want := range map[string]int64{"1MiB": 1 << 20, "512 KiB": 512 << 10, "100": 100, "0": -1, "64MiB": mostFile} {
		var f fileSize
		if err := f.UnmarshalText([]byte(size)); err != nil || f.limit() != want {
			t.Errorf("%s: %d bytes, %v; want %d", size, f.limit(), err, want)
		}
	}
	for _, size := range []string{"", "much", "-1", "65MiB"} {
		status, _, stderr := once(t, t.TempDir(), "serve", "--listen", "127.0.0.1:0", "--max-file="+size)
		if status != exitUsage || !strings.Contains(stderr, "--max-file") {
			t.Errorf("%q: status %d, %s", size, status, stderr)
		}
	}
}
