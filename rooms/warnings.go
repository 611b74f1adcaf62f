package rooms

import (
	"log/slog"
	"time"

	"golang.org/x/time/rate"
)

// warnEvery is how often the same warning is logged, as strangers must not fill
// the log.
const warnEvery = time.Minute

// warnings logs each message once every warnEvery. It is safe for concurrent use.
type warnings struct {
	log *slog.Logger
	due *buckets // by message
}

func newWarnings(log *slog.Logger) *warnings {
	return &warnings{log: log, due: newBuckets(rate.Every(warnEvery), 1)}
}

// warn logs the message, which is a constant, unless it did so lately.
func (w *warnings) warn(msg string, attrs ...any) {
	if w.due.take(msg) {
		w.log.Warn(msg, attrs...)
	}
}
