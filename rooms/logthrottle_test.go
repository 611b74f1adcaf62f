package rooms

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestACauseIsLoggedOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		throttle := NewLogThrottle(slog.New(slog.NewTextHandler(&out, nil)))
		for range 100 {
			throttle.Warn("refused", "full", slog.String("err", "memory"))
			throttle.Warn("refused", "away", slog.String("err", "store"))
			time.Sleep(time.Second)
		}
		for _, want := range []string{"err=memory left_out=59", "err=store left_out=59"} {
			if strings.Count(out.String(), want) != 1 {
				t.Errorf("no %q in\n%s", want, out.String())
			}
		}
		if n := strings.Count(out.String(), "\n"); n != 4 {
			t.Errorf("%d lines:\n%s", n, out.String())
		}
	})
}

func TestCausesAreBounded(t *testing.T) {
	var out bytes.Buffer
	throttle := NewLogThrottle(slog.New(slog.NewTextHandler(&out, nil)))
	for i := range 10 * maxCauses {
		throttle.Warn("refused", fmt.Sprint(i))
	}
	if n := strings.Count(out.String(), "\n"); n != maxCauses+1 || len(throttle.causes) != n {
		t.Errorf("%d lines, %d causes", n, len(throttle.causes))
	}
}
