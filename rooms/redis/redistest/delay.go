package redistest

import (
	"io"
	"time"
)

// Bounds of the data delayed in one direction of a connection: 8 MiB in all.
const (
	delayChunk  = 32 << 10 // bytes
	delayChunks = 256
)

// delayed is a reader that returns all data with a delay.
type delayed struct {
	delay  time.Duration
	chunks chan chunk // closed when the source has ended
	rest   []byte     // of the current chunk
}

type chunk struct {
	b    []byte
	came time.Time
}

// newDelayed returns a delayed reader of r. Its goroutine reads r until that
// fails; the caller calls wait to wait for it.
func newDelayed(r io.Reader, delay time.Duration) *delayed {
	d := &delayed{delay: delay, chunks: make(chan chunk, delayChunks)}
	go func() { // ends when r fails
		defer close(d.chunks)
		for {
			b := make([]byte, delayChunk)
			n, err := r.Read(b)
			if n > 0 {
				d.chunks <- chunk{b[:n], time.Now()}
			}
			if err != nil {
				return
			}
		}
	}()
	return d
}

// Read implements io.Reader.
func (d *delayed) Read(b []byte) (int, error) {
	if len(d.rest) == 0 {
		c, more := <-d.chunks
		if !more {
			return 0, io.EOF
		}
		<-time.After(time.Until(c.came.Add(d.delay)))
		d.rest = c.b
	}
	n := copy(b, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

// wait discards the data until the source has ended.
func (d *delayed) wait() {
	for range d.chunks {
	}
}
