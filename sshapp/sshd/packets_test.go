package sshd

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// packet is input that comes some time after a read for it began.
type packet struct {
	after time.Duration
	data  string
}

// packets is a source of one packet at a Read. It needs a synctest bubble.
type packets []packet

func (p *packets) Read(b []byte) (int, error) {
	if len(*p) == 0 {
		return 0, io.EOF
	}
	time.Sleep((*p)[0].after)
	(*p)[0].after = 0
	n := copy(b, (*p)[0].data)
	if (*p)[0].data = (*p)[0].data[n:]; (*p)[0].data == "" {
		*p = (*p)[1:]
	}
	return n, nil
}

// arrives returns what the reads of packets return, in a bubble of its own.
func arrives(t *testing.T, all ...packet) (got []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		src := packets(all)
		got = reads(t, newTestInput(&src))
	})
	return got
}

// Wherever the network divides what a key or a report sends, it is the same.
func TestEverySplitOfEverySequenceGivesTheSameKeys(t *testing.T) {
	for _, seq := range []string{
		"\x1b[B", "\x1b[1;5A", "\x1bOP", "\x1bOp", "\x1bO5A", "\x1b[32;2u", "\x1b[97:65;2:1u", "\x1b[27;2;13~", "\x1b[3$", "\x1b[[A",
		"\x1b[<64;10;20M", "\x1b[I", "\x1b[O", "\x1bx", "\x1bé", "\x1b\x1b[D", "é", "日", "👍", "\x1b]11;rgb:0/0/0\x07", "\x1b]11;rgb:0/0/0\x1b\\",
		"\x1b[200~a\rb 日\x1b[201~",
	} {
		typed := "a" + seq + "b"
		whole := arrives(t, packet{data: typed})
		for at := 1; at < len(typed); at++ {
			for _, gap := range []time.Duration{0, burstWait / 2, escapeWait - time.Millisecond} {
				got := arrives(t, packet{data: typed[:at]}, packet{gap, typed[at:]})
				if one(got) != one(whole) {
					t.Errorf("%q, cut at %d with a gap of %v, is %q, not %q", typed, at, gap, got, whole)
				}
				for _, read := range got {
					if at := strings.LastIndex(read, "\x1b[I"); at >= 0 && at != len(read)-3 {
						t.Errorf("%q, cut at %d: the focus is lost within %q", typed, at, read)
					}
				}
			}
		}
		var bytes []packet
		for i := range len(typed) {
			bytes = append(bytes, packet{time.Millisecond, typed[i : i+1]})
		}
		if got := arrives(t, bytes...); one(got) != one(whole) {
			t.Errorf("%q, byte by byte, is %q", typed, got)
		}
	}
}

// one joins reads, and the pieces of a paste.
func one(reads []string) string {
	return strings.ReplaceAll(strings.Join(reads, ""), pasteEnd+pasteStart, "")
}

func TestAnEscapeThatNothingFollowsIsAKey(t *testing.T) {
	for name, row := range map[string]struct {
		packets []packet
		want    []string
	}{
		"alone":       {[]packet{{0, "ab\x1b"}, {escapeWait + 1, "c"}}, []string{"ab", "\x1b", "c"}},
		"twice":       {[]packet{{0, "\x1b\x1b"}, {escapeWait + 1, "c"}}, []string{"\x1b", "c"}},
		"much later":  {[]packet{{0, "\x1b"}, {time.Hour, "[A"}}, []string{"\x1b", "[A"}},
		"with Alt":    {[]packet{{0, "\x1b"}, {escapeWait - 1, "c"}}, []string{"\x1bc"}},
		"at the end":  {[]packet{{0, "\x1b"}}, []string{"\x1b"}},
		"as a CSI":    {[]packet{{0, "a\x1b[27ub"}}, []string{"a\x1b", "b"}},
		"after a key": {[]packet{{0, "\x1b"}, {escapeWait + 1, "x"}, {time.Second, "\x1b"}, {escapeWait + 1, "y"}}, []string{"\x1b", "x", "\x1b", "y"}},
	} {
		if got := arrives(t, row.packets...); !slices.Equal(got, row.want) {
			t.Errorf("%s: %q, want %q", name, got, row.want)
		}
	}
}

