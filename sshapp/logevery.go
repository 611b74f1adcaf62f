package sshapp

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// logPause is how long nothing more is logged of a cause. What strangers
	// bring about must not grow the log at the pace that they choose.
	logPause = time.Minute
	// maxCauses bounds the causes that are told apart.
	maxCauses = 64
)

// logEvery logs a warning once in a logPause for each cause, and how many it
// left out since. Its zero value is ready to use. It is safe for concurrent use.
type logEvery struct {
	mu     sync.Mutex
	causes map[string]logged
}

// logged is what is known of a cause.
type logged struct {
	at      time.Time
	leftOut int
}

// warn logs msg unless it did so for the same cause within logPause.
func (l *logEvery) warn(log *slog.Logger, msg, cause string, attrs ...slog.Attr) {
	leftOut, due := l.due(cause, time.Now())
	if !due {
		return
	}
	if leftOut > 0 {
		attrs = append(attrs, slog.Int("left_out", leftOut))
	}
	log.LogAttrs(context.Background(), slog.LevelWarn, msg, attrs...)
}

func (l *logEvery) due(cause string, now time.Time) (leftOut int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, known := l.causes[cause]
	if !known && len(l.causes) >= maxCauses {
		cause = "" // all further ones together
		c, known = l.causes[cause]
	}
	if known && now.Sub(c.at) < logPause {
		c.leftOut++
		l.causes[cause] = c
		return 0, false
	}
	if l.causes == nil {
		l.causes = make(map[string]logged)
	}
	l.causes[cause] = logged{at: now}
	return c.leftOut, true
}
