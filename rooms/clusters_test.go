package rooms

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

// A letter of startsCluster begins a cluster after every rune that may stand in a
// text.
func TestLettersBeginClusters(t *testing.T) {
	behind := []rune{'a', 'é', 0x301, 0x200D, 0xFE0F, 0x1F468, 0x1F1E9, 0x1100, 0x1161, 0x11A8, 0xAC00, 0x915, 0x94D, 0xE33, 0x0600, 0x4E00, 0x3042, 0x1F3FB, '#', 0x20E3, 0xFFFD}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !startsCluster(r) || cleanRune(r) != r {
			continue
		}
		if unicode.IsMark(r) || unicode.Is(unicode.Join_Control, r) || unicode.Is(unicode.Variation_Selector, r) {
			t.Errorf("%U is no letter", r)
		}
		for _, before := range behind {
			if cleanRune(before) != before {
				continue
			}
			if isCluster(utf8.AppendRune(utf8.AppendRune(nil, before), r)) {
				t.Errorf("%U belongs to %U before it", r, before)
			}
		}
	}
}
