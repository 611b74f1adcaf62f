package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// gate is a writer that blocks until it is opened.
type gate struct {
	open chan struct{}
	mu   sync.Mutex
	text bytes.Buffer
}

func (g *gate) Write(b []byte) (int, error) {
	<-g.open
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.Write(b)
}

func TestAQueueBeforeTheLogIsBoundedAndSaysWhatItLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &gate{open: make(chan struct{})}
		var q *logQueue
		q = newLogQueue(w, func(lines uint64) { fmt.Fprintf(q, "lost %d\n", lines) })
		io.WriteString(q, "first\n")
		synctest.Wait() // being written
		for i := range mostLogLines + 7 {
			fmt.Fprintln(q, i)
		}
		close(w.open)
		q.flush()
		got := strings.Split(strings.TrimSpace(w.text.String()), "\n")
		if len(got) != mostLogLines+2 || got[0] != "first" || got[1] != "0" || got[len(got)-1] != "lost 7" {
			t.Errorf("%d lines: %.20q … %q", len(got), got, got[len(got)-1])
		}
	})
}

func TestTheEndDoesNotWaitForALogThatNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &gate{open: make(chan struct{})}
		q := newLogQueue(w, nil)
		io.WriteString(q, "stuck\n")
		q.flush() // synctest would report that all are blocked
		close(w.open)
	})
}
