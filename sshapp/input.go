package sshapp

import (
	"bytes"
	"context"
	"io"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"
)

// Bounds of what a person types.
const (
	// maxChunk is the most that one Read returns, in bytes. Bubble Tea parses
	// what a Read returned in time quadratic to its length, and asks for more,
	// keeping what it has, when a Read fills its 256 bytes.
	maxChunk = 200
	// maxSequence is the longest escape sequence that is waited for, in bytes.
	maxSequence = 64
	// maxString is how much of a terminal's answer (OSC, DCS, …) is skipped
	// in search of its end, in bytes.
	maxString = 4 << 10
	// maxKeyRate and keyBurst bound the events that reach the screen, of which
	// each costs a frame: per second, and at once. A held key repeats 30 times
	// a second; what comes faster waits, and nothing is lost.
	maxKeyRate = 200
	keyBurst   = 2 * maxChunk
	// keyPause ends the wait for the rest of an escape sequence or character.
	keyPause = 250 * time.Millisecond
	// pastePause ends a paste whose end marker never came.
	pastePause = 5 * time.Second
)

const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
	escape     = 0x1b
)

// input reads what a person typed, made safe for Bubble Tea's parser: valid
// UTF-8 without NUL and C1, whole escape sequences only, none of those that
// swallow what follows them, at most maxChunk bytes at a time. A paste comes
// as any number of complete bracketed pastes, one in a Read, its line ends as
// \n and free of other control characters but tabs: Bubble Tea would keep an
// unfinished one and search it anew at every Read.
//
// Input beyond a bound is dropped. Only one goroutine may read.
type input struct {
	ctx    context.Context // ends a Read that waits for keyRate
	src    io.Reader
	most   int    // bytes of one paste that are passed on
	active func() // called whenever something is passed on
	keys   *rate.Limiter
	lines  bool // whole lines may come: see lineEnds. Set before the first Read

	raw     [512]byte // raw[r:w] is read but not passed on
	r, w    int
	full    bool // the last read filled raw: more is there already
	err     error
	mode    mode
	paste   int  // bytes passed on of the current paste
	cr      bool // the paste's last byte was \r
	skipped int  // bytes of the current string

	out  [maxChunk]byte // out[sent:made] is to be returned
	made int
	sent int
}

type mode uint8

const (
	typing   mode = iota
	pasting       // between the markers of a bracketed paste
	inString      // within an OSC, DCS, APC, PM or SOS
)

// newInput reads from src until ctx ends. Of one paste it passes on mostPaste
// bytes. active must not block.
func newInput(ctx context.Context, src io.Reader, mostPaste int, active func()) *input {
	return &input{ctx: ctx, src: src, most: mostPaste, active: active, keys: rate.NewLimiter(maxKeyRate, keyBurst)}
}

// Read waits until there is something to pass on. With room for maxChunk bytes
// in p, what it returns is never a part of a character, sequence or paste.
func (in *input) Read(p []byte) (int, error) {
	for in.sent == in.made {
		events := in.fill()
		if in.made > 0 {
			in.active()
			if in.keys.WaitN(in.ctx, events) != nil {
				in.made = 0
				return 0, io.EOF
			}
			break
		}
		if in.err != nil {
			return 0, in.err
		}
		in.more()
	}
	n := copy(p, in.out[in.sent:in.made])
	in.sent += n
	return n, nil
}

// more reads from the source, behind what is left over.
func (in *input) more() {
	left := copy(in.raw[:], in.raw[in.r:in.w])
	in.r, in.w = 0, left
	pause := keyPause
	if in.mode == pasting {
		pause = pastePause
	}
	start := time.Now()
	n, err := in.src.Read(in.raw[left:])
	if time.Since(start) > pause {
		in.r, in.mode = left, typing // the rest never came
	}
	in.w, in.err = left+n, err
	if in.lines {
		in.lineEnds(in.raw[left:in.w])
	}
	in.full = in.w == len(in.raw)
}

// lineEnds makes Enter of the line feeds that end the lines of a client whose
// own terminal is not in raw mode. Such a client sends whole lines, and never a
// carriage return; of a client that sends keys a line feed alone is Ctrl-J.
// Those that tell the modes of their terminal, as most do, put it in raw mode.
func (in *input) lineEnds(b []byte) {
	switch {
	case bytes.IndexByte(b, '\r') >= 0:
		in.lines = false
	case len(b) > 1 && b[len(b)-1] == '\n' && bytes.IndexByte(b, escape) < 0:
		for i, c := range b {
			if c == '\n' {
				b[i] = '\r'
			}
		}
	}
}

// fill turns raw into out, and tells how many events it makes of it at most.
// It makes nothing where the rest of something is needed.
func (in *input) fill() (events int) {
	in.made, in.sent = 0, 0
	run := false // in a run of characters, which makes one event
	for in.r < in.w {
		b := in.raw[in.r:in.w]
		switch in.mode {
		case pasting:
			if in.made > 0 {
				return events // a paste has a Read of its own
			}
			in.fillPaste()
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
			if in.made+len(b) > maxChunk {
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

// fillPaste makes one complete bracketed paste of what there is of one.
func (in *input) fillPaste() {
	made := copy(in.out[:], pasteStart)
	limit := maxChunk - len(pasteEnd)
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
		if in.paste+len(b) > in.most {
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
func (in *input) skipString(b []byte) {
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
