package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"wick/sshapp/sshtest"
)

// pages returns the text of the project's pages by their path from its root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Join("..", "..")
	paths, _ := filepath.Glob(filepath.Join(root, "*.md"))
	more, _ := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	texts := map[string]string{}
	for _, path := range append(paths, more...) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name, _ := filepath.Rel(root, path)
		texts[name] = string(text)
	}
	if texts["README.md"] == "" || len(texts) < 10 {
		t.Fatalf("only %d pages", len(texts))
	}
	return texts
}

// anchors returns the fragments by which the page's headings can be linked to.
func anchors(page string) map[string]bool {
	found := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		var b strings.Builder
		for _, r := range strings.ToLower(heading[1]) {
			switch {
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				b.WriteRune(r)
			case r == ' ':
				b.WriteByte('-')
			}
		}
		found[b.String()] = true
	}
	return found
}

func TestLinksOfThePagesLeadSomewhere(t *testing.T) {
	t.Parallel()
	texts := pages(t)
	link := regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"`)
	for name, text := range texts {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			target := m[1] + m[2]
			if strings.HasPrefix(target, "https://") {
				continue
			}
			path, fragment, _ := strings.Cut(target, "#")
			to := filepath.Join(filepath.Dir(name), path)
			if path == "" {
				to = name
			}
			if _, err := os.Stat(filepath.Join("..", "..", to)); err != nil {
				t.Errorf("%s links to %s, which is not there", name, target)
			}
			if fragment != "" && !anchors(texts[to])[fragment] {
				t.Errorf("%s links to %s, which has no such heading", name, target)
			}
		}
	}
	for name := range texts {
		if strings.HasPrefix(name, "docs/") && !strings.Contains(texts["README.md"], "("+name+")") {
			t.Errorf("the README does not link to %s", name)
		}
	}
}

// The commands in the pages' blocks of sh work as they stand, one after the other:
// ssh reaches a server as "host", and the name that a command printed stands for
// generatedName. A line with follow runs beside those after it. Blocks run side by side,
// so each uses rooms of its own.
func TestCommandsOfThePagesWork(t *testing.T) {
	t.Parallel()
	block := regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")
	server := serve(t, t.TempDir(), "--max-lights", "0", "--max-tries", "0", "--max-entries", "0", "--max-connects", "0")
	texts := pages(t)
	for _, name := range []string{"README.md", "docs/using.md", "docs/scripts.md"} {
		blocks := block.FindAllStringSubmatch(texts[name], -1)
		if name != "docs/using.md" && len(blocks) < 3 {
			t.Errorf("%s has only %d blocks of commands", name, len(blocks))
		}
		for i, m := range blocks {
			t.Run(fmt.Sprintf("%s/%d", name, i+1), func(t *testing.T) {
				t.Parallel()
				runBlock(t, server.port, m[1])
			})
		}
	}
}

// generatedName is the name that the pages use for one that the server makes up.
const generatedName = "k7f3-q9xm-2tdw"

var (
	joinsOrTakes = regexp.MustCompile(`ssh (?:-p \d+ )?([0-9a-z-]+)@`)
	roomOfLine   = regexp.MustCompile(`ssh [^|]*?"?([a-z$A-Z_0-9-]+)(?:\+[0-9a-z+]+)?@host`)
)

