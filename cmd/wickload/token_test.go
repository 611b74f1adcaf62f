package main

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

type message struct{ room, seq int }

// read finds the tokens in output as a session does, in reads of the given sizes
// and one for the rest.
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

func TestATokenIsFoundHoweverReadsSplitIt(t *testing.T) {
	tok := newTokens()
	output := "\x1b[5;21H\x1b[K" + tok.text(7, 1234, 40) + "\x1b[23;4H"
	want := []message{{7, 1234}}
	for i := range len(output) {
		if got := read(tok, output, i+1); !slices.Equal(got, want) {
			t.Errorf("split after %d: %v", i+1, got)
		}
	}
	ones := slices.Repeat([]int{1}, len(output))
	if got := read(tok, output, ones...); !slices.Equal(got, want) {
		t.Errorf("byte by byte: %v", got)
	}
}

func TestAdjacentTokensAreAllFound(t *testing.T) {
	tok := newTokens()
	var output strings.Builder
	var want []message
	for seq := range 200 {
		room := seq % 3
		want = append(want, message{room, seq})
		// Adjacent, and among text that resembles a token.
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

func TestTokensOfAnotherRunAreNotFound(t *testing.T) {
	ours, theirs := newTokens(), newTokens()
	found := 0
	for seq := range 100 {
		found += len(read(ours, theirs.text(0, seq, 30)))
	}
	if found > 1 { // each with a chance of one in 238,328
		t.Errorf("%d found", found)
	}
}

// A server may skip the beginning that a row has in common with the old one, and
// a common end of 16 bytes or more.
func TestATokenIsWrittenWholeOverAnotherMessage(t *testing.T) {
	tok := newTokens()
	for _, size := range []int{tokenSize, 32, 100} {
		for seq := range 500 {
			text := tok.text(3, seq, size)
			if len(text) != size {
				t.Fatalf("%q has %d characters, not %d", text, len(text), size)
			}
			for before := max(0, seq-len(alphabet)+1); before < seq; before++ {
				old := tok.text(3, before, size)
				from := 0
				for old[from] == text[from] {
					from++
				}
				if got := read(tok, text[from:]); len(got) != 1 {
					t.Fatalf("not found: %q drawn over %q", text, old)
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

func TestTheLargestNumbersAreFound(t *testing.T) {
	tok := newTokens()
	if got := read(tok, tok.text(maxRooms-1, maxSeqs-1, 20)); !slices.Equal(got, []message{{maxRooms - 1, maxSeqs - 1}}) {
		t.Errorf("found %v", got)
	}
}

func TestFindingTokensDoesNotAllocate(t *testing.T) {
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
