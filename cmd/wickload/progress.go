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

// progress draws one line that shows how far something is, again and again.
type progress struct{ w io.Writer }

// newProgress draws on f if that is a terminal, and otherwise nothing.
func newProgress(f io.Writer) progress {
	if file, ok := f.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return progress{f}
		}
	}
	return progress{}
}

// watch shows done of total until the function that it returns is called,
// which erases the line and waits for the goroutine. done may be called from
// that goroutine.
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
			fmt.Fprint(p.w, "\r\x1b[K", bar(what, done(), total))
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

func bar(what string, done, total int) string {
	full := min(barCells, barCells*done/max(total, 1))
	return fmt.Sprintf("%-10s %s%s %d/%d", what, strings.Repeat("━", full), strings.Repeat("╌", barCells-full), done, total)
}
