package sshd

import (
	"strings"
	"testing"
)

func TestKeysComeInTheUsualEncoding(t *testing.T) {
	for typed, want := range map[string]string{
		// CSI u
		"\x1b[32;2u": " ", "\x1b[32u": " ", "\x1b[97u": "a", "\x1b[97;2u": "A", "\x1b[65;2u": "A", "\x1b[97:65;2:1u": "A",
		"\x1b[97;1:3u": "", "\x1b[97:65;2:3u": "", "\x1b[97;1:2u": "a", "\x1b[13u": "\r", "\x1b[13;2u": "\n", "\x1b[13;5u": "\r", "\x1b[13;3u": "\x1b\r",
		"\x1b[13;2:3u": "", "\x1b[9u": "\t", "\x1b[9;2u": "\x1b[Z", "\x1b[127u": "\x7f", "\x1b[127;2u": "\x7f", "\x1b[127;3u": "\x1b\x7f", "\x1b[127;5u": "\b",
		"\x1b[97;5u": "\x01", "\x1b[99;5u": "\x03", "\x1b[67;6u": "", "\x1b[1089::99;5u": "\x03", "\x1b[106;5u": "\n", "\x1b[92;5u": "\x1c", "\x1b[47;5u": "\x1f",
		"\x1b[97;3u": "\x1ba", "\x1b[97;33u": "\x1ba", "\x1b[91;3u": "", "\x1b[98;4u": "\x1bB", "\x1b[97;7u": "\x1b\x01", "\x1b[97;9u": "",
		"\x1b[97;65u": "A", "\x1b[97;66u": "a", "\x1b[97;129u": "a", "\x1b[228;2u": "Ä", "\x1b[49:33;2u": "!", "\x1b[49;2;33u": "!", "\x1b[0;;28450:23383u": "漢字",
		"\x1b[57441;2u": "", "\x1b[57399u": "0", "\x1b[57408;129u": "9", "\x1b[57414u": "\r", "\x1b[57414;2u": "\n", "\x1b[57419u": "\x1b[A", "\x1b[57419;5u": "\x1b[1;5A",
		"\x1b[57426u": "\x1b[3~", "\x1b[57426;2u": "\x1b[3~", "\x1b[57424u": "\x1b[F", "\x1b[128u": "", "\x1b[55296u": "", "\x1b[?1u": "", "\x1b[u": "", "\x1b[99999999999;2u": "",
		"\x1b[27;5u": "\x1b", "\x1b[27;3u": "", "\x1b\x1b[32;2u": "\x1b ",
		// modifyOtherKeys
		"\x1b[27;2;13~": "\n", "\x1b[27;5;13~": "\r", "\x1b[27;2;32~": " ", "\x1b[27;5;99~": "\x03", "\x1b[27;2;33~": "!", "\x1b[27;2;65~": "A", "\x1b[27;3;97~": "\x1ba",
		// the keypad's application mode
		"\x1bOM": "\r", "\x1bOp": "0", "\x1bOy": "9", "\x1bOj": "*", "\x1bOk": "+", "\x1bOl": ",", "\x1bOm": "-", "\x1bOn": ".", "\x1bOo": "/", "\x1bOX": "=", "\x1bOI": "\t", "\x1bO ": " ",
		// keys that move
		"\x1bOA": "\x1b[A", "\x1bOH": "\x1b[H", "\x1bOF": "\x1b[F", "\x1bOa": "\x1b[1;5A", "\x1bOd": "\x1b[1;5D", "\x1bO5A": "\x1b[1;5A", "\x1bO1;2D": "\x1b[1;2D", "\x1bOE": "", "\x1bOz": "",
		"\x1bOP": "\x1bOP", "\x1b\x1bOA": "\x1b\x1b[A", "\x1b[[A": "\x1b[[A", "\x1b[1;1A": "\x1b[A", "\x1b[1;129A": "\x1b[A", "\x1b[1;1:3A": "", "\x1b[1;5:2C": "\x1b[1;5C",
		"\x1b[3;1:1~": "\x1b[3~", "\x1b[3;1:3~": "", "\x1b[3;2~": "\x1b[3~", "\x1b[3$": "\x1b[3~", "\x1b[7$": "\x1b[7$", "\x1b[5$": "\x1b[5~", "\x1b[1~": "\x1b[1~", "\x1b[8~": "\x1b[8~", "\x1b[1;5H": "\x1b[1;5H",
		// what is not a key
		"\x1b[I": "\x1b[I", "\x1b[<64;10;20M": "\x1b[<64;10;20M", "é": "é", "\x1bé": "\x1bé",
	} {
		got := strings.Join(reads(t, newTestInput(strings.NewReader("-"+typed+"|"))), "")
		if want = "-" + want + "|"; got != want {
			t.Errorf("%q became %q, not %q", typed, got, want)
		}
	}
}

// Whatever a client sends as a sequence, what it becomes is one key.
func FuzzKeyEncoding(f *testing.F) {
	for _, seed := range []string{"[97:65;2:1;65u", "[27;2;13~", "OM", "O5A", "[1;129A", "\x1b[57414;3u", "[3$"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		typed := []byte("\x1b" + s)
		n, what := scan(typed)
		if what != passed {
			return
		}
		key := encodeKey(typed[:n])
		if len(key) > 3*n+8 {
			t.Errorf("%q became %q", typed[:n], key)
		}
		for again := 0; len(key) > 0 && string(key) != "\x1b"; again++ {
			n, what := scan(key)
			if what != passed || key[0] == escape && n != len(key) {
				t.Fatalf("%q became %q", typed, key)
			}
			key = key[n:]
		}
	})
}