func runBlock(t *testing.T, port, script string) {
	dir := t.TempDir()
	workplace(t, dir, port)
	run := func(line string) *exec.Cmd {
		ctx, cancel := context.WithTimeout(t.Context(), sshtest.Patience)
		t.Cleanup(cancel)
		cmd := exec.CommandContext(ctx, "bash", "-o", "pipefail", "-c", line)
		cmd.Dir, cmd.WaitDelay = dir, sshtest.Patience
		cmd.Env = append(os.Environ(), "PATH="+dir+"/bin:"+os.Getenv("PATH"), "HOME="+dir, "TERM=xterm", "CI_JOB_ID=42")
		return cmd
	}
	type follower struct {
		line  string
		out   sshtest.Buffer
		ended chan error
	}
	followers := map[string][]*follower{} // by room
	generated := generatedName
	for _, line := range splitCommands(t, script) {
		line = strings.ReplaceAll(line, generatedName, generated)
		if builds(t, line) {
			continue
		}
		room := ""
		if m := roomOfLine.FindStringSubmatch(line); m != nil {
			room = m[1]
			if followers[room] == nil {
				followers[room] = []*follower{}
			}
		}
		f := &follower{line: line, ended: make(chan error, 1)}
		cmd := run(line)
		cmd.Stdout, cmd.Stderr = &f.out, &f.out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		go func() { f.ended <- cmd.Wait() }()
		if strings.Contains(line, "follow") {
			followers[room] = append(followers[room], f)
			sshtest.Eventually(t, line, func() bool {
				who, _ := run(`ssh "` + room + `@host" who`).Output()
				return len(f.ended) > 0 || strings.Count(string(who), "\n") >= len(followers[room])
			})
			continue
		}
		if err := <-f.ended; err != nil {
			t.Fatalf("%s\n%v: %s", line, err, &f.out)
		}
		if m := joinsOrTakes.FindStringSubmatch(f.out.String()); m != nil {
			generated = m[1]
		}
	}
	for room, following := range followers {
		run(`ssh "` + room + `@host" destroy --yes`).Run() // unless the block did, or it was taken
		for _, f := range following {
			if err := <-f.ended; err != nil {
				t.Errorf("%s\n%v: %s", f.line, err, &f.out)
			}
		}
	}
}

// splitCommands cuts a script into commands, of several lines if need be.
func splitCommands(t *testing.T, script string) (commands []string) {
	t.Helper()
	part := ""
	for line := range strings.Lines(script) {
		part += line
		if exec.Command("bash", "-n", "-c", part).Run() != nil {
			continue // it goes on in the next line
		}
		if text, _, _ := strings.Cut(part, " #"); strings.TrimSpace(text) != "" && !strings.HasPrefix(part, "#") {
			commands = append(commands, strings.TrimSpace(part))
		}
		part = ""
	}
	if part != "" {
		t.Fatalf("no shell understands %s", part)
	}
	return commands
}

// builds reports whether the line builds or tests the project, and checks that
// what it names is there.
func builds(t *testing.T, line string) bool {
	t.Helper()
	words := strings.Fields(line)
	switch {
	case words[0] == "go" && words[1] == "run":
		if _, err := os.Stat(filepath.Join("..", "..", words[2])); err != nil {
			t.Error(err)
		}
		return true
	case words[0] == "make" && len(words) > 1 && regexp.MustCompile(`^[a-z]+$`).MatchString(words[1]):
		makefile, err := os.ReadFile(filepath.Join("..", "..", "Makefile"))
		if err != nil || !strings.Contains(string(makefile), "\n"+words[1]+":") {
			t.Errorf("there is no target %s: %v", words[1], err)
		}
		return true
	}
	return false
}

// workplace fills dir with what the pages' commands work on, and makes ssh reach
// the server by the name of host.
func workplace(t *testing.T, dir, port string) {
	t.Helper()
	files := map[string]string{
		"bin/make":   "#!/bin/sh\necho build is green\n",
		"bin/ssh":    "#!/bin/sh\nPATH=${PATH#*:} exec ssh -F '" + dir + "/config' \"$@\"\n",
		"report.txt": "two lines\nof a report\n",
		"report.pdf": "%PDF-1.4\x00\xff",
		"trace.log":  "goroutine 1 [running]:\n",
		"secret":     "correct horse\n",
		"config": "Host host\n  HostName 127.0.0.1\n  Port " + port + "\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n" +
			"  LogLevel ERROR\n  IdentityAgent none\n  IdentityFile " + dir + "/.ssh/id_ed25519\n",
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	keygen := "mkdir .ssh && ssh-keygen -q -t ed25519 -N '' -f .ssh/id_ed25519 && cp .ssh/id_ed25519 id_ed25519 && cp .ssh/id_ed25519.pub colleague.pub"
	cmd := exec.Command("sh", "-c", keygen)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
