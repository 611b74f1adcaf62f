package sshd

import (
	"bytes"
	"context"
	"io"
	"time"
	"unicode/utf8"

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
	// keyPause ends the wait for the rest of an escape sequence or character.
	keyPause = 250 * time.Millisecond
	// pastePause ends a paste whose end marker does not come.
	pastePause = 5 * time.Second
)

const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
	escape     = 0x1b
)

// inputReader reads what a person typed and makes it safe for Bubble Tea's parser:
// valid UTF-8 without NUL and C1, whole escape sequences only, none of those that
// swallow what follows them, at most MaxRead bytes at a time. A paste comes as any
// number of complete bracketed pastes, one per Read, with \n for its line ends and
// no control character but that and tab. An unfinished paste would make Bubble Tea
// keep it and search it again at every Read.
//
// Input beyond a bound is dropped. Only one goroutine may read.
type inputReader struct {
	ctx      context.Context // ends a Read that waits for events
	src      io.Reader
	maxPaste int    // bytes of one paste that are passed on
	active   func() // called whenever something is passed on
	events   *rate.Limiter
	lineMode bool // whole lines may come, see mapLineFeeds; set before the first Read

	raw     [512]byte // raw[r:w] was read and not passed on
	r, w    int
	full    bool // the last read filled raw, so there is more already
	err     error
	mode    inputMode
	paste   int  // bytes passed on of the current paste
	cr      bool // the last byte of the paste was \r
	skipped int  // bytes of the current string

	out  [MaxRead]byte // out[sent:made] is to be returned
	made int
	sent int
}

type inputMode uint8

const (
	typing   inputMode = iota
	pasting            // between the markers of a bracketed paste
	inString           // within an OSC, DCS, APC, PM or SOS
)

// newInputReader reads from src until ctx ends. It calls active, which must not
// block, whenever it passes something on.
func newInputReader(ctx context.Context, src io.Reader, maxPaste int, active func()) *inputReader {
	return &inputReader{ctx: ctx, src: src, maxPaste: maxPaste, active: active, events: rate.NewLimiter(maxEventRate, eventBurst)}
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

// fill reads from the source, behind what is left in raw.
func (in *inputReader) fill() {
	left := copy(in.raw[:], in.raw[in.r:in.w])
	in.r, in.w = 0, left
	pause := keyPause
	if in.mode == pasting {
		pause = pastePause
	}
	start := time.Now()
	n, err := in.src.Read(in.raw[left:])
	if time.Since(start) > pause {
		in.r, in.mode = left, typing // the rest did not come
	}
	in.w, in.err = left+n, err
	if in.lineMode {
		in.mapLineFeeds(in.raw[left:in.w])
	}
	in.full = in.w == len(in.raw)
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

// sanitize turns raw into out, and returns how many events that makes at most. It
// makes nothing if the rest of something is needed.
func (in *inputReader) sanitize() (events int) {
	in.made, in.sent = 0, 0
	run := false // in a run of characters, which makes one event
	for in.r < in.w {
		b := in.raw[in.r:in.w]
		switch in.mode {
		case pasting:
			if in.made > 0 {
				return events // a paste has a Read of its own
			}
			in.sanitizePaste()
			if in.made > 0 {
				return 1
			}
			if in.mode == pasting {
				return 0
			}
			continue
		case inString:
			in.skipString(b)
			continue
		}
		n, what := scan(b)
		if what == unfinished {
			// An escape that nothing follows is the key of that name.
			alone := len(bytes.Trim(b, "\x1b")) == 0 && !in.full && in.err == nil
			if !alone {
				return events
			}
			n, what, b = len(b), passed, b[:1]
		}
		if what == passed {
			b = b[:min(n, len(b))]
			if in.made+len(b) > MaxRead {
				return events
			}
			in.made += copy(in.out[in.made:], b)
			text := b[0] > ' ' && b[0] != 0x7f
			if !text || !run {
				events++
			}
			run = text
		}
		in.r += n
		switch what {
		case pasteBegins:
			in.mode, in.paste, in.cr = pasting, 0, false
		case stringBegins:
			in.mode, in.skipped = inString, 0
		}
	}
	return events
}

// sanitizePaste makes one complete bracketed paste of what raw has of one.
func (in *inputReader) sanitizePaste() {
	made := copy(in.out[:], pasteStart)
	limit := MaxRead - len(pasteEnd)
loop:
	for in.r < in.w {
		b := in.raw[in.r:in.w]
		c, n := b[0], 1
		switch {
		case bytes.HasPrefix(b, []byte(pasteEnd)):
			in.r += len(pasteEnd)
			in.mode = typing
			break loop
		case bytes.HasPrefix([]byte(pasteEnd), b) && in.err == nil:
			break loop
		case c == '\r':
			b = []byte{'\n'}
		case c == '\n' && in.cr:
			b = nil
		case c == '\n' || c == '\t':
		case c < ' ' || c == 0x7f:
			b = nil
		case c >= utf8.RuneSelf:
			var what class
			if n, what = scan(b); what == unfinished {
				break loop
			} else if what == dropped {
				b = nil
			}
		}
		b = b[:min(n, len(b))]
		if in.paste+len(b) > in.maxPaste {
			b = nil
		}
		if made+len(b) > limit {
			break loop
		}
		made += copy(in.out[made:], b)
		in.paste += len(b)
		in.cr = c == '\r'
		in.r += n
	}
	if made > len(pasteStart) {
		in.made = made + copy(in.out[made:], pasteEnd)
	}
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
