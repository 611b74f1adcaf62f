package sshapp

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"wick/keys"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

func TestPostKeepsItsText(t *testing.T) {
	for _, tt := range []struct {
		command string
		want    []string
	}{
		{"post", []string{"post"}},
		{"post ", []string{"post", "--", ""}},
		{"post ''", []string{"post", "--", ""}},
		{"post it is  done", []string{"post", "--", "it is  done"}},
		{"post don't", []string{"post", "--", "don't"}},
		{`post 'it'"'"'s'`, []string{"post", "--", "it's"}},
		{`post "a \"b\""`, []string{"post", "--", `a "b"`}},
		{"post 'a' 'b'", []string{"post", "--", "'a' 'b'"}},
		{`post C:\new`, []string{"post", "--", `C:\new`}},
		{"post a\nb", []string{"post", "--", "a\nb"}},
		{"post - item", []string{"post", "--", "- item"}},
		{"post -5", []string{"post", "--", "-5"}},
		{"post --whole", []string{"post", "--whole"}},
		{"post -h", []string{"post", "-h"}},
		{" post --help ", []string{"post", "--help"}},
		{"post --help me", []string{"post", "--", "--help me"}},
		{"post -h -- y", []string{"post", "--", "-h -- y"}},
		{"post --whole --help me", []string{"post", "--", "--whole --help me"}},
		{"post --helpful", []string{"post", "--", "--helpful"}},
		{"post -rw-r--r-- 1 root", []string{"post", "--", "-rw-r--r-- 1 root"}},
		{"post --jsno  text", []string{"post", "--", "--jsno  text"}},
		{"post --whole hi", []string{"post", "--whole", "--", "hi"}},
		{"post --as ci  hi", []string{"post", "--as", "ci", "--", " hi"}},
		{"post --as=ci --whole", []string{"post", "--as=ci", "--whole"}},
		{"post --as ci -- --as x", []string{"post", "--as", "ci", "--", "--as x"}},
		{"post --ask me", []string{"post", "--", "--ask me"}},
		{"post -- --json", []string{"post", "--", "--json"}},
		{"post --  two", []string{"post", "--", " two"}},
		{"post tab\there ", []string{"post", "--", "tab\there "}},
		{"post \n\ta\n", []string{"post", "--", "\n\ta\n"}},
		{`post say "hi"`, []string{"post", "--", `say "hi"`}},
		{`post "yes" and "no"`, []string{"post", "--", `"yes" and "no"`}},
		{`post "yes"and"no"`, []string{"post", "--", `"yes"and"no"`}},
		{"post 'tis what it 'is'", []string{"post", "--", "'tis what it 'is'"}},
		{`post 'it'\''s'`, []string{"post", "--", "it's"}},
		{"post '\\n and $x'", []string{"post", "--", `\n and $x`}},
		{`post "`, []string{"post", "--", `"`}},
		{"post -- --whole", []string{"post", "--", "--whole"}},
		{"post --", []string{"post", "--"}},
		{"post --burn 10s --to ann  hi", []string{"post", "--burn=10s", "--to=ann", "--", " hi"}},
		{"post --to=ann --burn=10s", []string{"post", "--to=ann", "--burn=10s"}},
		{"post --to 'ann' -- --burn 1s", []string{"post", "--to=ann", "--", "--burn 1s"}},
		{"post --to --whole x", []string{"post", "--to=--whole", "--", "x"}},
		{"post --burn", []string{"post", "--burn"}},
		{"post --burning", []string{"post", "--", "--burning"}},
		{"drop --for ssh-ed25519 AAAA bob@example.org --wait", []string{"drop", "--for", "ssh-ed25519 AAAA bob@example.org", "--wait"}},
		{"drop --for 'ssh-ed25519 AAAA'", []string{"drop", "--for", "ssh-ed25519 AAAA"}},
		{"drop --for=ssh-ed25519 AAAA bob --wait", []string{"drop", "--for", "ssh-ed25519 AAAA bob", "--wait"}},
		{"drop --for", []string{"drop", "--for"}},
		{"drop --json", []string{"drop", "--json"}},
		{"follow --since 3 '--json'", []string{"follow", "--since", "3", "--json"}},
		{"  ", []string{}},
	} {
		if got, err := arguments(tt.command); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("arguments(%q) = %q, %v; want %q", tt.command, got, err, tt.want)
		}
	}
	for _, command := range []string{"who 'is", `who \`} {
		if got, err := arguments(command); err == nil {
			t.Errorf("arguments(%q) = %q", command, got)
		}
	}
}

func TestANameOfAFileIsKept(t *testing.T) {
	for command, want := range map[string][]string{
		"put":                     {"put"},
		"put  report.pdf ":        {"put", "--", "report.pdf"},
		"put a  b":                {"put", "--", "a  b"},
		"put ann's report":        {"put", "--", "ann's report"},
		"put ann's and bob's":     {"put", "--", "ann's and bob's"},
		"get 'annual report.pdf'": {"get", "--", "annual report.pdf"},
		`get 'ann'\''s report'`:   {"get", "--", "ann's report"},
		`get annual\ report.pdf`:  {"get", "--", "annual report.pdf"},
		`get C:\`:                 {"get", "--", `C:\`},
		"rm # x; $y":              {"rm", "--", "# x; $y"},
		"rm -- x":                 {"rm", "--", "x"},
		"rm -x":                   {"rm", "--", "-x"},
		"rm a\nb":                 {"rm", "--", "a\nb"},
		"put --help":              {"put", "--help"},
	} {
		if got, err := arguments(command); err != nil || !slices.Equal(got, want) {
			t.Errorf("arguments(%q) = %q, %v; want %q", command, got, err, want)
		}
	}
}

// What get suggests to type gets the same file.
func TestANameThatIsSuggestedIsQuoted(t *testing.T) {
	for name, want := range map[string]string{"report.pdf": "report.pdf", "müller": "müller", "a  b": "'a  b'", "$(x);y": "'$(x);y'", "ann's": `'ann'\''s'`} {
		if got := wording.Quoted(name); got != want {
			t.Errorf("wording.Quoted(%q) = %s", name, got)
		}
		if got, err := arguments("get " + wording.Quoted(name)); err != nil || !slices.Equal(got, []string{"get", "--", name}) {
			t.Errorf("get %s: %q, %v", wording.Quoted(name), got, err)
		}
	}
}

