package main

import (
	"bytes"
	"io"
	"sync/atomic"
	"time"
)

const (
	mostLogLines  = 1024        // that wait for whoever reads the log
	logFlushLimit = time.Second // for the lines that are left at the end
)

// logQueue is a writer that never blocks: a goroutine passes on what is written, for
// whoever reads the log may have stopped, as a frozen journal or terminal. Lines that the
// queue has no space for are lost. It is safe for concurrent use.
type logQueue struct {
	lines chan []byte
	lost  atomic.Uint64
	ended chan struct{} // tells pass to pass on what is left, and end
	done  chan struct{} // pass has ended
}

// newLogQueue returns a queue before w. onLost is called with the number of lines that were
// lost, once the queue is empty again, and may write to it. flush has to be called at the end.
func newLogQueue(w io.Writer, onLost func(lines uint64)) *logQueue {
	q := &logQueue{lines: make(chan []byte, mostLogLines), ended: make(chan struct{}), done: make(chan struct{})}
	go q.pass(w, onLost)
	return q
}

// Write implements io.Writer.
func (q *logQueue) Write(line []byte) (int, error) {
	select {
	case q.lines <- bytes.Clone(line):
	default:
		q.lost.Add(1)
	}
	return len(line), nil
}

func (q *logQueue) pass(w io.Writer, onLost func(uint64)) {
	defer close(q.done)
	write := func(line []byte) {
		w.Write(line) // if that fails, there is nowhere to say so
		if len(q.lines) > 0 {
			return
		}
		if lost := q.lost.Swap(0); lost > 0 {
			onLost(lost)
		}
	}
	for {
		select {
		case line := <-q.lines:
			write(line)
		case <-q.ended:
			for len(q.lines) > 0 {
				write(<-q.lines)
			}
			return
		}
	}
}

// flush waits until the lines are written, for a limited time. What is written later is
// lost.
func (q *logQueue) flush() {
	close(q.ended)
	select {
	case <-q.done:
	case <-time.After(logFlushLimit):
	}
}
