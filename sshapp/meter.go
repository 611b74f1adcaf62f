package sshapp

import (
	"time"

	"wick/sshapp/sshd"
)

// Meter counts what happens in front of rooms, never who it was. Its methods must be
// safe for concurrent use and must not block.
type Meter interface {
	sshd.Meter
	// Painted observes the time from the moment a message came to this process until
	// a terminal's connection had taken the frame that shows it. If a frame shows
	// several messages, it is the time of the oldest.
	Painted(took time.Duration)
}

// The reasons of the Quotas, besides those of [sshd.Reasons].
const (
	TooManyLights  sshd.Reason = "lights"  // rooms lit
	TooManyTries   sshd.Reason = "tries"   // names tried
	TooManyEntries sshd.Reason = "entries" // rooms entered
)

// Reasons returns every reason that a Meter may get.
func Reasons() []sshd.Reason {
	return append(sshd.Reasons(), TooManyLights, TooManyTries, TooManyEntries)
}

type noMeter struct{}

func (noMeter) TurnedAway(sshd.Reason) {}
func (noMeter) Painted(time.Duration)  {}
