package sshd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/time/rate"

	"wick/sshapp/sshtest"
)

// newTestInput reads without a limit on keys.
func newTestInput(src io.Reader) *inputReader {
	in := newInputReader(context.Background(), src, defaults.MaxPaste, func() {})
	in.events.SetLimit(rate.Inf)
	return in
}

// reads is what each Read of in returns, up to the end.
func reads(t testing.TB, in *inputReader) []string {
	t.Helper()
	var all []string
	p := make([]byte, 256)
	for {
		n, err := in.Read(p)
		if n > 0 {
			all = append(all, string(p[:n]))
		}
		if err == io.EOF {
			return all
		}
		if err != nil || n == 0 {
			t.Fatalf("Read: %d, %v", n, err)
		}
	}
}

// A line feed is Ctrl-J, but for a client that sends whole lines.
func TestLineFeedsOfWholeLinesAreEnter(t *testing.T) {
	long := strings.Repeat("x", 512) // what is read at once
	for name, row := range map[string]struct {
		lines bool
		typed []string
		want  string
	}{
		"keys":                   {false, []string{"one\n", "two\r"}, "one\ntwo\r"},
		"lines":                  {true, []string{"one\n", "two\nthree\n"}, "one\rtwo\rthree\r"},
		"an empty line":          {true, []string{"one\n", "\n"}, "one\r\r"},
		"lines that are cut":     {true, []string{long + "\n", "a\n" + long, "b\n", "\n", "c"}, long + "\ra\r" + long + "b\r\rc"},
		"lines of Windows":       {true, []string{"one\r\ntwo\r\n", "three\r\n"}, "one\rtwo\rthree\r"},
		"a cut line of Windows":  {true, []string{"a\r\n", long[:511] + "\r", "\nb\r\n"}, "a\r" + long[:511] + "\rb\r"},
		"lines with escapes":     {true, []string{"\x1b[1mone\x1b[m\n"}, "\x1b[1mone\x1b[m\r"},
		"lines and then keys":    {true, []string{"one\n", "a\r", "b\n"}, "one\ra\rb\n"},
		"keys without modes":     {true, []string{"a", "\n", "b\r", "c\n"}, "a\nb\rc\n"},
		"a key between others":   {true, []string{"a\nb"}, pasteStart + "a\nb" + pasteEnd},
		"a paste, as it is sent": {true, []string{"\x1b[200~a\n\x1b[201~\n"}, "\x1b[200~a\n\x1b[201~\n"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var src packets
			for _, s := range row.typed {
				src = append(src, packet{time.Second, s})
			}
			in := newTestInput(&src)
			in.lineMode = row.lines
			if got := one(reads(t, in)); got != row.want {
				t.Errorf("%s: %q, want %q", name, got, row.want)
			}
		})
	}
}

