package sshd

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
)

// panicDepth is how many frames of a panic are logged.
const panicDepth = 24

// Recover recovers a panic of the function that defers it, logs it and ends the session.
// Without a panic it does nothing. Every goroutine that works for a session defers it, so
// that a panic ends that session and not the process.
func (t *Terminal) Recover() {
	if r := recover(); r != nil {
		LogPanic(t.cfg.Log, t.ID, r)
		t.Kill()
	}
}

// recoverPanic is Recover for what belongs to no session, or ends in another way: it
// calls then. The session is the ID of a [Terminal], or empty.
func recoverPanic(log *slog.Logger, session string, then func()) {
	if r := recover(); r != nil {
		LogPanic(log, session, r)
		then()
	}
}

// LogPanic logs the type of a recovered value, and where the panic was. It must be
// called by the function that recovered it. The value itself is not logged, because
// it may hold what somebody typed.
func LogPanic(log *slog.Logger, session string, value any) {
	in := callers()
	if apart, ok := value.(*panicApart); ok {
		value, in = apart.value, apart.in
	}
	log.LogAttrs(context.Background(), slog.LevelError, "panic",
		slog.String("session", session), slog.String("type", fmt.Sprintf("%T", value)), slog.Any("in", in))
}

// callers returns the functions that are running, below the caller of its caller.
func callers() (in []string) {
	pcs := make([]uintptr, panicDepth)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		f, more := frames.Next()
		in = append(in, f.Function)
		if !more {
			return in
		}
	}
}
