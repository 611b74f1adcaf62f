package sshd

import (
	"bytes"
	"context"
	"io"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// MaxRead is the most that one Read of Terminal.Input returns, in bytes. Bubble Tea
// parses what a Read returned in time quadratic to its length, and if a Read fills
// its 256 bytes, it keeps them and reads on.
const MaxRead = 200

// Bounds of what a person types.
const (
	// maxSequence is the longest escape sequence that is waited for, in bytes.
	maxSequence = 64
	// maxString is how much of a terminal's reply (OSC, DCS, …) is skipped in search
	// of its end, in bytes.
	maxString = 4 << 10
	// maxEventRate and eventBurst bound the input events, each of which costs a frame:
	// per second, and at once. A held key repeats 30 times a second. Faster events
	// wait; none is lost.
	maxEventRate = 200
	eventBurst   = 2 * MaxRead
	// escapeWait is how long an escape waits for the rest of its sequence, which may
	// come in a packet of its own. After that it is the key of that name.
	escapeWait = 100 * time.Millisecond
	// burstWait tells a paste without brackets from keys: text that follows a line end
	// within it was not typed. Enter that comes apart from the text before it, as a
	// person's does, is passed on at once.
	burstWait = 15 * time.Millisecond
	// maxHeld is the longest line that waits with its Enter, in bytes. It leaves room
	// in raw for what may follow.
	maxHeld = 480
	// keyPause ends the wait for the rest of an escape sequence or character.
	keyPause = 250 * time.Millisecond
	// pastePause ends a paste whose end marker does not come.
	pastePause = 5 * time.Second
)

const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
	focusIn    = "\x1b[I"
	focusOut   = "\x1b[O"
	escape     = 0x1b
)

// inputReader reads what a person typed and makes it safe for Bubble Tea's parser:
// valid UTF-8 without NUL and C1, whole escape sequences only, none of those that
// swallow what follows them, at most MaxRead bytes at a time. Keys that have several
// encodings come in the one that Bubble Tea knows, see encodeKey.
//
// A paste comes as any number of complete bracketed pastes, one per Read, with \n for
// its line ends and no control character but that and tab. An unfinished paste would
// make Bubble Tea keep it and search it again at every Read. Lines that came at once
// without brackets are a paste as well; if they ended in Enter, \r ends the last piece.
//
// Input beyond a bound is dropped. Only one goroutine may read.
type inputReader struct {
	ctx      context.Context // ends a Read that waits for events or for more
	src      io.Reader
	maxPaste int    // bytes of one paste that are passed on
	active   func() // called whenever something is passed on
	events   *rate.Limiter
	panicked func(any) // called with what a read of src panicked with

	// Whether whole lines come, see mapLineEnds.
	lineMode   bool        // they may; set before the first Read
	feeds      bool        // a line feed came outside of a paste
	returned   bool        // a carriage return came that no line feed followed
	cutEnd     bool        // the last read ended between \r and \n
	full       bool        // the last read filled raw
	sendsLines atomic.Bool // they do

	raw     [512]byte // raw[r:w] was read and not passed on
	r, w    int
	err     error
	reading chan arrival  // a read of src that is under way; nil: none
	wait    time.Duration // for more of what raw holds; 0: as long as it takes
	settled bool          // nothing more came within wait
	mode    inputMode
	paste   int  // bytes passed on of the current paste
	cr      bool // the last byte of the paste was \r

	pasteString bool // within an OSC, DCS, APC, PM or SOS of a bracketed paste
	skipped     int  // bytes of the current string

	out  [MaxRead]byte // out[sent:made] is to be returned
	made int
	sent int
}

// arrival is the result of a read of the source.
type arrival struct {
	n       int
	err     error
	blocked time.Duration // how long it took to come
}

type inputMode uint8

const (
	typing   inputMode = iota
	pasting            // between the markers of a bracketed paste
	bursting           // within a paste without brackets
	inString           // within an OSC, DCS, APC, PM or SOS
)

