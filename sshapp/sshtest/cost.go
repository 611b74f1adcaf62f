package sshtest

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

// CPU returns the CPU time that the process has used, clients included.
func CPU(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Costs fails the test if f uses more CPU time, or allocates more bytes, than given.
func Costs(t testing.TB, limit time.Duration, bytes uint64, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	used := CPU(t)
	f()
	used = CPU(t) - used
	runtime.ReadMemStats(&after)
	allocated := after.TotalAlloc - before.TotalAlloc
	t.Logf("%v of CPU time, %d KiB allocated", used.Round(time.Millisecond), allocated>>10)
	if used > limit {
		t.Errorf("used %v of CPU time, more than %v", used, limit)
	}
	if allocated > bytes {
		t.Errorf("allocated %d MiB, more than %d", allocated>>20, bytes>>20)
	}
}