func TestTheInputKnowsLinesFromKeys(t *testing.T) {
	for name, row := range map[string]struct {
		modes bool
		typed []string
		want  bool
	}{
		"lines":                       {false, []string{"one\n"}, true},
		"a line in pieces":            {false, []string{"o", "ne", "\n"}, true},
		"keys":                        {false, []string{"one\r"}, false},
		"keys and Ctrl-J":             {false, []string{"a", "\n", "b\r"}, false},
		"a line without an end":       {false, []string{"one"}, false},
		"lines of PuTTY":              {true, []string{"one\n", "two\n"}, true},
		"a terminal's keys":           {true, []string{"one\n", "two\r", "three\n"}, false},
		"a paste that is all of it":   {false, []string{"\x1b[200~a\nb\x1b[201~"}, false},
		"lines, and at last some key": {false, []string{"one\n", "two\r"}, false},
	} {
		var src chunks
		for _, s := range row.typed {
			src = append(src, []byte(s))
		}
		in := newTestInput(&src)
		in.lineMode = !row.modes
		reads(t, in)
		if got := in.sendsLines.Load(); got != row.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// chunks is a source that returns one of them at a Read.
type chunks [][]byte

func (c *chunks) Read(p []byte) (int, error) {
	if len(*c) == 0 {
		return 0, io.EOF
	}
	n := copy(p, (*c)[0])
	if (*c)[0] = (*c)[0][n:]; len((*c)[0]) == 0 {
		*c = (*c)[1:]
	}
	return n, nil
}

func TestInputPassesKeysAndDropsTheRest(t *testing.T) {
	for _, row := range []struct{ name, typed, want string }{
		{"text", "hello, wörld 日本 👍", "hello, wörld 日本 👍"},
		{"control keys", "a\t\r\x01\x03\x7f\n", "a\t\r\x01\x03\x7f\n"},
		{"NUL", "a\x00b", "ab"},
		{"invalid UTF-8", "a\xffb\xc3\x28\xed\xa0\x80c", "ab(c"},
		{"U+FFFD", "a\ufffdb", "ab"},
		{"C1", "a\u009bb\u0085c", "abc"},
		{"arrows", "\x1b[A\x1b[1;5B\x1bOC\x1b\x1b[D", "\x1b[A\x1b[1;5B\x1b[C\x1b\x1b[D"},
		{"keys of the Linux console", "\x1b[[A\x1b[[zx", "\x1b[[Azx"},
		{"Alt with a character", "\x1bx\x1bé\x1b\r", "\x1bx\x1bé\x1b\r"},
		{"Alt with junk", "\x1b\x00\x1b\xff\x1b\u009bx", "x"},
		{"more than one Read holds", "aaa" + strings.Repeat("日\x1b[1;5A", 100), "aaa" + strings.Repeat("日\x1b[1;5A", 100)},
		{"focus", "\x1b[I\x1b[O", "\x1b[I\x1b[O"},
		{"the wheel", "\x1b[<64;10;20M\x1b[<81;1000;9M", "\x1b[<64;10;20M\x1b[<81;1000;9M"},
		{"what else a mouse does", "\x1b[<0;1;1M\x1b[<0;1;1m\x1b[<35;2;2M\x1b[<128;2;2M\x1b[<64;2;2mx", "x"},
		{"mouse that swallows text", "\x1b[<ab\x1b[<1;2M\x1b[M", "b"},
		{"an end of paste alone", "a\x1b[201~b", "ab"},
		{"a terminal's answers", "a\x1b]11;rgb:0/0/0\x07b\x1bP1$r0m\x1b\\c\x1b_x\x1b\\d", "abcd"},
		{"an answer without an end", "\x1b]" + strings.Repeat("x", maxString) + "abc", "abc"},
		{"an endless sequence", "\x1b[" + strings.Repeat("1", maxSequence-2) + "abc", "abc"},
		{"a broken sequence", "\x1b[12\x1b[A\x1b[1é\x1bO\r", "\x1b[Aé\r"},
		{"escapes", "\x1b\x1b\x1b\x1b[A", "\x1b\x1b[A"},
		{"a paste", "\x1b[200~a b\r\nc\rd\ne\tf\x1b[201~c", "\x1b[200~a b\nc\nd\ne\tf\x1b[201~c"},
		{"a paste with control characters", "\x1b[200~\x1b[31mred\x00\x07\x7f\u009b\xff\x1b[200~\x1b[201~", "\x1b[200~red\x1b[201~"},
		{"a paste with escape sequences", "\x1b[200~a\x1b[1;31mFAILED\x1b[0m \x1b]8;;http://x\x07b\x1b]8;;\x1b\\c\x1b(Bd\x1b]0;t\r\ne\x1b[201~f", "\x1b[200~aFAILED bcd\ne\x1b[201~f"},
		{"a paste that ends within one", "\x1b[200~a\x1b]0;t\x1b[201~b\x1b[200~c\x1b[3\x1b[201~d", "\x1b[200~a\x1b[201~b\x1b[200~c\x1b[201~d"},
		{"an empty paste", "a\x1b[200~\x1b[201~b", "ab"},
		{"a paste after an escape", "\x1b\x1b[200~x\x1b[201~", "\x1b[200~x\x1b[201~"},
		{"a paste after a broken marker", "\x1b\x00[200~x\x1b[\x1b[200~y\x1b[201~", "[200~x\x1b[200~y\x1b[201~"},
	} {
		t.Run(row.name, func(t *testing.T) {
			whole := strings.Join(reads(t, newTestInput(strings.NewReader(row.typed))), "")
			if whole != row.want {
				t.Errorf("%q became %q, not %q", row.typed, whole, row.want)
			}
		})
	}
}

func TestALongPasteComesInWholePieces(t *testing.T) {
	text := strings.Repeat("日本語 text\r\n", 1000)
	want := strings.ReplaceAll(text, "\r\n", "\n")
	for name, src := range map[string]io.Reader{
		"at once":   strings.NewReader(pasteStart + text + pasteEnd + "\r"),
		"in halves": iotest.HalfReader(strings.NewReader(pasteStart + text + pasteEnd + "\r")),
	} {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			all := reads(t, newTestInput(src))
			for _, piece := range all[:len(all)-1] {
				piece, start := strings.CutPrefix(piece, pasteStart)
				piece, end := strings.CutSuffix(piece, pasteEnd)
				if !start || !end {
					t.Fatalf("not a paste: %q", piece)
				}
				got.WriteString(piece)
			}
			if got.String() != want {
				t.Errorf("%d bytes came through as %d", len(want), got.Len())
			}
			if last := all[len(all)-1]; last != "\r" {
				t.Errorf("the key after it is %q", last)
			}
		})
	}
}

