package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	mostNotice     = 2 << 10     // bytes
	mostNoticeRows = 24          // lines
	noticeInterval = time.Second // between two reads of the file, at least
)

// noticeFile is what the operator has to say to everybody. It is read again when somebody
// comes, at most once a second. It is safe for concurrent use.
type noticeFile struct {
	path string
	log  *slog.Logger

	mu       sync.Mutex // held while the file is read; guards lastRead and failed
	lastRead time.Time
	failed   bool // the last time
	words    atomic.Pointer[string]
}

// openNotice returns the notice in the file at path. It fails if that cannot be read or is
// too long.
func openNotice(path string, log *slog.Logger) (*noticeFile, error) {
	n := &noticeFile{path: path, log: log}
	return n, n.read()
}

// text returns the notice. If the file cannot be read any more, it is the one from before.
func (n *noticeFile) text() string {
	// While another goroutine reads the file, from a slow disk perhaps, nobody waits.
	if n.mu.TryLock() {
		if time.Since(n.lastRead) >= noticeInterval {
			err := n.read()
			if err != nil && !n.failed {
				n.log.Error("people still see the notice from before", "err", err)
			}
			n.failed = err != nil
		}
		n.mu.Unlock()
	}
	return *n.words.Load()
}

// read replaces the words with those in the file. The caller holds mu.
func (n *noticeFile) read() error {
	n.lastRead = time.Now()
	// Without O_NONBLOCK, opening a named pipe waits for a writer.
	f, err := os.OpenFile(n.path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return fmt.Errorf("cannot read the notice: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("cannot read the notice: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("cannot read the notice: %s is not a regular file", n.path)
	}
	words, err := io.ReadAll(io.LimitReader(f, mostNotice+1))
	if err != nil {
		return fmt.Errorf("cannot read the notice: %w", err)
	}
	if len(words) > mostNotice || bytes.Count(words, []byte("\n")) > mostNoticeRows {
		return fmt.Errorf("the notice in %s is too long: the limits are %d bytes and %d lines", n.path, mostNotice, mostNoticeRows)
	}
	text := string(words)
	n.words.Store(&text)
	return nil
}
