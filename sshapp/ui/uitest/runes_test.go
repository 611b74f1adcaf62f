package uitest

import (
	"fmt"
	"slices"
	"testing"
)

func TestTerminalsMeasureInTheirOwnWay(t *testing.T) {
	const text = "हि e\u0301é…\x1b[1m\u0301\x1b[m 漢\x1b[3;2Hन्दी"
	for name, tt := range map[string]struct {
		term *Terminal
		x    int
	}{
		"clusters": {New(20, 3), 2},
		"runes":    {NewWith(20, 3, Runes), 4},
		"wide":     {NewWith(20, 3, Wide), 4},
	} {
		defer tt.term.Close()
		fmt.Fprint(tt.term, text)
		if x, _, _ := tt.term.Cursor(); x != tt.x {
			t.Errorf("%s: the cursor is at %d, want %d", name, x, tt.x)
		}
		if got, want := tt.term.Screen(), []string{"हि e\u0301é… 漢", "", " न्दी"}; name != "clusters" && !slices.Equal(got, want) {
			t.Errorf("%s: the screen is %q, want %q", name, got, want)
		}
	}
}
