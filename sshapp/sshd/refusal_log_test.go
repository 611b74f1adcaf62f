package sshd

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wick/sshapp/sshtest"
)

func TestALineAMinuteSaysWhatWasRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counts, log := &tally{}, &sshtest.Buffer{}
		cfg := Config{Meter: counts, Log: slog.New(slog.NewTextHandler(log, nil))}.withDefaults()
		tr := newTracker(cfg)
		for range 100 {
			cfg.Meter.TurnedAway(TooManyConnsFromSource)
			cfg.Meter.TurnedAway(Penalized)
		}
		time.Sleep(refusalSpan)
		synctest.Wait()
		if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "address_connections=100 penalty=100") {
			t.Errorf("after a minute: %q", got)
		}
		time.Sleep(10 * refusalSpan)
		cfg.Meter.TurnedAway(KeyRefused)
		tr.stop()
		if got := log.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, " key=1\n") {
			t.Errorf("at the end: %q", got)
		}
		if n := len(counts.reasons()); n != 201 {
			t.Errorf("%d were counted", n)
		}
	})
}
