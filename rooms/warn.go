package rooms

import (
	"log/slog"
	"sync"
	"time"
)

// warnEvery is how often the log is told the same. What strangers bring about must
// not fill it.
const warnEvery = time.Minute

// warnings go to the log once a minute each. They are safe for concurrent use.
type warnings struct {
	log *slog.Logger

	mu   sync.Mutex
	last map[string]time.Time // by message: one of a few constants
}

func newWarnings(log *slog.Logger) *warnings {
	return &warnings{log: log, last: map[string]time.Time{}}
}

// warn logs the message, which is a constant, unless it did so lately.
func (w *warnings) warn(msg string, attrs ...any) {
	now := time.Now()
	w.mu.Lock()
	due := now.Sub(w.last[msg]) >= warnEvery
	if due {
		w.last[msg] = now
	}
	w.mu.Unlock()
	if due {
		w.log.Warn(msg, attrs...)
	}
}
