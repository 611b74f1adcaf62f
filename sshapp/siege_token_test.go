//go:build linux

package sshapp_test

import (
	"bytes"
	"strings"
)

// A token is what a message is found by in the bytes of a terminal. It stands at
// the end of the text and a server that rewrites only what changed of a row still
// writes it in one piece: its first character differs among any 62 messages that
// follow each other in a room.
//
//	q 0 01Zq 8hT ~
//	│ │ │    │   └ tokenEnd
//	│ │ │    └ check
//	│ │ └ number within the room
//	│ └ room
//	└ the number within the room, modulo 62
const (
	tokenEnd  = '~'
	seqDigits = 4
	sumDigits = 3
	tokenSize = 2 + seqDigits + sumDigits + 1

	sums = 62 * 62 * 62
)

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// token is that of a message.
func token(room, seq int) string {
	b := []byte{digits[seq%len(digits)], digits[room]}
	b = appendDigits(b, seq, seqDigits)
	b = appendDigits(b, sum(room, seq), sumDigits)
	return string(append(b, tokenEnd))
}

func sum(room, seq int) int { return (seq*7919 + room*104729 + 4099) % sums }

// tokens calls found for each token that ends in b[fresh:]. If the last tokenSize-1
// bytes of earlier reads precede the fresh ones, each token is found once, however the
// reads cut it.
func tokens(b []byte, fresh int, found func(room, seq int)) {
	for at := fresh; ; at++ {
		i := bytes.IndexByte(b[at:], tokenEnd)
		if i < 0 {
			return
		}
		if at += i; at < tokenSize-1 {
			continue
		}
		if room, seq, ok := parseToken(b[at+1-tokenSize : at]); ok {
			found(room, seq)
		}
	}
}

func parseToken(b []byte) (room, seq int, ok bool) {
	values := make([]int, len(b))
	for i, c := range b {
		if values[i] = strings.IndexByte(digits, c); values[i] < 0 {
			return 0, 0, false
		}
	}
	room = values[1]
	seq = number(values[2 : 2+seqDigits])
	return room, seq, values[0] == seq%len(digits) && number(values[2+seqDigits:]) == sum(room, seq)
}

func appendDigits(b []byte, v, n int) []byte {
	at := len(b)
	b = append(b, strings.Repeat("0", n)...)
	for i := at + n - 1; i >= at; i-- {
		b[i] = digits[v%len(digits)]
		v /= len(digits)
	}
	return b
}

func number(values []int) (n int) {
	for _, v := range values {
		n = n*len(digits) + v
	}
	return n
}
