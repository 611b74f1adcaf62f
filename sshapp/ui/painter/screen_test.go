package painter

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestOnlyThePartOfARowThatChangedIsWritten(t *testing.T) {
	const tail = " and words that stay as they are"
	for _, tt := range []struct{ name, old, new, want string }{
		{"nothing before", "", "hello", "\x1b[1Hhello"},
		{"nothing after", "hello", "", "\x1b[1H\x1b[K"},
		{"text added", "hello", "hello you", "\x1b[1;6H\x1b[K you"},
		{"text taken away", "hello you", "hello", "\x1b[1;6H\x1b[K"},
		{"the middle", "at 12:34" + tail, "at 12:35" + tail, "\x1b[1;8H5"},
		{"a middle of another width", "at 9" + tail, "at 10" + tail, "\x1b[1;4H\x1b[K10" + tail},
		{"the middle of a styled part", "\x1b[31mat 12:34" + tail + "\x1b[m", "\x1b[31mat 12:35" + tail + "\x1b[m", "\x1b[1;8H\x1b[31m5\x1b[m"},
		{
			"the middle of a link",
			"\x1b]8;;https://a.example\x1b\\at 12:34" + tail + "\x1b]8;;\x1b\\",
			"\x1b]8;;https://a.example\x1b\\at 12:35" + tail + "\x1b]8;;\x1b\\",
			"\x1b[1;8H\x1b]8;;https://a.example\x1b\\5\x1b]8;;\x1b\\",
		},
		{"only the style", "\x1b[31mhello\x1b[m" + tail, "\x1b[32mhello\x1b[m" + tail, "\x1b[1H\x1b[32mhello\x1b[m"},
		{
			"only the link",
			"\x1b]8;;https://a.example\x1b\\12:34\x1b]8;;\x1b\\" + tail,
			"\x1b]8;;https://b.example\x1b\\12:34\x1b]8;;\x1b\\" + tail,
			"\x1b[1H\x1b]8;;https://b.example\x1b\\12:34\x1b]8;;\x1b\\",
		},
		{"behind wide characters", "世界 12:34" + tail, "世界 12:35" + tail, "\x1b[1;10H5"},
		{"behind a width that terminals dispute", "❤\ufe0f 12:34" + tail, "❤\ufe0f 12:35" + tail, "\x1b[1H\x1b[K❤\ufe0f 12:35" + tail},
		{"a mark added to a letter", "abe" + tail, "abe\u0301" + tail, "\x1b[1;3H\x1b[Ke\u0301" + tail},
		{"a mark added behind a style", "abe" + tail, "abe\x1b[1m\u0301" + tail, "\x1b[1;3H\x1b[Ke\x1b[1m\u0301" + tail + "\x1b[m"},
		{"a full row", strings.Repeat("x", 80), strings.Repeat("x", 79) + "y", "\x1b[1;80H\x1b[Ky"},
		{"only a style behind a full row", strings.Repeat("x", 80), strings.Repeat("x", 80) + "\x1b[7m", "\x1b[1H\x1b[K" + strings.Repeat("x", 80) + "\x1b[7m\x1b[m"},
		{"a style that is left open", "", "\x1b[7mhello", "\x1b[1H\x1b[7mhello\x1b[m"},
		{"blanks at the end", "", "hello   ", "\x1b[1Hhello"},
		{"too wide", "", strings.Repeat("世", 50), "\x1b[1H" + strings.Repeat("世", 40)},
		{"half a wide character too wide", "", strings.Repeat("x", 79) + "世", "\x1b[1H" + strings.Repeat("x", 79)},
		{"a mark before everything", "", "\u0301hello", "\x1b[1Hhello"},
		{"a joiner that joins nothing", "", "a\u200d▱\u200d👨\u200d👩", "\x1b[1Ha▱👨\u200d👩"},
		{"a column after what terminals agree on", "", "ab  " + Column + "│ x", "\x1b[1Hab  │ x"},
		{"a column after a disputed width", "", "हि  " + Column + "x", "\x1b[1Hहि  \x1b[5Gx"},
		{"a column after an ambiguous width", "", "━━  " + Column + "x", "\x1b[1H━━  \x1b[5G\x1b[Kx"},
		{"a column in a style", "", "\x1b[44m━ " + Column + "x\x1b[m", "\x1b[1H\x1b[44m━ \x1b[3G\x1b[m\x1b[K\x1b[44mx\x1b[m"},
		{"a column beyond the end", "", strings.Repeat("é", 80) + Column + "x", "\x1b[1H" + strings.Repeat("é", 80)},
		{"behind a column", "━━  " + Column + "12:34", "━━  " + Column + "12:35", "\x1b[1;9H\x1b[K5"},
		{"before a column", "━●  " + Column + "12:34" + tail, "━━  " + Column + "12:34" + tail, "\x1b[1H\x1b[K━━  \x1b[5G\x1b[K12:34" + tail},
		{"a column added", "━" + tail, "━" + Column + tail, "\x1b[1;2H\x1b[K\x1b[2G\x1b[K" + tail},
		{"another style before a column", "━\x1b[31m" + Column + "\x1b[m" + tail, "━\x1b[32m" + Column + "\x1b[m" + tail, "\x1b[1;2H\x1b[K\x1b[32m\x1b[2G\x1b[m\x1b[K\x1b[32m\x1b[m" + tail},
		{"other controls", "", "a\x1b[2Jb\tc\nd\a\x1b]0;title\ae\u009b3Jf", "\x1b[1Habcde3Jf"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			frame := func(row string) Frame { return Frame{Width: 80, Height: 2, Rows: []string{row}, CursorY: -1} }
			var s screen
			s.paint(nil, frame(tt.old))
			if got := string(s.paint(nil, frame(tt.new))); got != tt.want {
				t.Errorf("wrote\n%q, want\n%q", got, tt.want)
			}
		})
	}
}

