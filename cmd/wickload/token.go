package main

import (
	"bytes"
	"hash/maphash"
	"iter"
	"strings"
)

// A token is what a message is found by in the bytes of a terminal. It stands
// at the end of the text and is written by the server in one piece, even by one
// that rewrites only what changed of a row: the first character differs among
// any 62 messages that follow each other in a room, and a token is too short
// for its end alone to be worth leaving on the screen.
//
//	q 0a3 01Zq 8hT ~
//	│ │   │    │   └ tokenEnd
//	│ │   │    └ check, of this run
//	│ │   └ number within the room
//	│ └ room
//	└ the number within the room once more, modulo 62
const (
	tokenEnd   = '~'
	roomDigits = 3
	seqDigits  = 4
	sumDigits  = 3
	tokenSize  = 1 + roomDigits + seqDigits + sumDigits + 1

	maxRooms = 62 * 62 * 62
	maxSeqs  = 62 * 62 * 62 * 62 // messages of one room
	sums     = 62 * 62 * 62
)

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// valueOf is the value of a digit, -1 for anything else.
var valueOf = func() (v [256]int8) {
	for i := range v {
		v[i] = int8(strings.IndexByte(digits, byte(i)))
	}
	return v
}()

// filler is what stands before the token, as often as it takes.
const filler = "the wick burns down and nothing is left of what was said "

// tokens makes and finds the tokens of one run. What another run left on a
// screen is not taken for this one's.
type tokens struct{ seed maphash.Seed }

func newTokens() tokens { return tokens{maphash.MakeSeed()} }

// text is the message of that number in that room: size characters of one
// line, tokenSize at least.
func (t tokens) text(room, seq, size int) string {
	b := make([]byte, 0, size)
	for size-len(b) > tokenSize+1 {
		b = append(b, filler[:min(len(filler), size-len(b)-tokenSize-1)]...)
	}
	if size > tokenSize {
		b = append(b, ' ')
	}
	b = append(b, digits[seq%len(digits)])
	b = appendDigits(b, room, roomDigits)
	b = appendDigits(b, seq, seqDigits)
	b = appendDigits(b, t.sum(room, seq), sumDigits)
	return string(append(b, tokenEnd))
}

func (t tokens) sum(room, seq int) int {
	return int(maphash.Comparable(t.seed, [2]int{room, seq}) % sums)
}

// in finds the tokens that end in b[fresh:]. They may begin before: with the
// last tokenSize-1 bytes of what was read earlier in front, each is found once,
// however the reads cut it.
func (t tokens) in(b []byte, fresh int) iter.Seq2[int, int] {
	return func(yield func(room, seq int) bool) {
		for at := fresh; ; at++ {
			i := bytes.IndexByte(b[at:], tokenEnd)
			if i < 0 {
				return
			}
			at += i
			if at < tokenSize-1 {
				continue
			}
			if room, seq, ok := t.parse(b[at+1-tokenSize : at]); ok && !yield(room, seq) {
				return
			}
		}
	}
}

func (t tokens) parse(b []byte) (room, seq int, ok bool) {
	for _, c := range b {
		if valueOf[c] < 0 {
			return 0, 0, false
		}
	}
	rest := b[1:]
	room, rest = number(rest[:roomDigits]), rest[roomDigits:]
	seq, rest = number(rest[:seqDigits]), rest[seqDigits:]
	ok = b[0] == digits[seq%len(digits)] && number(rest) == t.sum(room, seq)
	return room, seq, ok
}

func appendDigits(b []byte, v, n int) []byte {
	for range n {
		b = append(b, '0')
	}
	for i := len(b) - 1; n > 0; i, n = i-1, n-1 {
		b[i] = digits[v%len(digits)]
		v /= len(digits)
	}
	return b
}

func number(b []byte) (v int) {
	for _, c := range b {
		v = v*len(digits) + int(valueOf[c])
	}
	return v
}
