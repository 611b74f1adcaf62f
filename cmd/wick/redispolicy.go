package main

import (
	"fmt"
	"log/slog"

	"wick/rooms/redis"
)

// The values of --ephemeral: what to do about a Redis that may keep sealed
// remains of wiped rooms, or evict parts of rooms.
const (
	ephemeralAnnounce = "announce" // log it once
	ephemeralStrict   = "strict"   // do not start; nor if Redis does not report its settings
)

// checkRedis logs what the audit found, or returns an error if --ephemeral
// forbids the use of this Redis.
func (c *serveCmd) checkRedis(audit redis.Audit, log *slog.Logger) error {
	switch summary := audit.Summary(); {
	case audit.Clean():
	case c.Ephemeral == ephemeralStrict:
		return fmt.Errorf("--ephemeral %s does not allow this Redis: %s", ephemeralStrict, summary)
	case audit.Found():
		log.Warn(summary)
	default:
		log.Info(summary)
	}
	return nil
}