// In the row of the cursor every character that terminals dispute has its own column.
func TestTheCursorStandsWhereTheTextBeforeItEnds(t *testing.T) {
	frame := Frame{Width: 80, Height: 2, Rows: []string{"हिन्दी é ж", "हिन्दी"}, CursorX: 5}
	var s screen
	s.paint(nil, Frame{Width: 80, Height: 2})
	want := "\x1b[1Hहि\x1b[3Gन्दी\x1b[6G é ж\x1b[2Hहिन्दी\x1b[1;6H"
	if got := string(s.paint(nil, frame)); got != want {
		t.Errorf("wrote\n%q, want\n%q", got, want)
	}
	frame.CursorY = 1
	want = "\x1b[1H\x1b[Kहिन्दी é ж\x1b[2H\x1b[Kहि\x1b[3Gन्दी\x1b[2;6H"
	if got := string(s.paint(nil, frame)); got != want {
		t.Errorf("on the next row, wrote\n%q, want\n%q", got, want)
	}
}

func TestATerminalWithoutUTF8GetsASCII(t *testing.T) {
	f := Frame{Width: 20, Height: 1, Rows: []string{"\x1b[1mé\x1b[m ━ 漢 हि " + Column + "x"}, CursorX: 3, Title: "zoë"}
	var s screen
	s.paint(nil, f)
	f.ASCII = true
	got := string(s.paint(nil, f))
	if !strings.Contains(got, "\x1b[1H\x1b[1me\x1b[m = ?? ?? x\x1b[1;4H") || strings.ContainsFunc(got, func(r rune) bool { return r > '~' }) {
		t.Errorf("wrote %q", got)
	}
	if got := string(s.leave(nil, false, "zoë left")); !strings.HasSuffix(got, "zoe left\r\n") {
		t.Errorf("at the end, wrote %q", got)
	}
}

// chatFrame is a chat of 80 × 24 whose newest message is the nth, at the
// given clock.
func chatFrame(n int, clock string) Frame {
	f := Frame{Width: 80, Height: 24, CursorX: 2, CursorY: 23, Top: 1, Bottom: 22}
	f.Rows = append(f.Rows, "\x1b[1;38;5;215mwick\x1b[m \x1b[1mk7f3-q9xm-2tdw\x1b[m  "+
		"\x1b[38;5;245mssh k7f3-q9xm-2tdw@wick.example\x1b[m   \x1b[38;5;209m"+clock+"\x1b[m  \x1b[38;5;245m12 of 16 here\x1b[m")
	for i := n - 20; i <= n; i++ {
		f.Rows = append(f.Rows, fmt.Sprintf("\x1b[38;5;245m12:34\x1b[m \x1b[1;38;5;110mrobin\x1b[m  message %d, of a usual length for a chat", i))
	}
	f.Rows = append(f.Rows, "\x1b[38;5;240m"+strings.Repeat("─", 80)+"\x1b[m", "\x1b[38;5;215m›\x1b[m ")
	return f
}

func TestAChatThatMovesUpIsScrolled(t *testing.T) {
	var s screen
	s.paint(nil, chatFrame(100, "09:59"))
	got := string(s.paint(nil, chatFrame(102, "09:59")))
	want := "\x1b[2;22r\x1b[22H\x1bD\x1bD\x1b[r" +
		"\x1b[21H\x1b[38;5;245m12:34\x1b[m \x1b[1;38;5;110mrobin\x1b[m  message 101, of a usual length for a chat" +
		"\x1b[22H\x1b[38;5;245m12:34\x1b[m \x1b[1;38;5;110mrobin\x1b[m  message 102, of a usual length for a chat" +
		"\x1b[24;3H"
	if got != want {
		t.Errorf("wrote\n%q, want\n%q", got, want)
	}
	got = string(s.paint(nil, chatFrame(101, "09:59")))
	want = "\x1b[2;22r\x1b[2H\x1bM\x1b[r\x1b[2H\x1b[38;5;245m12:34\x1b[m \x1b[1;38;5;110mrobin\x1b[m  message 81, of a usual length for a chat\x1b[24;3H"
	if got != want {
		t.Errorf("back down, wrote\n%q, want\n%q", got, want)
	}
}

