package sshd

import (
	"bytes"
	"io"
	"time"
)

// fill reads from the source, behind what is left in raw. If that may be complete
// already, fill waits for more only as long as wait says, and then sets settled.
//
// The read that it gives up waiting for goes on, on a goroutine of its own, and its
// bytes are the next ones: a read of an SSH channel cannot be called off. There is at
// most one, and it ends with the next input or with the channel.
func (in *inputReader) fill() {
	if in.reading == nil {
		left := copy(in.raw[:], in.raw[in.r:in.w])
		in.r, in.w = 0, left
		if left == len(in.raw) {
			in.settled = true // there is no room to wait for more
			return
		}
		if in.wait == 0 {
			in.arrived(read(in.src, in.raw[left:]))
			return
		}
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
			a = read(in.src, in.raw[left:])
		}()
	}
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
	fresh := a.blocked > burstWait && in.r == in.w
	came := in.raw[in.w : in.w+a.n]
	if in.lineMode {
		in.mapLineFeeds(came)
	}
	in.byHand = fresh && len(came) > 0 && lineEnds(came) == len(came)
	in.w, in.err, in.settled = in.w+a.n, a.err, false
}

// mapLineFeeds turns the line feeds that end the lines of a client into Enter, if
// the client's own terminal is not in raw mode. Such a client sends whole lines and
// never a carriage return; from a client that sends keys, a line feed alone is
// Ctrl-J. Clients that send the modes of their terminal, as most do, put it into raw
// mode.
func (in *inputReader) mapLineFeeds(b []byte) {
	switch {
	case bytes.IndexByte(b, '\r') >= 0:
		in.lineMode = false
	case len(b) > 1 && b[len(b)-1] == '\n' && bytes.IndexByte(b, escape) < 0:
		for i, c := range b {
			if c == '\n' {
				b[i] = '\r'
			}
		}
	}
}
