package main

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

type message struct{ room, seq int }

// read finds tokens in output that comes in reads of the given sizes, the rest
// in one, as a session does.
func read(t tokens, output string, sizes ...int) (found []message) {
	const carry = tokenSize - 1
	window := make([]byte, carry)
	for output != "" {
		n := len(output)
		if len(sizes) > 0 {
			n, sizes = min(n, sizes[0]), sizes[1:]
		}
		window = append(window[:carry], output[:n]...)
		output = output[n:]
		for room, seq := range t.in(window, carry) {
			found = append(found, message{room, seq})
		}
		copy(window, window[n:])
	}
	return found
}

func TestTokenIsFoundWhereverReadsCutIt(t *testing.T) {
	tok := newTokens()
	output := "\x1b[5;21H\x1b[K" + tok.text(7, 1234, 40) + "\x1b[23;4H"
	want := []message{{7, 1234}}
	for i := range len(output) {
		if got := read(tok, output, i+1); !slices.Equal(got, want) {
			t.Errorf("cut after %d: %v", i+1, got)
		}
	}
	ones := slices.Repeat([]int{1}, len(output))
	if got := read(tok, output, ones...); !slices.Equal(got, want) {
		t.Errorf("byte by byte: %v", got)
	}
}

func TestTokensThatArriveTogetherAreAllFound(t *testing.T) {
	tok := newTokens()
	var output strings.Builder
	var want []message
	for seq := range 200 {
		room := seq % 3
		want = append(want, message{room, seq})
		// Back to back, and between what only looks like a token.
		output.WriteString(tok.text(room, seq, tokenSize) + "~ ann is now ~abcdefghijk~~")
	}
	for range 100 {
		var sizes []int
		for range 400 {
			sizes = append(sizes, 1+rand.IntN(50))
		}
		if got := read(tok, output.String(), sizes...); !slices.Equal(got, want) {
			t.Fatalf("reads of %v: %d found", sizes, len(got))
		}
	}
}

func TestTokensOfAnotherRunAreNone(t *testing.T) {
	ours, theirs := newTokens(), newTokens()
	found := 0
	for seq := range 100 {
		found += len(read(ours, theirs.text(0, seq, 30)))
	}
	if found > 1 { // one in 238,328 by chance
		t.Errorf("%d found", found)
	}
}

// A server may leave alone what the beginning of a row has in common with what
// stood there, and an end of 16 bytes and more.
func TestTokenIsWrittenWholeOverAnotherMessage(t *testing.T) {
	tok := newTokens()
	for _, size := range []int{tokenSize, 32, 100} {
		for seq := range 500 {
			text := tok.text(3, seq, size)
			if len(text) != size {
				t.Fatalf("%q has %d characters, not %d", text, len(text), size)
			}
			for before := max(0, seq-len(digits)+1); before < seq; before++ {
				old := tok.text(3, before, size)
				from := 0
				for old[from] == text[from] {
					from++
				}
				if got := read(tok, text[from:]); len(got) != 1 {
					t.Fatalf("%q over %q: not found", text, old)
				}
				end := 0
				for old[size-1-end] == text[size-1-end] {
					end++
				}
				if end >= 16 {
					t.Fatalf("%q and %q have %d bytes in common at the end", text, old, end)
				}
			}
		}
	}
}

func TestLargestNumbersComeBack(t *testing.T) {
	tok := newTokens()
	if got := read(tok, tok.text(maxRooms-1, maxSeqs-1, 20)); !slices.Equal(got, []message{{maxRooms - 1, maxSeqs - 1}}) {
		t.Errorf("found %v", got)
	}
}

func TestFindingTokensAllocatesNothing(t *testing.T) {
	tok := newTokens()
	window := []byte(strings.Repeat("\x1b[38;5;244m 12:34  \x1b[m", 20) + tok.text(1, 2, 40))
	found := 0
	if n := testing.AllocsPerRun(100, func() {
		for range tok.in(window, 0) {
			found++
		}
	}); n != 0 || found == 0 {
		t.Errorf("%v allocations, %d found", n, found)
	}
}

func BenchmarkFindingATokenInAFrame(b *testing.B) {
	tok := newTokens()
	window := []byte(strings.Repeat("\x1b[38;5;244m 12:34  \x1b[m", 8) + tok.text(1, 2, 40))
	b.SetBytes(int64(len(window)))
	for b.Loop() {
		for range tok.in(window, tokenSize-1) {
		}
	}
}
