package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

const (
	barCells    = 30
	barInterval = 100 * time.Millisecond
)

// progress draws a progress bar. The zero value draws nothing.
type progress struct{ w io.Writer }

// newProgress returns a progress that draws on f if f is a terminal.
func newProgress(f io.Writer) progress {
	if file, ok := f.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return progress{f}
		}
	}
	return progress{}
}

// watch shows done of total until stop is called, which erases the line and waits
// for the goroutine that draws. That goroutine calls done.
func (p progress) watch(what string, total int, done func() int) (stop func()) {
	if p.w == nil {
		return func() {}
	}
	stopping, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(barInterval)
		defer tick.Stop()
		for {
			fmt.Fprint(p.w, "\r\x1b[K", formatBar(what, done(), total))
			select {
			case <-tick.C:
			case <-stopping:
				fmt.Fprint(p.w, "\r\x1b[K")
				return
			}
		}
	}()
	return func() {
		close(stopping)
		<-stopped
	}
}

func formatBar(what string, done, total int) string {
	full := min(barCells, barCells*done/max(total, 1))
	return fmt.Sprintf("%-10s %s%s %d/%d", what, strings.Repeat("━", full), strings.Repeat("╌", barCells-full), done, total)
}