// newInputReader reads from src until ctx ends. It calls active, which must not
// block, whenever it passes something on.
func newInputReader(ctx context.Context, src io.Reader, maxPaste int, active func()) *inputReader {
	return &inputReader{
		ctx: ctx, src: src, maxPaste: maxPaste, active: active, events: rate.NewLimiter(maxEventRate, eventBurst),
		panicked: func(r any) { panic(r) },
	}
}

// Read waits until there is something to pass on. If p has room for MaxRead bytes,
// Read never splits a character, an escape sequence or a paste.
func (in *inputReader) Read(p []byte) (int, error) {
	for in.sent == in.made {
		events := in.sanitize()
		if in.made > 0 {
			in.active()
			if in.events.WaitN(in.ctx, events) != nil {
				in.made = 0
				return 0, io.EOF
			}
			break
		}
		if in.err != nil {
			return 0, in.err
		}
		in.fill()
	}
	n := copy(p, in.out[in.sent:in.made])
	in.sent += n
	return n, nil
}

// sanitize turns raw into out, and returns how many events that makes at most. It
// makes nothing if the rest of something is needed.
func (in *inputReader) sanitize() (events int) {
	in.made, in.sent, in.wait = 0, 0, 0
	final := in.settled || in.err != nil // nothing more belongs to what raw holds
	run := false                         // in a run of characters, which makes one event
	typed := false                       // the text here is known to be no paste
	for in.r < in.w {
		b := in.raw[in.r:in.w]
		switch in.mode {
		case pasting, bursting:
			if in.made > 0 {
				return events // a paste has a Read of its own
			}
			in.sanitizePaste(final)
			if in.made > 0 {
				return 1
			}
			if in.mode != typing {
				return 0
			}
			typed = true
			continue
		case inString:
			in.skipString(b)
			continue
		}
		if !isText(b[0]) && !isLineEnd(b[0]) {
			typed = false
		} else if !typed {
			typed = true
			if in.sendsLines.Load() { // each is one by itself
				continue
			}
			switch lines := linesOf(b); {
			case lines == several:
				in.mode, in.paste, in.cr = bursting, 0, false
				continue
			case lines == single && len(b) <= maxHeld && !final:
				in.wait = burstWait
				return events
			}
		}
		n, what := scan(b)
		switch {
		case isLineEnd(b[0]):
			n = lineEnd(b)
			b = b[:1]
		case what == unfinished:
			// An escape that nothing follows is the key of that name.
			if len(bytes.Trim(b, "\x1b")) > 0 {
				return events
			}
			if !final {
				in.wait = escapeWait
				return events
			}
			n, what, b = len(b), passed, b[:1]
		case what == passed:
			b = encodeKey(b[:n])
		}
		if what == passed {
			if in.made+len(b) > MaxRead {
				return events
			}
			in.made += copy(in.out[in.made:], b)
			text := len(b) > 0 && b[0] > ' ' && b[0] != 0x7f
			if !text || !run {
				events++
			}
			run = text
		}
		in.r += n
		switch what {
		case passed:
			if endsRead(b) {
				return events
			}
		case pasteBegins:
			in.mode, in.paste, in.cr, in.pasteString = pasting, 0, false, false
		case stringBegins:
			in.mode, in.skipped = inString, 0
		}
	}
	return events
}

// endsRead reports whether Bubble Tea knows the key or report only at the end of a
// Read.
func endsRead(b []byte) bool {
	switch string(b) {
	case "\x1b", focusIn, focusOut:
		return true
	}
	return false
}

// skipString drops b up to the end of the string: BEL, or ESC and what follows.
func (in *inputReader) skipString(b []byte) {
	for i, c := range b {
		if in.skipped++; c == 0x07 || c == escape || in.skipped > maxString {
			in.mode = typing
			in.r += i
			if c == 0x07 {
				in.r++
			}
			return
		}
	}
	in.r = in.w
}