func TestReadLineStopsAtItsLimit(t *testing.T) {
	type line struct {
		text string
		long bool
	}
	long := strings.Repeat("x", 50)
	for input, want := range map[string][]line{
		"":                                {{"", false}},
		"a":                               {{"a", false}},
		"a\n\nb\r\n":                      {{"a", false}, {"", false}, {"b\r", false}, {"", false}},
		long + "\n" + long + "y\nz":       {{long, false}, {long, true}, {"z", false}},
		strings.Repeat(long, 9) + "\nz\n": {{long, true}, {"z", false}, {"", false}},
	} {
		in := bufio.NewReaderSize(iotest.OneByteReader(strings.NewReader(input)), 16)
		var got []line
		for {
			text, long, err := readLine(in, 50)
			got = append(got, line{text, long})
			if err == nil && long {
				err = skipLine(in)
			}
			if err != nil {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q is read as %v, want %v", input, got, want)
		}
	}
}

// A line may never end, as that of /dev/zero.
func TestALongLineIsRefusedBeforeItEnds(t *testing.T) {
	t.Parallel()
	addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := readLines(t, addr, "plans+10m", "")
	ann.room()
	long := strings.Repeat("x", 16*app.cfg.Limits.Text+1<<10)
	s := sshtest.Exec(t, sshtest.Dial(t, addr, "plans"), "post")
	s.Types("fine\n" + long)
	s.Ends(t)
	if s.Status.Load() != wording.ExitFailed || !strings.Contains(s.Why(), "line 2 was not said: That is longer") {
		t.Errorf("post: status %d, %q", s.Status.Load(), s.Why())
	}
	ann.types(long)
	ann.hears("A line was not said: That is longer")
	ann.types("xx\nshort\n")
	ann.line(`.*: short`)
	if out := ann.Out.String(); strings.Contains(out, "xx") {
		t.Errorf("it was said: %q", out)
	}
}

func TestCommandsCountAsTriesAndLights(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{Quotas: Quotas{Lights: 1, Tries: 3}}) // one for plans itself
	c := sshtest.Dial(t, addr, "plans")
	for _, tt := range []struct {
		command string
		status  int
	}{{"light", 0}, {"share", 0}, {"who", 0}, {"info", 0}, {"post hi", 0}, {"share", 0}} {
		if status, _, errs := run(t, c, tt.command, ""); status != tt.status {
			t.Errorf("%s: status %d, %q", tt.command, status, errs)
		}
	}
	if status, _, errs := run(t, sshtest.Dial(t, addr, "other"), "light", ""); status != wording.ExitRefused || !strings.Contains(errs, "Too many rooms were lit") {
		t.Errorf("one more: status %d, %q", status, errs)
	}
	for i, command := range []string{"who", "take", "share", "info", "follow", "post hi", "destroy --yes"} {
		want := wording.ExitNoRoom
		if i >= 2 {
			want = wording.ExitRefused
		}
		if status, _, errs := run(t, sshtest.Dial(t, addr, fmt.Sprintf("guess-%d", i)), command, ""); status != want {
			t.Errorf("%s: status %d, %q; want %d", command, status, errs, want)
		}
	}
}

// FuzzDraft types anything. What is echoed never moves a terminal further than
// to the beginning of the row, and shows at last the line that is said.
func FuzzDraft(f *testing.F) {
	for _, s := range []string{"hello\r", "a\x7f\x7f", "日本\x7f語\r", "one two\x17\x15x", "\x1b[A\x1b[<1;1;1M\x1bOx", "e\u0301\x7f", strings.Repeat("x", 30) + strings.Repeat("\x7f", 25), "👩\u200d👩\u200d👧\x7f", "\x04", "\u202e\u0085\x00", "\x1b[200~one\n\ttwo\r\x1b[201~", "\x1b[200~a\nb\x1b[201~\x7f\x7f\x17\r", "\ta\t\x7f\x7f\u200b\x7f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, keys string) {
		keys = strings.ToValidUTF8(keys, "")
		const width = 20
		d := echoEditor{limit: 40}
		row := 0 // cells behind the start of the draft's last row
		for keys != "" {
			rest, echo, what := d.press(keys, width)
			if len(rest) >= len(keys) {
				t.Fatalf("%q: nothing is taken", keys)
			}
			keys = rest
			if strings.ContainsFunc(echo, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\b' }) {
				t.Fatalf("the echo is %q", echo)
			}
			if back := strings.Count(echo, "\b"); back > 2*row {
				t.Fatalf("%d steps back, with %d cells in the row", back, row)
			}
			if what == keyEntered || what == keyPasted {
				d.clear()
			}
			if n := len([]rune(d.text)); n > maxPastedLine {
				t.Fatalf("%d characters", n)
			}
			row = ansi.StringWidth(lastRow(d.shown(0)))
		}
	})
}
