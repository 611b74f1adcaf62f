package painter

import (
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"wick/sshapp/ui/uitest"
)

func TestReportsAreOnWhileAFrameWantsThemAndOffAfterwards(t *testing.T) {
	modes := []ansi.Mode{ansi.ModeMouseNormal, ansi.ModeMouseExtSgr, ansi.ModeFocusEvent}
	for name, wipe := range map[string]bool{"left": false, "wiped": true} {
		t.Run(name, func(t *testing.T) {
			term := uitest.New(80, 24)
			defer term.Close()
			p := New(term, func() { t.Error("stuck") }, Config{})
			show := func(n int, mouse, focus bool) {
				t.Helper()
				f := numbered(n)
				f.Mouse, f.Focus = mouse, focus
				p.Show(f)
				term.WaitForText(t, 5*time.Second, f.Rows[0])
				for i, want := range []bool{mouse, mouse, focus} {
					if got := term.Mode(modes[i]); got != want {
						t.Errorf("frame %d: mode %v is %v, want %v", n, modes[i], got, want)
					}
				}
			}
			show(1, false, false)
			show(2, true, false)
			show(3, false, true)
			p.Redraw()
			show(4, true, true)
			if err := p.Close(wipe, "You left."); err != nil {
				t.Fatal(err)
			}
			for _, m := range modes {
				if term.Mode(m) {
					t.Errorf("mode %v is left on", m)
				}
			}
		})
	}
}
