package rooms

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// warnEvery is the least time between two logged warnings of one cause. Strangers
	// must not be able to fill the log.
	warnEvery = time.Minute
	// maxCauses bounds how many causes are told apart. All others count as one more.
	maxCauses = 64
)

// LogThrottle logs a warning of the same cause at most once a minute, with the
// number of those that it left out. It is safe for concurrent use.
type LogThrottle struct {
	log *slog.Logger

	mu     sync.Mutex
	causes map[string]loggedCause
}

type loggedCause struct {
	at      time.Time
	leftOut int // warnings since then
}

// NewLogThrottle returns a LogThrottle that logs to log.
func NewLogThrottle(log *slog.Logger) *LogThrottle {
	return &LogThrottle{log: log, causes: map[string]loggedCause{}}
}

// Warn logs msg unless it did so for the same cause within the last minute. The
// cause itself is not logged.
func (t *LogThrottle) Warn(msg, cause string, attrs ...slog.Attr) {
	leftOut, due := t.due(cause, time.Now())
	if !due {
		return
	}
	if leftOut > 0 {
		attrs = append(attrs, slog.Int("left_out", leftOut))
	}
	t.log.LogAttrs(context.Background(), slog.LevelWarn, msg, attrs...)
}

func (t *LogThrottle) due(cause string, now time.Time) (leftOut int, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c, known := t.causes[cause]
	if !known && len(t.causes) >= maxCauses {
		cause = "" // shared by all other causes
		c, known = t.causes[cause]
	}
	if known && now.Sub(c.at) < warnEvery {
		c.leftOut++
		t.causes[cause] = c
		return 0, false
	}
	t.causes[cause] = loggedCause{at: now}
	return c.leftOut, true
}
