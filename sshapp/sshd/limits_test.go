package sshd

import "testing"

func TestTerminalSizesAreClamped(t *testing.T) {
	for _, row := range []struct {
		cfg                       Config
		width, height, wide, high uint32
	}{
		{Config{}, 500, 200, 500, 200},
		{Config{}, 501, 201, 500, 200},
		{Config{Limits: Limits{MaxWidth: 100, MaxHeight: 30}}, 100, 30, 100, 30},
		{Config{Limits: Limits{MaxWidth: 100, MaxHeight: 30}}, 1<<32 - 1, 31, 100, 30},
		{Config{Limits: Limits{MaxWidth: -1, MaxHeight: -1}}, 5000, 4000, 5000, 4000},
	} {
		if w, h := row.cfg.withDefaults().clamp(row.width, row.height); w != row.wide || h != row.high {
			t.Errorf("%d × %d is reported as %d × %d, not %d × %d", row.width, row.height, w, h, row.wide, row.high)
		}
	}
}