// A terminal that keeps what scrolls out of a part of the screen, as GNU screen does, gets
// those rows blanked first, and is never told to erase the whole screen at once.
func TestWhatScrollsOutOfARecordedScreenIsBlank(t *testing.T) {
	s := screen{recorded: true}
	s.paint(nil, chatFrame(100, "09:59"))
	got := string(s.paint(nil, chatFrame(102, "09:59")))
	if want := "\x1b[2H\x1b[K\x1b[3H\x1b[K\x1b[2;22r\x1b[22H\x1bD\x1bD\x1b[r"; !strings.HasPrefix(got, want) {
		t.Errorf("wrote %q, want first %q", got, want)
	}
	if got := string(s.paint(nil, chatFrame(101, "09:59"))); !strings.HasPrefix(got, "\x1b[2;22r\x1b[2H\x1bM") {
		t.Errorf("back down, wrote %q", got)
	}
	resized := chatFrame(101, "09:59")
	resized.Width = 60
	for name, got := range map[string][]byte{"resized": s.paint(nil, resized), "left": s.leave(nil, true, "")} {
		if text := string(got); !strings.Contains(text, "\x1b[H\x1b[K\x1b[2H\x1b[J") || strings.Contains(text, clearScreen) || strings.Contains(text, "\x1b[2J") {
			t.Errorf("%s: wrote %q", name, text)
		}
	}
}

func TestTheClockCostsFewBytes(t *testing.T) {
	var s screen
	s.paint(nil, chatFrame(100, "09:59"))
	got := s.paint(nil, chatFrame(100, "09:58"))
	if want := "\x1b[1;60H\x1b[38;5;209m8\x1b[m\x1b[24;3H"; string(got) != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
}

func TestTitlesAreCleanedAndGivenBack(t *testing.T) {
	var s screen
	f := Frame{Width: 10, Height: 1, CursorY: -1}
	s.paint(nil, f)
	f.Title = "a\x1b]0;b\a\u009c" + strings.Repeat("c", 200)
	want := "\x1b[22;2t\x1b]2;a]0;b" + strings.Repeat("c", 123) + "\a"
	if got := string(s.paint(nil, f)); got != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
	f.Title = ""
	if got := string(s.paint(nil, f)); got != "" {
		t.Errorf("an empty title wrote %q", got)
	}
	if got := string(s.leave(nil, false, "")); !strings.Contains(got, "\x1b]2;\a\x1b[23;2t") {
		t.Errorf("the title is not given back by %q", got)
	}
}

func BenchmarkPaint(b *testing.B) {
	for _, bb := range []struct {
		name      string
		even, odd Frame
	}{
		{"message", chatFrame(100, "09:59"), chatFrame(101, "09:59")},
		{"clock", chatFrame(100, "09:59"), chatFrame(100, "09:58")},
		{"unchanged", chatFrame(100, "09:59"), chatFrame(100, "09:59")},
		{"other screen", chatFrame(100, "09:59"), chatFrame(200, "09:58")},
	} {
		b.Run(bb.name, func(b *testing.B) {
			var s screen
			buf := s.paint(nil, bb.even)
			b.ReportAllocs()
			for n := 1; b.Loop(); n++ {
				frame := bb.even
				if n%2 == 1 {
					frame = bb.odd
				}
				buf = s.paint(buf[:0], frame)
			}
			b.ReportMetric(float64(len(buf)), "bytes/frame")
		})
	}
	b.Run("in full", func(b *testing.B) {
		var buf []byte
		frame := chatFrame(100, "09:59")
		b.ReportAllocs()
		for b.Loop() {
			buf = new(screen).paint(buf[:0], frame)
		}
		b.ReportMetric(float64(len(buf)), "bytes/frame")
	})
}

// What a large screen costs to paint if all of it differs from the last one.
func BenchmarkPaintOfACostlyScreen(b *testing.B) {
	const width, height = 500, 200
	for name, piece := range map[string]string{
		"words": "word ",
		"marks": "a\u0301\u0302\u0308",
		"emoji": "👩‍👩‍👧",
		"wide":  "漢",
		"mixed": "a\u0301e\u0308-x \x1b[1mbo\x1b[m 漢字かな 👩‍👩‍👧 \x1b[3mit\x1b[m אבג ",
	} {
		b.Run(name, func(b *testing.B) {
			var frames [2]Frame
			for i := range frames {
				f := Frame{Width: width, Height: height, Bottom: height}
				for y := range height {
					row := fmt.Sprint(i*height+y, " ", strings.Repeat(piece, width))
					f.Rows = append(f.Rows, ansi.Truncate(row, width, ""))
				}
				frames[i] = f
			}
			var s screen
			var buf []byte
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				buf = s.paint(buf[:0], frames[i%2])
			}
			b.ReportMetric(float64(len(buf)), "bytes/frame")
		})
	}
}
