package main

import (
	"bytes"
	"hash/maphash"
	"iter"
	"strings"
)

// A token identifies a message in a terminal's output. It is the end of the
// message's text. Even a server that rewrites only the changed part of a row
// writes it in one piece: its first character differs among any 62 consecutive
// messages of a room, and it is so short that a server would not skip an unchanged
// end.
//
//	q 0a3 01Zq 8hT ~
//	│ │   │    │   └ tokenEnd
//	│ │   │    └ checksum, different in each run
//	│ │   └ number within the room
//	│ └ room
//	└ number within the room, modulo 62
const (
	tokenEnd   = '~'
	roomDigits = 3
	seqDigits  = 4
	sumDigits  = 3
	tokenSize  = 1 + roomDigits + seqDigits + sumDigits + 1

	maxRooms = 62 * 62 * 62
	maxSeqs  = 62 * 62 * 62 * 62 // messages of one room
	sumRange = 62 * 62 * 62
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// digitValue is the value of each digit in alphabet, and -1 for other bytes.
var digitValue = func() (v [256]int8) {
	for i := range v {
		v[i] = int8(strings.IndexByte(alphabet, byte(i)))
	}
	return v
}()

// filler is the text before the token, repeated as needed.
const filler = "the wick burns down and nothing is left of what was said "

// tokens writes and finds the tokens of one run. It does not find those of other
// runs.
type tokens struct{ seed maphash.Seed }

func newTokens() tokens { return tokens{maphash.MakeSeed()} }

// text returns the message of a number in a room: one line of size characters,
// which is at least tokenSize.
func (t tokens) text(room, seq, size int) string {
	b := make([]byte, 0, size)
	for size-len(b) > tokenSize+1 {
		b = append(b, filler[:min(len(filler), size-len(b)-tokenSize-1)]...)
	}
	if size > tokenSize {
		b = append(b, ' ')
	}
	b = append(b, alphabet[seq%len(alphabet)])
	b = appendDigits(b, room, roomDigits)
	b = appendDigits(b, seq, seqDigits)
	b = appendDigits(b, t.sum(room, seq), sumDigits)
	return string(append(b, tokenEnd))
}

func (t tokens) sum(room, seq int) int {
	return int(maphash.Comparable(t.seed, [2]int{room, seq}) % sumRange)
}

// in yields the room and number of the tokens that end in b[fresh:]. If b begins
// with the last tokenSize-1 bytes of the earlier output, each token is found
// once, however reads split it.
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
		if digitValue[c] < 0 {
			return 0, 0, false
		}
	}
	rest := b[1:]
	room, rest = parseDigits(rest[:roomDigits]), rest[roomDigits:]
	seq, rest = parseDigits(rest[:seqDigits]), rest[seqDigits:]
	ok = b[0] == alphabet[seq%len(alphabet)] && parseDigits(rest) == t.sum(room, seq)
	return room, seq, ok
}

func appendDigits(b []byte, v, n int) []byte {
	for range n {
		b = append(b, '0')
	}
	for i := len(b) - 1; n > 0; i, n = i-1, n-1 {
		b[i] = alphabet[v%len(alphabet)]
		v /= len(alphabet)
	}
	return b
}

func parseDigits(b []byte) (v int) {
	for _, c := range b {
		v = v*len(alphabet) + int(digitValue[c])
	}
	return v
}
