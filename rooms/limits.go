package rooms

import (
	"cmp"
	"time"
)

// The defaults of Limits.
const (
	DefaultTTL      = 10 * time.Minute
	DefaultMaxTTL   = 24 * time.Hour
	DefaultSeats    = 16
	DefaultMaxSeats = 256
	DefaultHistory  = 200
)

// Limits says which rooms a server offers to light. Zero means the default in
// brackets; see WithDefaults.
type Limits struct {
	TTL, MaxTTL     time.Duration // countdown: if none is chosen [10 min], longest [24 h]
	Seats, MaxSeats int           // seats: if none are chosen [16], most [256]
	History         int           // messages that a room keeps [200]
	Text            int           // characters of a message [MaxText]; the same as HubConfig.MaxText
	File            int64         // bytes of a drop, or a file [DefaultMaxFile]; negative: there are none
	Files           int64         // bytes of all files of a room [DefaultMaxFiles]; negative: there are none
}

// WithDefaults returns the limits with a default in place of each zero. A default
// gives way to a limit that was set: a room for which nothing is chosen is never
// longer or larger than the most that may be chosen.
func (l Limits) WithDefaults() Limits {
	l.MaxTTL = cmp.Or(l.MaxTTL, max(l.TTL, DefaultMaxTTL))
	l.TTL = cmp.Or(l.TTL, min(DefaultTTL, l.MaxTTL))
	l.MaxSeats = cmp.Or(l.MaxSeats, max(l.Seats, DefaultMaxSeats))
	l.Seats = cmp.Or(l.Seats, min(DefaultSeats, l.MaxSeats))
	l.History = cmp.Or(l.History, DefaultHistory)
	l.Text = cmp.Or(l.Text, MaxText)
	l.File = cmp.Or(l.File, DefaultMaxFile)
	l.Files = cmp.Or(l.Files, DefaultMaxFiles)
	return l
}
