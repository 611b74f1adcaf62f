//go:build !linux

package ui

import "time"

func threadTime() (time.Duration, bool) { return 0, false }
