package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"wick/sshapp/sshtest"
	"wick/sshapp/ui/uitest"
)

func TestVersionNamesCommitAndGo(t *testing.T) {
	info := &debug.BuildInfo{GoVersion: "go1.26.0", Main: debug.Module{Version: "v1.2.3"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.time", Value: "2026-01-02T03:04:05Z"}, {Key: "vcs.modified", Value: "true"},
	}}
	if got, want := buildOf(info, true).String(), "wick v1.2.3 (commit 0123456789abcdef with changes, go1.26.0)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	_, version, _ := once(t, t.TempDir(), "version")
	if status, flag, _ := once(t, t.TempDir(), "--listen", "nonsense", "--version"); status != exitFine || flag != version || !strings.Contains(flag, "go1") {
		t.Errorf("status %d; version prints %q, --version %q", status, version, flag)
	}
}

// completes returns what bash offers for a command line with the cursor at its
// end.
func completes(t *testing.T, script string, words ...string) []string {
	t.Helper()
	const complete = `source "$1"; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); compopt() { :; }; _wick; printf '%s\n' "${COMPREPLY[@]}"`
	cmd := exec.Command("bash", append([]string{"--norc", "-c", complete, "bash", script}, words...)...)
	cmd.Dir = filepath.Dir(script)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.Fields(string(out))
}

func TestBashCompletesCommandsFlagsAndValues(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "wick.bash")
	_, out, _ := once(t, t.TempDir(), "completion", "bash")
	if err := os.WriteFile(script, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		words []string
		want  []string
	}{
		{[]string{"wick", "he"}, []string{"healthcheck"}},
		{[]string{"wick", "--log-"}, []string{"--log-level", "--log-format"}},
		{[]string{"wick", "serve", "--redis-c"}, []string{"--redis-ca", "--redis-cert"}},
		{[]string{"wick", "--log-format", ""}, []string{"text", "json", "logfmt"}},
		{[]string{"wick", "--log-format", "=", "j"}, []string{"json"}},
		{[]string{"wick", "--log-format", "="}, []string{"text", "json", "logfmt"}},
		{[]string{"wick", "--ttl", ""}, nil},
		{[]string{"wick", "--data-dir", "wi"}, []string{"wick.bash"}},
		{[]string{"wick", "healthcheck", "--"}, []string{"--help", "--version", "--listen", "--proxy-from", "--timeout"}},
		{[]string{"wick", "completion", "z"}, []string{"zsh"}},
	} {
		if got := completes(t, script, tt.words...); !slices.Equal(got, tt.want) {
			t.Errorf("%q completes to %q, want %q", tt.words, got, tt.want)
		}
	}
}

func TestManualAndCompletionsCoverHelp(t *testing.T) {
	t.Parallel()
	_, help, _ := once(t, t.TempDir(), "serve", "--help")
	_, general, _ := once(t, t.TempDir(), "--help")
	flags := strings.Fields(help)
	flags = slices.DeleteFunc(flags, func(s string) bool { return !strings.HasPrefix(s, "--") })
	if len(flags) < 30 {
		t.Fatalf("help lists %d flags", len(flags))
	}
	for _, args := range [][]string{{"man"}, {"completion", "bash"}, {"completion", "zsh"}, {"completion", "fish"}} {
		status, out, stderr := once(t, t.TempDir(), args...)
		if status != exitFine || stderr != "" {
			t.Fatalf("%q: status %d, %q", args, status, stderr)
		}
		out = strings.NewReplacer(`\-`, "-", `\fR`, "", " -l ", " --").Replace(out)
		for _, f := range flags {
			if name, _, _ := strings.Cut(f, "="); !strings.Contains(out, name) {
				t.Errorf("the output of %q lacks %s", args, name)
			}
		}
		for _, command := range []string{"serve", "version", "fingerprint", "completion", "man", "healthcheck", "names"} {
			if !strings.Contains(out, command) || !strings.Contains(general, "  "+command+" ") {
				t.Errorf("the output of %q, or help, lacks %s", args, command)
			}
		}
	}
}