// A paste without brackets is one, however the network divides it. A line that ends in
// Enter is typed.
func TestLinesThatComeAtOnceAreAPaste(t *testing.T) {
	const soon, later = burstWait - time.Millisecond, burstWait + time.Millisecond
	paste := func(text string) string { return pasteStart + text + pasteEnd }
	for name, row := range map[string]struct {
		packets []packet
		want    string
	}{
		"a line":                  {[]packet{{0, "hello\r"}}, "hello\r"},
		"a line from a script":    {[]packet{{0, "hello\r"}, {later, "/leave\r"}}, "hello\r/leave\r"},
		"a line, then a key":      {[]packet{{0, "hello\r\x1b[A"}, {0, "x\r\x03"}}, "hello\r\x1b[Ax\r\x03"},
		"two lines":               {[]packet{{0, "one\rtwo\r"}}, paste("one\ntwo\r")},
		"two lines without Enter": {[]packet{{0, "one\rtwo"}, {later, "\r"}}, paste("one\ntwo") + "\r"},
		"two packets":             {[]packet{{0, "one\r"}, {soon, "two\r"}}, paste("one\ntwo\r")},
		"keys of a script":        {[]packet{{0, "one"}, {soon, "\r"}, {soon, "two"}, {soon, "\r"}}, "one\rtwo\r"},
		"typed ahead":             {[]packet{{0, "one"}, {0, "\r\rtwo"}, {0, "\r"}}, "one\r\rtwo\r"},
		"typed, then pasted":      {[]packet{{0, "see: "}, {time.Second, "one\rtwo\r"}, {time.Second, "x\r"}}, "see: " + paste("one\ntwo\r") + "x\r"},
		"blank lines":             {[]packet{{0, "one\r\r\rtwo\r\r"}}, paste("one\n\n\ntwo\r")},
		"CRLF":                    {[]packet{{0, "one\r\n\r\ntwo\r"}, {soon, "\n"}}, paste("one\n\ntwo\r")},
		"line feeds":              {[]packet{{0, "one\ntwo\n"}}, paste("one\ntwo") + "\n"},
		"tabs":                    {[]packet{{0, "\tone\r\ttwo\r"}}, paste("\tone\n\ttwo\r")},
		"a key ends it":           {[]packet{{0, "one\rtwo\r\x03three\r"}}, paste("one\ntwo\r") + "\x03three\r"},
		"brackets in it":          {[]packet{{0, "one\rtwo" + paste("three") + "\r"}}, paste("one\ntwo") + paste("three") + "\r"},
		"junk in it":              {[]packet{{0, "o\xffne\rt\u009bwo\r"}}, paste("one\ntwo\r")},
		"Enter by hand":           {[]packet{{0, "one"}, {time.Second, "\r"}, {time.Second, "\r"}}, "one\r\r"},
		"Enter held down":         {[]packet{{0, "\r\r\r"}, {soon, "\r"}}, "\r\r\r\r"},
		"a slow link":             {[]packet{{0, "one\rtwo"}, {later, " more\r"}, {soon, "three\r"}}, paste("one\ntwo more\nthree\r")},
	} {
		if got := one(arrives(t, row.packets...)); got != one([]string{row.want}) {
			t.Errorf("%s: %q, want %q", name, got, row.want)
		}
	}
}

func TestALongPasteWithoutBracketsIsOne(t *testing.T) {
	line := strings.Repeat("日本語 text ", 7)
	text := strings.Repeat(line+"\r", 60)
	var all []packet
	for _, l := range strings.SplitAfter(text, "\r") {
		all = append(all, packet{time.Millisecond, l})
	}
	for name, src := range map[string][]packet{"at once": {{0, text}}, "line by line": all} {
		want := strings.ReplaceAll(strings.TrimSuffix(text, "\r"), "\r", "\n") + "\r"
		got := strings.NewReplacer(pasteStart, "", pasteEnd, "").Replace(strings.Join(arrives(t, src...), ""))
		if got != want {
			t.Errorf("%s: %d bytes came through as %d: %q", name, len(want), len(got), got[:min(len(got), 300)])
		}
	}
}

// Whoever presses Enter waits for nothing; only what came together with Enter does.
func TestEnterByHandIsPassedOnAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := packets{{0, "hello"}, {burstWait + 1, "\r"}, {time.Hour, "x"}}
		in, p := newTestInput(&src), make([]byte, 256)
		in.Read(p)
		start := time.Now()
		if n, err := in.Read(p); string(p[:n]) != "\r" || err != nil || time.Since(start) != burstWait+1 {
			t.Errorf("%q, %v after %v", p[:n], err, time.Since(start))
		}
		in.Read(p)
	})
}

// A script that waits for its echo sends the next line when Enter is done.
func TestALastLineAndItsEnterComeTogether(t *testing.T) {
	want := []string{"\tone\r", "two\r", pasteStart + "three" + pasteEnd, pasteStart + "\nfour\r" + pasteEnd}
	if got := arrives(t, packet{0, "\tone\r"}, packet{burstWait + 1, "two\r"}, packet{burstWait + 1, "three\rfour\r"}); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	long := strings.Repeat("x", len(inputReader{}.raw)-1)
	got := strings.Join(arrives(t, packet{0, long + "\r"}, packet{0, "one\r"}), "")
	if got = strings.NewReplacer(pasteStart, "", pasteEnd, "").Replace(got); got != long+"\none\r" {
		t.Errorf("a long line, then another: %q", got)
	}
}

func TestAWaitForTheRestEndsWithTheSession(t *testing.T) {
	for _, typed := range []string{"\x1b", "one\r"} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			r, w := io.Pipe()
			in, p := newInputReader(ctx, r, defaults.MaxPaste, func() {}), make([]byte, 256)
			go io.WriteString(w, typed)
			time.AfterFunc(burstWait/2, cancel)
			start := time.Now()
			for {
				if _, err := in.Read(p); err != nil {
					break
				}
			}
			if took := time.Since(start); took > burstWait {
				t.Errorf("%q: it took %v", typed, took)
			}
			w.Close() // the channel is closed: the read that goes on ends
		})
	}
}
