package sshd

import "bytes"

// mapLineEnds turns the ends of the lines of a client into Enter, if the client's own
// terminal is not in raw mode, and returns how much of b is left. Such a client sends
// whole lines, which end in a line feed, and never a carriage return alone; from a client
// that sends keys, a line feed is Ctrl-J. Clients that send the modes of their terminal,
// as most do, put it into raw mode. filled says that there is more to come at once.
func (in *inputReader) mapLineEnds(b []byte, filled bool) int {
	if in.cutEnd {
		in.cutEnd = false
		b = b[:copy(b, bytes.TrimPrefix(b, []byte("\n")))]
	}
	feeds, ends := bytes.Count(b, []byte("\n")), bytes.Count(b, []byte("\r\n"))
	if returns := bytes.Count(b, []byte("\r")); returns > ends {
		in.cutEnd = in.sendsLines.Load() && filled && returns == ends+1 && b[len(b)-1] == '\r'
		if !in.cutEnd {
			in.lineMode, in.returned = false, true
			in.sendsLines.Store(false)
			return len(b)
		}
	}
	if feeds == 0 || in.mode == pasting || bytes.Contains(b, []byte(pasteStart)) {
		return len(b)
	}
	in.feeds = true
	if !in.lineMode {
		return len(b)
	}
	if filled || in.full || ends > 0 || len(b) > 1 && b[len(b)-1] == '\n' {
		in.sendsLines.Store(true)
	}
	if !in.sendsLines.Load() { // a line feed among keys, or alone, may be Ctrl-J
		return len(b)
	}
	n := 0
	for i, c := range b {
		switch {
		case c == '\r' && i+1 < len(b) && b[i+1] == '\n':
			continue
		case c == '\n':
			c = '\r'
		}
		b[n] = c
		n++
	}
	return n
}
