package sshd

import (
	"io"
	"time"
)

// fill reads from the source, behind what is left in raw. If that may be complete
// already, fill waits for more only as long as wait says, and then sets settled.
func (in *inputReader) fill() {
	if in.reading != nil {
		in.awaitRead()
		return
	}
	left := copy(in.raw[:], in.raw[in.r:in.w])
	in.r, in.w = 0, left
	switch {
	case left == len(in.raw):
		in.settled = true // there is no room to wait for more
	case in.wait == 0:
		in.arrived(read(in.src, in.raw[left:]))
	default:
		in.startRead(in.raw[left:])
		in.awaitRead()
	}
}

// startRead starts a read into p on a goroutine of its own, because a read of an SSH
// channel cannot be called off. There is at most one, and it ends with the next input or
// with the channel.
func (in *inputReader) startRead(p []byte) {
	reading := make(chan arrival, 1)
	in.reading = reading
	go func() {
		a := arrival{err: io.ErrUnexpectedEOF}
		defer func() { reading <- a }()
		defer func() {
			if r := recover(); r != nil {
				in.panicked(r)
			}
		}()
		a = read(in.src, p)
	}()
}

// awaitRead waits for the read that was started as long as wait says. After that the read
// goes on, and its bytes are the next ones.
func (in *inputReader) awaitRead() {
	var settled <-chan time.Time
	if in.wait > 0 {
		timer := time.NewTimer(in.wait)
		defer timer.Stop()
		settled = timer.C
	}
	select {
	case a := <-in.reading:
		in.reading = nil
		in.arrived(a)
	case <-settled:
		in.settled = true
	case <-in.ctx.Done():
		in.err = io.EOF
	}
}

func read(src io.Reader, p []byte) arrival {
	start := time.Now()
	n, err := src.Read(p)
	return arrival{n, err, time.Since(start)}
}

// arrived adds what was read to raw.
func (in *inputReader) arrived(a arrival) {
	pause := keyPause
	if in.mode == pasting {
		pause = pastePause
	}
	if a.blocked > pause {
		in.r, in.mode = in.w, typing // the rest did not come
	}
	if a.blocked > burstWait && in.mode == bursting {
		in.mode = typing
	}
	came := in.raw[in.w : in.w+a.n]
	filled := in.w+a.n == len(in.raw)
	came = came[:in.mapLineEnds(came, filled)]
	if a.err != nil && in.feeds && !in.returned { // no Enter will come
		in.sendsLines.Store(true)
	}
	in.full = filled
	in.w, in.err, in.settled = in.w+len(came), a.err, false
}