func TestFingerprintPrintsTheServersKey(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	if status, out, stderr := once(t, home, "fingerprint"); status != exitFailed || out != "" || !strings.Contains(stderr, "--data-dir") {
		t.Errorf("without a key: status %d, %q, %q", status, out, stderr)
	}
	if _, err := os.Stat(filepath.Join(home, ".local")); !os.IsNotExist(err) {
		t.Errorf("it created a folder: %v", err)
	}
	p := serve(t, home)
	var shown ssh.PublicKey
	scan := exec.Command("ssh-keyscan", "-t", "ed25519", "-p", p.port, "localhost")
	out, err := scan.Output()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, shown, _, _, err = ssh.ParseKnownHosts(out); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	_, alone, _ := once(t, home, "fingerprint")
	if !strings.Contains(alone, ssh.FingerprintSHA256(shown)) {
		t.Errorf("it prints %q; the server shows %s", alone, ssh.FingerprintSHA256(shown))
	}
	// OpenSSH accepts the line and prints the same DNS record.
	_, lines, _ := once(t, home, "fingerprint", "chat.example.org:"+p.port)
	known := filepath.Join(home, "known_hosts")
	pub := filepath.Join(home, "host.pub")
	for _, file := range []struct{ path, text string }{{known, lines}, {pub, string(ssh.MarshalAuthorizedKey(shown))}} {
		if err := os.WriteFile(file.path, []byte(file.text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found, err := exec.Command("ssh-keygen", "-F", "[chat.example.org]:"+p.port, "-f", known).Output()
	if err != nil || !strings.Contains(string(found), knownhosts.Line([]string{"chat.example.org:" + p.port}, shown)) {
		t.Errorf("ssh-keygen finds %q in\n%s", found, lines)
	}
	records, err := exec.Command("ssh-keygen", "-r", "chat.example.org.", "-f", pub).Output()
	var sha256 string
	for line := range strings.Lines(string(records)) {
		if strings.Contains(line, "SSHFP 4 2 ") {
			sha256 = strings.TrimSpace(line)
		}
	}
	if err != nil || sha256 == "" || !strings.Contains(lines, sha256) {
		t.Errorf("ssh-keygen prints %q, and wick\n%s", records, lines)
	}
	for _, host := range []string{"a b", "a,b", "*.example.org"} {
		if status, _, _ := once(t, home, "fingerprint", host); status != exitUsage {
			t.Errorf("%q: status %d", host, status)
		}
	}
	if _, address, _ := once(t, home, "fingerprint", "--listen", ":22", "192.0.2.7"); strings.Contains(address, "SSHFP") || !strings.Contains(address, "\n192.0.2.7 ssh-ed25519 ") {
		t.Errorf("for an address it prints %s", address)
	}
}

// At a terminal, wick says what runs, how to join and where to read on; elsewhere just
// the command (see begin).
func TestAServerTellsANewcomerHowToJoin(t *testing.T) {
	t.Parallel()
	p := uitest.Run(t, wick(t.Context(), t.TempDir(), "--listen", "127.0.0.1:0"), 80, 24)
	screen := p.Screen.WaitForText(t, sshtest.Patience, "docs/")
	for _, want := range []string{
		`(?m)^wick is serving rooms over SSH, kept in this process's memory\. Ctrl-C stops it\.$`,
		`(?m)^Join from another terminal:  ssh -p \d+ new@localhost$`,
	} {
		if !regexp.MustCompile(want).MatchString(screen) {
			t.Errorf("there is no %s in\n%s", want, screen)
		}
	}
	p.Type("\x03")
	if status := statusOf(t, p.Wait(sshtest.Patience)); status != exitFine {
		t.Errorf("status %d after Ctrl-C", status)
	}
}

// A terminal breaks lines anywhere, so wick breaks them between words.
func TestSentencesBreakBetweenWordsAtATerminal(t *testing.T) {
	t.Parallel()
	cmd := wick(t.Context(), t.TempDir(), "--listen", ":0")
	cmd.Env = append(cmd.Env, "KUBERNETES_SERVICE_HOST=10.96.0.1")
	p := uitest.Run(t, cmd, 50, 24)
	p.Screen.WaitFor(t, sshtest.Patience, func(screen string) bool {
		return strings.Contains(strings.Join(strings.Fields(screen), " "), "For others, set --public-host to the name and port by which they reach it.")
	})
}

// No line of the help is wider than the terminal.
func TestTheHelpFitsItsWidth(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--help"}, {"serve", "--help"}, {"fingerprint", "--help"}} {
		cmd := wick(t.Context(), t.TempDir(), args...)
		cmd.Env = append(cmd.Env, "COLUMNS=80")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > 80 {
				t.Errorf("%q has %d columns: %s", args, n, line)
			}
		}
	}
}
