package main

import (
	"fmt"
	"log/slog"

	"wick/rooms/redis"
)

// What --ephemeral can be: what becomes of a Redis that may keep remains of
// wiped rooms, though sealed, or tear rooms that burn.
const (
	ephemeralAnnounce = "announce" // it is said once
	ephemeralStrict   = "strict"   // it is not used; nor is one that does not tell
)

// judge says once what is wrong with Redis, or answers why it is not used.
func (c *serveCmd) judge(audit redis.Audit, log *slog.Logger) error {
	switch summary := audit.Summary(); {
	case audit.Clean():
	case c.Ephemeral == ephemeralStrict:
		return fmt.Errorf("--ephemeral %s: this Redis is not used: %s", ephemeralStrict, summary)
	case audit.Found():
		log.Warn(summary)
	default:
		log.Info(summary)
	}
	return nil
}