func TestAPasteMarkerMayComeInBytes(t *testing.T) {
	src := iotest.OneByteReader(strings.NewReader("[200~a\x1b[201~\r"))
	in := newTestInput(io.MultiReader(strings.NewReader("\x1b[20"), strings.NewReader("0~"), src))
	if got := strings.Join(reads(t, in), ""); got != "\x1b[200~[\x1b[201~\x1b[200~2\x1b[201~\x1b[200~0\x1b[201~\x1b[200~0\x1b[201~\x1b[200~~\x1b[201~\x1b[200~a\x1b[201~\r" {
		t.Errorf("%q", got)
	}
}

func TestAPasteIsCapped(t *testing.T) {
	in := newTestInput(strings.NewReader(pasteStart + strings.Repeat("x", 10*defaults.MaxPaste) + pasteEnd + "y"))
	got := strings.Join(reads(t, in), "")
	if n := strings.Count(got, "x"); n != defaults.MaxPaste {
		t.Errorf("%d bytes of it came through", n)
	}
	if !strings.HasSuffix(got, "y") {
		t.Error("what follows it is lost")
	}
}

func TestAnUnfinishedPasteEndsAfterAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		go func() {
			io.WriteString(w, pasteStart+"a\r")
			time.Sleep(pastePause + time.Second)
			io.WriteString(w, "b\r")
			w.Close()
		}()
		got := reads(t, newTestInput(r))
		if !slices.Equal(got, []string{pasteStart + "a\n" + pasteEnd, "b\r"}) {
			t.Errorf("%q", got)
		}
	})
}

func TestAnUnfinishedSequenceEndsAfterAPause(t *testing.T) {
	for _, begun := range []string{"\x1b[1;", "\x1bO", "\x1b]11;", "\xe6\x97"} {
		synctest.Test(t, func(t *testing.T) {
			r, w := io.Pipe()
			go func() {
				io.WriteString(w, begun)
				time.Sleep(keyPause + time.Millisecond)
				io.WriteString(w, "hello")
				w.Close()
			}()
			if got := reads(t, newTestInput(r)); !slices.Equal(got, []string{"hello"}) {
				t.Errorf("after %q: %q", begun, got)
			}
		})
	}
}

func TestKeysWaitTheirTurnAndNoneIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 2000
		start := time.Now()
		in := newInputReader(t.Context(), strings.NewReader(strings.Repeat("\r", n)), defaults.MaxPaste, func() {})
		if got := strings.Join(reads(t, in), ""); got != strings.Repeat("\r", n) {
			t.Errorf("%d of %d came through", len(got), n)
		}
		want := time.Duration(n-eventBurst) * time.Second / maxEventRate
		if took := time.Since(start); took < want-time.Second || took > want+time.Second {
			t.Errorf("it took %v, not %v", took, want)
		}
	})
}

func TestAWaitForKeysEndsWithTheSession(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in := newInputReader(ctx, strings.NewReader(strings.Repeat("\r", 10*eventBurst)), defaults.MaxPaste, func() {})
	cancel()
	if _, err := in.Read(make([]byte, 256)); err != io.EOF {
		t.Errorf("%v", err)
	}
}

func TestOnlyWhatIsPassedOnIsActivity(t *testing.T) {
	active := 0
	in := newInputReader(t.Context(), strings.NewReader("\x00\x00\xff\x1b[201~\x1b]x\x07"), defaults.MaxPaste, func() { active++ })
	reads(t, in)
	if active != 0 {
		t.Error("junk was taken for a person")
	}
	in = newInputReader(t.Context(), strings.NewReader("x"), defaults.MaxPaste, func() { active++ })
	reads(t, in)
	if active != 1 {
		t.Errorf("a key was active %d times", active)
	}
}

func TestInputPassesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	in := newTestInput(io.MultiReader(strings.NewReader("x\x1b"), iotest.ErrReader(broken)))
	p := make([]byte, 256)
	for range 2 {
		if n, err := in.Read(p); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	if n, err := in.Read(p); n != 0 || err != broken {
		t.Errorf("%d, %v", n, err)
	}
}

var (
	onePaste = regexp.MustCompile(`(?s)^\x1b\[200~[^\x1b]+\x1b\[201~$`)
	anySGR   = regexp.MustCompile(`\x1b\[<`)
	goodSGR  = regexp.MustCompile(`\x1b\[<\d{1,4};\d{1,4};\d{1,4}[Mm]`)
)

