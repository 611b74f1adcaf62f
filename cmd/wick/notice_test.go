package main

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheNoticeIsReadAgainWhenItChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notice")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := openNotice(path, nil); err == nil {
		t.Error("a missing file is no error")
	}
	for _, long := range []string{strings.Repeat("x", mostNotice+1), strings.Repeat("\n", mostNoticeRows+1)} {
		write(long)
		if _, err := openNotice(path, nil); err == nil || !strings.Contains(err.Error(), "too long") {
			t.Errorf("%d bytes: %v", len(long), err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		write("one")
		n, err := openNotice(path, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		write("two")
		if got := n.text(); got != "one" {
			t.Errorf("at once: %q", got)
		}
		pause := func() { time.Sleep(noticeInterval) }
		pause()
		if got := n.text(); got != "two" {
			t.Errorf("a second later: %q", got)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			pause()
			if got := n.text(); got != "two" {
				t.Errorf("without the file: %q", got)
			}
		}
		if strings.Count(log.String(), "\n") != 1 {
			t.Errorf("the log:\n%s", &log)
		}
	})
}

func TestANoticeThatIsNoFileKeepsNobodyWaiting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notice")
	if err := os.WriteFile(path, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		n, err := openNotice(path, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		for _, replace := range []func() error{
			func() error { return os.Symlink(os.DevNull, path) },
			func() error { return syscall.Mkfifo(path, 0o600) }, // opening it would wait for a writer
		} {
			if err := errors.Join(os.Remove(path), replace()); err != nil {
				t.Fatal(err)
			}
			if _, err := openNotice(path, nil); err == nil || !strings.Contains(err.Error(), "not a regular file") {
				t.Fatalf("at the start: %v", err)
			}
			time.Sleep(noticeInterval)
			if got := n.text(); got != "one" {
				t.Fatalf("later: %q", got)
			}
		}
	})
}

func TestNobodyWaitsWhileTheNoticeIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notice")
	if err := os.WriteFile(path, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := openNotice(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	n.mu.Lock() // as while it is read from a disk that does not reply
	defer n.mu.Unlock()
	got := make(chan string, 1)
	go func() { got <- n.text() }()
	select {
	case text := <-got:
		if text != "one" {
			t.Errorf("%q", text)
		}
	case <-time.After(10 * time.Second):
		t.Error("nothing")
	}
}
