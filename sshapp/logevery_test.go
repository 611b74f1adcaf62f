package sshapp

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wick/keys"
	"wick/rooms/memory"
	"wick/sshapp/wording"
)

func TestACauseIsLoggedOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log, every := slog.New(slog.NewTextHandler(&out, nil)), &logEvery{}
		for range 100 {
			every.warn(log, "refused", "full", slog.String("err", "memory"))
			every.warn(log, "refused", "away", slog.String("err", "store"))
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
	log, every := slog.New(slog.NewTextHandler(&out, nil)), &logEvery{}
	for i := range 10 * maxCauses {
		every.warn(log, "refused", fmt.Sprint(i))
	}
	if n := strings.Count(out.String(), "\n"); n != maxCauses+1 || len(every.causes) != n {
		t.Errorf("%d lines, %d causes", n, len(every.causes))
	}
}

func TestAFullStoreDoesNotFillTheLog(t *testing.T) {
	store := memory.New(memory.Config{Limit: 1 << 12})
	t.Cleanup(func() { store.Close() })
	var out transcript
	addr, _ := startApp(t, store, keys.NewSecret(), Config{Log: slog.New(slog.NewTextHandler(&out, nil))})
	failed := 0
	for range 20 {
		if status, _, _ := orders(t, dial(t, addr, "new"), "light", ""); status == wording.ExitFailed {
			failed++
		}
	}
	if failed < 10 {
		t.Errorf("%d of 20 rooms did not fit", failed)
	}
	if n := strings.Count(out.String(), "got into no room"); n != 1 {
		t.Errorf("%d lines:\n%s", n, out.String())
	}
}
