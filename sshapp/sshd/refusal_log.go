package sshd

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// refusalSpan is the time whose refusals make one line of the log.
const refusalSpan = time.Minute

// refusalLog is a Meter that also logs how much was refused for which reason, in one
// line a minute at most. It holds a number for each reason, of which there are few.
type refusalLog struct {
	Meter
	log *slog.Logger

	mu     sync.Mutex
	counts map[Reason]int
	timer  *time.Timer // ends the span; nil: nothing was refused in it
}

func newRefusalLog(meter Meter, log *slog.Logger) *refusalLog {
	return &refusalLog{Meter: meter, log: log, counts: make(map[Reason]int)}
}

// TurnedAway implements Meter.
func (l *refusalLog) TurnedAway(why Reason) {
	l.Meter.TurnedAway(why)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts[why]++
	if l.timer == nil {
		l.timer = time.AfterFunc(refusalSpan, l.flush)
	}
}

// flush logs what was refused since the last line.
func (l *refusalLog) flush() {
	l.mu.Lock()
	counts := l.counts
	l.counts = make(map[Reason]int)
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
	l.mu.Unlock()
	if len(counts) == 0 {
		return
	}
	reasons := slices.Sorted(maps.Keys(counts))
	attrs := make([]slog.Attr, len(reasons))
	for i, why := range reasons {
		attrs[i] = slog.Int(string(why), counts[why])
	}
	l.log.LogAttrs(context.Background(), slog.LevelInfo, "turned clients away in the last minute", attrs...)
}
