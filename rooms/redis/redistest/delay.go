package redistest

import (
	"io"
	"time"
)

// What is on its way in one direction of a connection: 8 MiB at most.
const (
	delayChunk  = 32 << 10
	delayChunks = 256
)

// delayed is a reader that gets everything some time late.
type delayed struct {
	delay  time.Duration
	chunks chan chunk // closed when nothing more comes
	rest   []byte     // of the chunk that is being read
}

type chunk struct {
	b    []byte
	came time.Time
}

// newDelayed reads from r, which has to fail some time, until then.
func newDelayed(r io.Reader, delay time.Duration) *delayed {
	d := &delayed{delay: delay, chunks: make(chan chunk, delayChunks)}
	go func() { // wait waits for it
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

// wait drops what is on its way, until nothing more comes.
func (d *delayed) wait() {
	for range d.chunks {
	}
}
