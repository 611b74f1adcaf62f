package wording

import "testing"

func TestSizesAreRoundedUp(t *testing.T) {
	for bytes, want := range map[int64]string{
		0: "0 bytes", 1: "1 byte", 1023: "1023 bytes", 1 << 10: "1 KiB", 1<<10 + 1: "2 KiB", 112 << 10: "112 KiB",
		1<<20 - 1<<10: "1023 KiB", 1<<20 - 1: "1 MiB", 1 << 20: "1 MiB", 1<<20 + 1: "1.1 MiB", 64 << 20: "64 MiB",
	} {
		if got := Size(bytes); got != want {
			t.Errorf("%d bytes are called %q, want %q", bytes, got, want)
		}
	}
}
