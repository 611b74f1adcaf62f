package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// pipes runs a script whose input is a pipe, without a terminal and with one, and checks
// its exit status and what it prints.
func (s *shell) pipes(script string, want int, out string) (errs string) {
	s.t.Helper()
	status, got, errs := s.does(script)
	if status != want || !regexp.MustCompile(out).MatchString(got) {
		s.t.Errorf("%s: status %d, %q, %q; want %d and %q", script, status, got, errs, want, out)
	}
	return errs
}

// burnsOn is the last line of somebody who left.
const burnsOn = `You left plans\. It burns for another \d:\d\d\.\s*$`

func TestWhatIsPipedIsSaidAsItIs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, one, two *shell) {
		one.prints("w plans@localhost light --ttl 9m")
		log := []string{"/destroy", "y", "/dev/vda1   30G", "// TODO", "/leave", ":tada: **x**"}
		lines := strings.Join(log, `\n`)
		if errs := one.pipes(`printf '`+lines+`\n' | w -T plans@localhost`, 0, burnsOn); !strings.HasPrefix(errs, "wick: /destroy was said as text") || strings.Count(errs, "\n") != 1 {
			t.Errorf("it printed %q", errs)
		}
		want := log
		for _, user := range []string{"plans", "plans+plain"} {
			two.pipes(`printf '`+lines+`\n' | w -tt `+user+`@localhost`, 0, burnsOn)
			want = append(want, log...)
			for i := range 5 {
				text := fmt.Sprint(user, " ", i)
				one.pipes("echo "+text+" | w -tt "+user+"@localhost", 0, burnsOn)
				want = append(want, text)
			}
			two.pipes(`(printf slow; printf ly; echo; sleep 0.2) | w -tt `+user+`@localhost`, 0, burnsOn)
			two.pipes(`printf 'typed\r\004' | w -tt `+user+`@localhost`, 0, burnsOn)
			two.pipes(`seq 1 12 | w -tt `+user+`@localhost`, 0, burnsOn)
			one.pipes(`printf 'entered\nunfinished' | w -tt `+user+`@localhost`, 1, `The last line was not said: no Enter ended it\.\s+You\s+left`)
			one.pipes(`(echo before; head -c 2500 /dev/zero | tr '\0' x; echo; echo after) | w -tt `+user+`@localhost`, 1, `That is longer than a message may be`)
			want = append(want, "slowly", "typed", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "entered", "before", "after")
		}
		got := said(t, records(t, one.prints("w plans@localhost follow --for 1s --json")))
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("said %q\nwant %q", got, want)
		}
		two.pipes("echo hi | w -tt elsewhere@localhost", 3, `elsewhere is not burning\. Nothing was said\.`)
		two.pipes("echo hi | w -tt elsewhere+plain@localhost", 3, `elsewhere is not burning\.`)
	})
}

func TestWhatIsPostedIsSaidAsItIs(t *testing.T) {
	t.Parallel()
	sh := shellOf(t, serve(t, t.TempDir()))
	sh.prints("w plans@localhost light")
	want := []string{
		"-rw-r--r-- 1 root", "--help me", "--frobnicate hi", "-h is short", "it's  fine", `say "hi"`, "two\n  lines",
		strings.Repeat("𐍈", 2000), // four bytes each
	}
	for _, text := range want {
		sh.prints("w plans@localhost post '" + strings.ReplaceAll(text, "'", `'\''`) + "'")
	}
	sh.prints("w plans@localhost post -- --json")
	sh.fails("w plans@localhost post "+strings.Repeat("x", 9_000), 1, "That is longer than a message may be.")
	got := said(t, records(t, sh.prints("w plans@localhost follow --for 500ms --json")))
	if want = append(want, "--json"); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("said %q\nwant %q", got, want)
	}
}
