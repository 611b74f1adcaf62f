package painter

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"wick/sshapp/ui/uitest"
)

// wick is the first part of the row of the countdown as the chat draws it, and clock the
// second.
func wick(lit int) string {
	return " \x1b[33m" + strings.Repeat("━", lit) + "\x1b[m\x1b[G\x1b[1;93m●\x1b[m \x1b[G\x1b[90m" +
		strings.Repeat("╌", 69-lit) + "\x1b[m  "
}

func clock(left string) string { return Column + "\x1b[1;33m" + left + "\x1b[m" }

// Ticks leave on a terminal what painting the whole row does, whatever the row shows.
func TestTicksShowWhatTheWholeRowWould(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := func() (text string) {
		for range random.IntN(6) {
			text += uitest.RowPieces[random.IntN(len(uitest.RowPieces))]
		}
		return text
	}
	for name, measure := range map[string]func(string) int{"runes": uitest.Runes, "wide": uitest.Wide} {
		var still, moving string
		f := Frame{Clock: &Clock{Row: 1, Text: func() (string, string) { return still, moving }}}
		var s screen
		ticked, whole := uitest.NewWith(1, 1, measure), uitest.NewWith(1, 1, measure)
		defer ticked.Close()
		defer whole.Close()
		short := 0
		for n := range 600 {
			if n%6 == 0 {
				still = pieces()
			}
			moving = Column + fmt.Sprint(random.IntN(100)) + pieces()
			if n%30 == 0 {
				f.Width, f.Height, f.CursorY = 1+random.IntN(60), 2+random.IntN(2), random.IntN(3)-1
				f.ASCII = random.IntN(4) == 0
				ticked.Resize(f.Width, f.Height)
				whole.Resize(f.Width, f.Height)
				ticked.Write(s.paint(nil, f))
			}
			out := s.tick(nil)
			ticked.Write(out)
			if s.rows[1].tail != "" {
				short++
			}
			whole.Write(new(screen).paint(nil, f))
			if diff := uitest.Difference(ticked, whole); diff != "" {
				t.Fatalf("%s: tick %d, to %q and %q: %s\nwritten: %q", name, n, still, moving, diff, out)
			}
		}
		if short < 100 {
			t.Errorf("%s: %d ticks left the first part alone", name, short)
		}
	}
}

// Frames that are painted between ticks find the row as the ticks left it.
func TestFramesAfterTicksPaintTheWholeRow(t *testing.T) {
	left := 59
	f := Frame{Width: 80, Height: 3, CursorY: -1, Clock: &Clock{Row: 1}}
	f.Clock.Text = func() (still, moving string) { return wick(42), clock(fmt.Sprintf("09:%02d", left)) }
	var s screen
	term := uitest.New(f.Width, f.Height)
	defer term.Close()
	term.Write(s.paint(nil, f))
	for ; left > 50; left-- {
		term.Write(s.tick(nil))
	}
	if s.rows[1].tail == "" {
		t.Fatal("the ticks painted the whole row")
	}
	other := f
	other.Clock = &Clock{Row: 1, Text: func() (still, moving string) { return wick(30), clock("08:00") }}
	none := Frame{Width: 80, Height: 3, CursorY: -1}
	for _, next := range []Frame{other, none, f} {
		term.Write(s.paint(nil, next))
		full := uitest.New(f.Width, f.Height)
		defer full.Close()
		full.Write(new(screen).paint(nil, next))
		if diff := uitest.Difference(term, full); diff != "" {
			t.Error(diff)
		}
	}
}

// What each second costs: the row of the countdown as the chat draws it.
func BenchmarkTick(b *testing.B) {
	n, bar, times := 0, wick(42), []string{clock("09:59"), clock("09:58")}
	f := chatFrame(100, "09:59")
	f.Clock = &Clock{Row: 1, Text: func() (still, moving string) { return bar, times[n%2] }}
	var s screen
	buf := s.paint(nil, f)
	b.ReportAllocs()
	for n = 1; b.Loop(); n++ {
		buf = s.tick(buf[:0])
	}
	b.ReportMetric(float64(len(buf)), "bytes/tick")
}