func FuzzInput(f *testing.F) {
	for _, seed := range []string{
		"hello\r", "\x1b[200~a\r\nb\x1b[201~\r", "\x1b", "\x1b[<1;2;3M", "\x1b[M !!", "\x1b]0;x\x07", "\x1b\x1b[200~", "é日👍",
		"one\rtwo\r", "\x1b[97:65;2:1u\x1b[27;2;13~\x1bO5A", "\x1b[" + strings.Repeat("1", 300), pasteStart + strings.Repeat("é", 300),
	} {
		f.Add([]byte(seed), uint8(1))
		f.Add([]byte(seed), uint8(255))
	}
	f.Fuzz(func(t *testing.T, typed []byte, step uint8) {
		size := int(step) + 1
		var src chunks
		for c := range slices.Chunk(typed, size) {
			src = append(src, c)
		}
		total := 0
		for _, chunk := range reads(t, newTestInput(&src)) {
			if len(chunk) > MaxRead {
				t.Errorf("%d bytes at once", len(chunk))
			}
			if !utf8.ValidString(chunk) || strings.ContainsAny(chunk, "\x00\ufffd") {
				t.Errorf("not clean: %q", chunk)
			}
			if len(anySGR.FindAllString(chunk, -1)) != len(goodSGR.FindAllString(chunk, -1)) || strings.Contains(chunk, "\x1b[M") {
				t.Errorf("a mouse report that swallows: %q", chunk)
			}
			if text, paste := strings.CutPrefix(chunk, pasteStart); paste {
				if !onePaste.MatchString(chunk) {
					t.Errorf("not one whole paste: %q", chunk)
				}
				total += len(text) - len(pasteEnd)
				continue
			}
			if strings.Contains(chunk, pasteStart) || strings.Contains(chunk, pasteEnd) {
				t.Errorf("a marker within %q", chunk)
			}
			total += len(chunk)
		}
		if total > 3*len(typed) { // a key may become one with modifiers
			t.Errorf("%d bytes made %d", len(typed), total)
		}
	})
}

// keyLog counts what Bubble Tea makes of its input.
type keyLog struct{ runes, pastes int }

func (m *keyLog) Init() tea.Cmd { return nil }

func (m *keyLog) View() string { return "" }

func (m *keyLog) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if k, ok := msg.(tea.KeyMsg); ok {
		if k.Type == tea.KeyCtrlD {
			return m, tea.Quit
		}
		m.runes += len(k.Runes)
		if k.Paste {
			m.pastes++
		}
	}
	return m, nil
}

// What Bubble Tea parses in eleven seconds as it comes, or never, costs next
// to nothing through input.
func TestBubbleTeaParsesEverythingInLinearTime(t *testing.T) {
	for _, row := range []struct {
		name, typed string
		runes       int
	}{
		{"letters", strings.Repeat("a", 512<<10), 512 << 10},
		{"an endless paste", pasteStart + strings.Repeat("a", 2<<20) + pasteEnd, defaults.MaxPaste},
	} {
		t.Run(row.name, func(t *testing.T) {
			sshtest.Costs(t, 5*time.Second, 512<<20, func() {
				var log keyLog
				in := newTestInput(strings.NewReader(row.typed + "\x04"))
				p := tea.NewProgram(&log, tea.WithContext(t.Context()), tea.WithInput(in), tea.WithOutput(io.Discard),
					tea.WithoutRenderer(), tea.WithoutSignalHandler())
				if _, err := p.Run(); err != nil {
					t.Fatal(err)
				}
				if log.runes != row.runes {
					t.Errorf("%d characters arrived, not %d", log.runes, row.runes)
				}
			})
		})
	}
}

func BenchmarkInput(b *testing.B) {
	for name, typed := range map[string]string{
		"text":   strings.Repeat("hello, world ", 100),
		"paste":  pasteStart + strings.Repeat("hello, world ", 100) + pasteEnd,
		"arrows": strings.Repeat("\x1b[A", 400),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(typed)))
			p := make([]byte, 256)
			src := bytes.NewReader(nil)
			for b.Loop() {
				src.Reset([]byte(typed))
				in := newTestInput(src)
				for {
					if _, err := in.Read(p); err != nil {
						break
					}
				}
			}
		})
	}
}

func TestAPasteIsCutAtItsLimit(t *testing.T) {
	for limit, want := range map[int]int{10: 10, 11: 11, 12: 11} {
		in := newInputReader(t.Context(), strings.NewReader(pasteStart+strings.Repeat("x", 11)+pasteEnd), limit, func() {})
		if got := strings.Count(strings.Join(reads(t, in), ""), "x"); got != want {
			t.Errorf("of 11 bytes, with a limit of %d, %d were passed on", limit, got)
		}
	}
	in := newTestInput(strings.NewReader(pasteStart + strings.Repeat("x", 1<<20) + pasteEnd))
	in.maxPaste = unlimited.withDefaults().MaxPaste
	if got := strings.Count(strings.Join(reads(t, in), ""), "x"); got != 1<<20 {
		t.Errorf("without a limit, %d of %d bytes were passed on", got, 1<<20)
	}
}
