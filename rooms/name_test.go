package rooms

import (
	"bytes"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
)

func TestParseName(t *testing.T) {
	for in, want := range map[string]string{
		"plans": "plans", "k7f3-q9xm-2tdw": "k7f3-q9xm-2tdw", "Plans": "plans", "A.B_C-9": "a.b_c-9", "007": "007",
		"abc": "abc", strings.Repeat("z", MaxName): strings.Repeat("z", MaxName), "a--": "a--", "rooted": "rooted", "admin2": "admin2", "u0_a": "u0_a", "u_a254": "u_a254", "u0_a25x": "u0_a25x", "u0_b254": "u0_b254",
	} {
		if n, err := ParseName(in); n.String() != want || err != nil || n.IsZero() {
			t.Errorf("ParseName(%q) = %q, %v", in, n.String(), err)
		}
	}
	for _, in := range []string{
		"", "a", "ab", strings.Repeat("z", MaxName+1), "-abc", "_abc", ".abc", "a b", " plans", "plans\n", "plans\x00", "a/b", "a+b", "a:b",
		"pläne", "plåns", "плана", "pl\xffans", "\x1b[2J", "a\u0131b", "plansİ", "ｐｌａｎｓ",
	} {
		if n, err := ParseName(in); !errors.Is(err, ErrBadName) || !n.IsZero() {
			t.Errorf("ParseName(%q) = %q, %v", in, n.String(), err)
		}
	}
	for _, in := range []string{"root", "ROOT", "admin", "ubuntu", "debian", "ec2-user", "pi", "user", "guest", "git", "test", "new", "me", "kali", "vscode", "u0_a254", "U10_A7", "u0_i12"} {
		want := ErrReservedName
		if len(in) < MinName {
			want = ErrBadName
		}
		if n, err := ParseName(in); !errors.Is(err, want) || !n.IsZero() {
			t.Errorf("ParseName(%q) = %q, %v", in, n.String(), err)
		}
	}
}

// Case folding must not turn a foreign letter into one that names may have.
func TestNamesAreMadeOfASCIIOnly(t *testing.T) {
	for r := rune(unicode.MaxASCII + 1); r <= unicode.MaxRune; r++ {
		if n, err := ParseName("plan" + string(r) + "s"); err == nil {
			t.Errorf("%U passes as %q", r, n.String())
		}
	}
}

func FuzzParseNameAndTTL(f *testing.F) {
	for _, s := range []string{"90s", "1h30m", "10s", "9s", "0.5h", "1e3s", "-5m", "+5m", "2562047h47m16s", "99999999999999999999h", "1h1h", "10m5", "٣m", "plans", "Root", "k7f3-q9xm-2tdw", "-a-", "\u212Aelvin", "\xff\xff\xff", strings.Repeat("A", 33)} {
		f.Add(s)
	}
	form := regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{2,31}$`)
	f.Fuzz(func(t *testing.T, s string) {
		checkTTL(t, s)
		n, err := ParseName(s)
		if err != nil {
			if !n.IsZero() {
				t.Fatalf("ParseName(%q) = %q with %v", s, n.String(), err)
			}
			return
		}
		if !form.MatchString(n.String()) || len(n.String()) != len(s) || !strings.EqualFold(n.String(), s) {
			t.Fatalf("ParseName(%q) = %q", s, n.String())
		}
		if again, err := ParseName(n.String()); again != n || err != nil {
			t.Fatalf("ParseName(%q) = %q, %v", n.String(), again.String(), err)
		}
	})
}

// checkTTL checks the promises of ParseTTL for any text.
func checkTTL(t *testing.T, s string) {
	d, err := ParseTTL(s)
	switch {
	case err != nil:
		if d != 0 || err != ErrBadTTL && err != ErrTooShort {
			t.Fatalf("ParseTTL(%q) = %v, %v", s, d, err)
		}
	case d < MinTTL || d%time.Second != 0 || strings.Trim(s, "0123456789hms") != "":
		t.Fatalf("ParseTTL(%q) = %v", s, d)
	default:
		if again, err := ParseTTL(d.String()); again != d || err != nil {
			t.Fatalf("ParseTTL(%q) = %v, %v", d, again, err)
		}
	}
}

func TestNewNamesAreRandomAndValid(t *testing.T) {
	form := regexp.MustCompile(`^([0-9a-hjkmnp-tv-z]{4}-){2}[0-9a-hjkmnp-tv-z]{4}$`)
	const names = 20_000
	seen := map[Name]bool{}
	var counts [12]map[byte]int
	for i := range counts {
		counts[i] = map[byte]int{}
	}
	for range names {
		n := NewName()
		if !form.MatchString(n.String()) {
			t.Fatalf("name %q", n.String())
		}
		if parsed, err := ParseName(n.String()); parsed != n || err != nil {
			t.Fatalf("ParseName(%q) = %q, %v", n.String(), parsed.String(), err)
		}
		if seen[n] {
			t.Fatalf("%q came twice", n.String())
		}
		seen[n] = true
		for i, c := range []byte(strings.ReplaceAll(n.String(), "-", "")) {
			counts[i][c]++
		}
	}
	// Each of 32 letters is expected 625 times, with a standard deviation of 25.
	for i, byLetter := range counts {
		for _, c := range []byte(alphabet) {
			if n := byLetter[c]; n < 625-8*25 || n > 625+8*25 {
				t.Errorf("%q stands at place %d %d times of %d", c, i, n, names)
			}
		}
	}
}

func TestANameIsKeptOutOfLogs(t *testing.T) {
	n, err := ParseName("plans")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("text", "room", n)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("json", "room", n, "missing", Name{})
	if strings.Contains(b.String(), "plans") || !strings.Contains(b.String(), "[room]") {
		t.Errorf("logged: %s", b.String())
	}
}

func TestTheZeroNameIsNone(t *testing.T) {
	var n Name
	if !n.IsZero() || n.String() != "" {
		t.Errorf("the zero name is %q", n.String())
	}
}
